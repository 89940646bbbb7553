"""The sequence that a model is watched on, and its symbols as a person would read them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.errors import UserError
from tasks.examples import until_end
from tasks.task import END, Classes, Task, Tokens


def chosen(task: Task, example: int, text: str | None) -> tuple[np.ndarray, str]:
    """The inputs of one sequence, ``(time,)`` or ``(time, dim)``, and where they are from."""
    if text is None:
        test = task.examples("test")
        if not 0 <= example < len(test):
            there = f"the test split of {task.name} has examples 0 to {len(test) - 1}"
            raise UserError(f"--example {example}: {there}")
        return test.inputs[example, : test.lengths[example]], f"test example {example}"
    if not isinstance(task.inputs, Tokens):
        raise UserError(f"--text: {task.name} reads vectors; choose a test example by --example")
    try:
        tokens = task.encode(text)
    except NotImplementedError:
        tokens = _as_numbers(text, task.inputs.size)
    except ValueError as error:
        raise UserError(f"--text: {error}") from None
    if not len(tokens):
        raise UserError("--text: is empty; give at least one symbol")
    return tokens, "the text given"


def _as_numbers(text: str, size: int) -> np.ndarray:
    try:
        tokens = np.array([int(word) for word in text.split()], np.int64)
    except ValueError:
        tokens = np.array([-1])
    if ((tokens < 0) | (tokens >= size)).any():
        raise UserError(f"--text: give numbers from 0 to {size - 1} with blanks between")
    return tokens


def symbols(task: Task, inputs: np.ndarray) -> list[str]:
    """Each step's input as a person would read it; of vectors the number of the step."""
    if inputs.ndim > 1:
        return [str(step + 1) for step in range(len(inputs))]
    return [namer(task)(token) for token in inputs]


def namer(task: Task) -> Callable[[int], str]:
    def name(token: int) -> str:
        word = task.describe(np.array([token], np.int64))
        return {" ": "␣", "\n": "↵", "": "∅"}.get(word, word)

    return name


def said(task: Task, output: np.ndarray) -> str | None:
    """A target or an output, in words: of decoders and classifiers of whole sequences."""
    if task.problem.decoded:
        return " ".join(written_symbols(task, until_end(output)))
    return str(int(output)) if isinstance(task.outputs, Classes) and not output.ndim else None


def written_symbols(task: Task, tokens: Sequence[int] | np.ndarray) -> list[str]:
    def name(token: int) -> str:
        if token == END:
            return "end"
        try:
            return task.decode(np.array([token])).replace(" ", "␣")
        except NotImplementedError:
            return str(token)

    return [name(token) for token in tokens]


def rounded(values: Any) -> Any:
    """Plain numbers with four decimals."""
    return np.round(np.asarray(values, float), 4).tolist()
