"""What a trained model says, in the task's own words: for a person to look at."""

from collections.abc import Callable

import numpy as np

from harness.training.generation import continued
from tasks.task import Examples, Task, Tokens

SHOWN = 5
"""Test examples whose outputs are kept, where outputs are decoded."""
WRITTEN = 120
"""Symbols that a language model writes for its sample."""


def samples(
    predict: Callable[[np.ndarray, np.ndarray], np.ndarray], task: Task, test: Examples, seed: int
) -> list[dict[str, str]]:
    """Outputs for a few test inputs where they are decoded; a text where the task is one."""
    if task.problem.decoded:
        some = test.take(slice(0, SHOWN))
        return [
            {
                "input": task.describe(inputs[:length]),
                "target": written(task, target),
                "output": written(task, output),
            }
            for inputs, length, target, output in zip(
                some.inputs,
                some.lengths,
                some.targets,
                predict(some.inputs, some.lengths),
                strict=True,
            )
        ]
    if isinstance(task.outputs, Tokens) and task.horizon == 1:
        start = test.inputs[0, : min(10, int(test.lengths[0]))]
        rng = np.random.default_rng(seed)
        try:
            prompt = task.decode(start)
        except NotImplementedError:
            return []
        text = task.decode(continued(predict, start, WRITTEN, 1.0, rng))
        return [{"input": prompt, "output": text}]
    return []


def written(task: Task, symbols: np.ndarray) -> str:
    """An output sequence in the task's own words, or as numbers where it has none."""
    (ends,) = np.nonzero(symbols == 0)
    symbols = symbols[: ends[0] if len(ends) else None]
    try:
        return task.decode(symbols)
    except NotImplementedError:
        return " ".join(map(str, symbols))
