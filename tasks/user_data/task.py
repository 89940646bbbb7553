"""A task from a file of the user's: see ``docs/user-data.md``.

The file is read when the task, or the key of its cells, is first needed, and refused there if
something is wrong with it. What is known of it then goes with the task to where its cells run, and
there the examples are made again.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from tasks.task import Classes, Examples, Problem, Reals, Stored, Tokens, Unavailable, Vectors
from tasks.user_data.examples import Contents
from tasks.user_data.messages import Refused
from tasks.user_data.settings import TaskSettings, from_parameters
from tasks.user_data.table import Table, digest, read

CONTROL = {
    "forecast": "the steps within each window in random order; the predicted value stays",
    "tagging": "the steps of each sequence, with their tags, in random order",
    "language-model": "the symbols of each window in random order, before targets are made",
    "pairs": "the symbols of each source in random order; its target stays",
}
"""What the control row is, where it is more than inputs in random order."""
UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def contents_of(settings: TaskSettings) -> Contents:
    """What is in the file under these settings; raises Refused, with file, row and column."""
    try:
        version = digest(settings.path)
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}", settings.path) from None
    return _contents(settings, version)


@lru_cache(maxsize=16)
def _contents(settings: TaskSettings, version: str) -> Contents:
    splits, contents = build(settings, version)
    ordered = max(part.inputs.shape[1] for part in splits.values()) > 1
    control = CONTROL.get(settings.kind, "the steps of each sequence in random order")
    facts = {
        "file": f"{os.path.basename(settings.path)}, SHA-256 {version.split()[1]}...",
        "kind": settings.kind,
        **contents.facts,
        "control row": control if ordered else "none: a sequence of one step has no order",
    }
    return replace(contents, facts=facts, version=version, ordered=ordered)


def build(settings: TaskSettings, version: str) -> tuple[dict[str, Examples], Contents]:
    """The examples in a file of this version by split, and what is known of them; raises
    Refused."""
    from tasks.user_data import labelled, language, series

    builders = {"language-model": language.build, "forecast": series.build}
    make_of = builders.get(settings.kind, labelled.build)
    if settings.kind == "language-model" and settings.path.lower().endswith(".txt"):
        return make_of(Table(settings.path, {}, np.arange(0)), settings)
    return make_of(_table(settings.path, version), settings)


@lru_cache(maxsize=2)
def _table(path: str, version: str) -> Table:
    """A file as a table, read once for both orders."""
    return read(path)


def release() -> None:
    """Free the tables read so far; what is known of their contents stays."""
    _table.cache_clear()


def make(
    name: str, path: str, parameters: Mapping[str, Any], contents: Contents | None
) -> "UserTask":
    """A task by its parameters. contents: of the file when it was planned; None: not yet read."""
    settings = TaskSettings(**from_parameters(name, path, parameters))
    return KINDS[settings.kind](settings, contents)


@dataclass(frozen=True)
class UserTask(Stored):
    """A task from the user's data. In the control row, ``order=shuffled``, the steps of each
    sequence come in random order: what a model loses by that is what order carries.

    Example and shapes: as the file has them; see the report's section on it.
    Chance level: the floor that the report states.
    Split: by groups, time or at random; no group and no inputs are in two of them.
    """

    settings: TaskSettings
    planned: Contents | None = None

    readout = "mean"
    source = "the user's own file"

    @property
    def name(self) -> str:  # type: ignore[override]  # other classes have one for all instances
        return self.settings.name

    @cached_property
    def contents(self) -> Contents:
        """What is in the file: when the task was planned, else now."""
        return self.planned or contents_of(self.settings)

    @property
    def inputs(self) -> Tokens | Vectors:
        return self.contents.inputs

    @property
    def outputs(self) -> Classes | Reals | Tokens:
        return self.contents.outputs

    @property
    def longest_output(self) -> int:
        return self.contents.longest

    def load(self) -> dict[str, Examples]:
        path = self.settings.path
        try:
            version = digest(path)
        except OSError as error:
            raise Unavailable(f"{path}: cannot be read: {error.strerror}") from None
        if version != self.contents.version:
            raise Unavailable(f"{path} changed after the run was planned; run again")
        return build(self.settings, version)[0]

    def floor(self, split: str = "test") -> float:
        return self.contents.floors[split]

    def data_version(self) -> str:
        return self.contents.version

    def encode(self, text: str) -> np.ndarray:
        if not self.contents.symbols:
            return super().encode(text)
        ids = {symbol: number for number, symbol in enumerate(self.contents.symbols, 1)}
        symbols = self.settings.symbols(text)
        for symbol in symbols:
            if symbol not in ids:
                raise ValueError(f"{self.name} does not know {symbol!r}")
        return np.array([ids[symbol] for symbol in symbols], np.int64)

    def decode(self, tokens: np.ndarray) -> str:
        if not self.contents.written:
            return super().decode(tokens)
        return self._joined(tokens, self.contents.written)

    def describe(self, inputs: np.ndarray) -> str:
        if not self.contents.symbols:
            return super().describe(inputs)
        return self._joined(inputs, self.contents.symbols)

    def _joined(self, ids: np.ndarray, symbols: tuple[str, ...]) -> str:
        between = " " if self.settings.tokens == "words" else ""
        known = dict(enumerate(symbols, 1))
        return between.join(known.get(int(number), UNKNOWN) for number in ids)


class Classification(UserTask):
    """One label for each sequence."""

    problem = Problem.MANY_TO_ONE
    metric = "accuracy"

    def measures(self, predicted: np.ndarray, examples: Examples) -> dict[str, float]:
        """Balanced accuracy: the mean recall of the classes."""
        right = predicted == examples.targets
        recalls = [right[examples.targets == label].mean() for label in np.unique(examples.targets)]
        return {"balanced_accuracy": float(np.mean(recalls))}


class Regression(UserTask):
    """One number for each sequence."""

    problem = Problem.MANY_TO_ONE
    metric = "rmse"


class Forecast(Regression):
    """The value some steps after a window."""

    readout = "last"


class Tagging(UserTask):
    """One tag for each step; an output may look at all steps."""

    problem = Problem.MANY_TO_MANY
    metric = "accuracy"


class LanguageModel(UserTask):
    """The next symbol at every step."""

    problem = Problem.MANY_TO_MANY
    metric = "bits"
    causal = True
    horizon = 1


class Pairs(UserTask):
    """A sequence for each sequence, symbol by symbol."""

    problem = Problem.SEQUENCE_TO_SEQUENCE
    metric = "token_error_rate"


KINDS: dict[str, type[UserTask]] = {
    "classification": Classification,
    "regression": Regression,
    "forecast": Forecast,
    "tagging": Tagging,
    "text": Classification,
    "language-model": LanguageModel,
    "pairs": Pairs,
}
