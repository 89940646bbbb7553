"""A task from a file of the user's own: see ``docs/own-data.md``.

The file is read when a run is planned, and refused there if something is wrong with it; what was
found goes with the task to where its cells run, and there the examples are made again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from tasks.task import (
    Classes,
    Examples,
    Problem,
    Reals,
    Stored,
    Tokens,
    Unavailable,
    Vectors,
)
from tasks.user_data.settings import Built, Refused, Settings
from tasks.user_data.table import Table, digest, read, shown


@dataclass(frozen=True)
class Source:
    """Where the data is, and what was found there when the task was planned."""

    path: str
    version: str
    """Format and hash of the content: the only thing here that a result depends on."""
    inputs: Tokens | Vectors
    outputs: Classes | Reals | Tokens
    floors: tuple[tuple[str, float], ...]
    facts: tuple[tuple[str, str], ...]
    symbols: tuple[str, ...]
    written: tuple[str, ...]
    longest: int
    ordered: bool
    """There is an order to be shuffled: some sequence has more than one step."""


CONTROL = {
    "forecast": "the steps within each window in random order; what is foretold stays",
    "tagging": "the steps of each sequence, with their tags, in random order",
    "language-model": "the symbols of each window in random order, before targets are made",
    "pairs": "the symbols of each source in random order; its target stays",
}
"""What the control row is, where it is more than inputs in random order."""


def look(path: str, parameters: tuple[tuple[str, Any], ...]) -> Source:
    """What is in a file under these settings; raises Refused, with file, row and column."""
    try:
        version = digest(path)
    except OSError as error:
        raise Refused(f"{shown(path)}: cannot be read: {error.strerror}") from None
    return _look(path, version, parameters)


@lru_cache(maxsize=16)
def _look(path: str, version: str, parameters: tuple[tuple[str, Any], ...]) -> Source:
    settings = Settings(**dict(parameters))
    settings.check()
    made = build(path, version, settings)
    one_step = max(part.inputs.shape[1] for part in made.splits.values()) == 1
    if one_step and settings.order == "shuffled":
        raise Refused(f"{shown(path)}: order = 'shuffled': every sequence is one step")
    hashed = f"SHA-256 {version.split()[1]}..."
    facts = {"file": f"{os.path.basename(path)}, {hashed}", "kind": settings.kind} | made.facts
    facts["control row"] = "none: a sequence of one step has no order" if one_step else CONTROL.get(
        settings.kind, "the steps of each sequence in random order"
    )  # fmt: skip
    return Source(
        path, version, made.inputs, made.outputs, tuple(made.floors.items()),
        tuple(facts.items()), made.symbols, made.written, made.longest, not one_step,
    )  # fmt: skip


def build(path: str, version: str, settings: Settings) -> Built:
    """The examples in a file of this version, and what is known of them; raises Refused."""
    from tasks.user_data import labelled, language, series

    text = settings.kind == "language-model" and path.lower().endswith(".txt")
    table = None if text else _table(path, version)
    if settings.kind == "language-model":
        return language.build(table, path, settings)
    assert table is not None
    if settings.kind == "forecast":
        return series.build(table, settings)
    return labelled.build(table, settings)


@lru_cache(maxsize=2)
def _table(path: str, version: str) -> Table:
    """A file as a table, read once for both orders."""
    return read(path)


def release() -> None:
    """Let go of the tables read so far; what was found in them stays known."""
    _table.cache_clear()


def make(name: str, source: Source, parameters: Mapping[str, Any]) -> Own:
    """The task of these settings."""
    settings = Settings(**parameters)
    return KINDS[settings.kind](name, source, settings)


@dataclass(frozen=True)
class Own(Stored):
    """A task of the user's own. In the control row, ``order=shuffled``, the steps of each sequence
    come in random order: what a model loses by that is what order carries.

    Example and shapes: as the file has them; see the report's section on it.
    Chance level: the floor that the report states.
    Split: by groups, time or at random, without a group or inputs met twice in two of them.
    """

    name: str  # type: ignore[misc]  # the user's; other classes have one for all instances
    data: Source
    settings: Settings

    readout = "mean"
    source = "the user's own file"

    @property
    def inputs(self) -> Tokens | Vectors:
        return self.data.inputs

    @property
    def outputs(self) -> Classes | Reals | Tokens:
        return self.data.outputs

    @property
    def longest_output(self) -> int:
        return self.data.longest

    def load(self) -> dict[str, Examples]:
        try:
            version = digest(self.data.path)
        except OSError as error:
            raise Unavailable(f"{self.data.path}: cannot be read: {error.strerror}") from None
        if version != self.data.version:
            raise Unavailable(f"{self.data.path} changed after the run was planned; run again")
        return build(self.data.path, version, self.settings).splits

    def floor(self, split: str = "test") -> float:
        return dict(self.data.floors)[split]

    def data_version(self) -> str:
        return self.data.version

    def encode(self, text: str) -> np.ndarray:
        if not self.data.symbols:
            return super().encode(text)
        ids = {symbol: number for number, symbol in enumerate(self.data.symbols, 1)}
        symbols = text.split() if self.settings.tokens == "words" else list(text)
        for symbol in symbols:
            if symbol not in ids:
                raise ValueError(f"{self.name} does not know {symbol!r}")
        return np.array([ids[symbol] for symbol in symbols], np.int64)

    def decode(self, tokens: np.ndarray) -> str:
        if not self.data.written:
            return super().decode(tokens)
        return self._spelled(tokens, self.data.written)

    def describe(self, inputs: np.ndarray) -> str:
        if not self.data.symbols:
            return super().describe(inputs)
        return self._spelled(inputs, self.data.symbols)

    def _spelled(self, ids: np.ndarray, symbols: tuple[str, ...]) -> str:
        between = " " if self.settings.tokens == "words" else ""
        known = dict(enumerate(symbols, 1))
        return between.join(known.get(int(number), UNKNOWN) for number in ids)


UNKNOWN = "\N{REPLACEMENT CHARACTER}"


class Classification(Own):
    """One label for each sequence."""

    problem = Problem.MANY_TO_ONE
    metric = "accuracy"

    def measures(self, predicted: np.ndarray, examples: Examples) -> dict[str, float]:
        """Balanced accuracy: the mean over classes of the share that is recognised."""
        right = predicted == examples.targets
        recalls = [right[examples.targets == label].mean() for label in np.unique(examples.targets)]
        return {"balanced_accuracy": float(np.mean(recalls))}


class Regression(Own):
    """One number for each sequence."""

    problem = Problem.MANY_TO_ONE
    metric = "rmse"


class Forecast(Regression):
    """The value some steps after a window."""

    readout = "last"


class Tagging(Own):
    """One tag for each step; an output may look at all steps."""

    problem = Problem.MANY_TO_MANY
    metric = "accuracy"


class LanguageModel(Own):
    """The next symbol at every step."""

    problem = Problem.MANY_TO_MANY
    metric = "bits"
    causal = True
    horizon = 1


class Pairs(Own):
    """A sequence for each sequence, symbol by symbol."""

    problem = Problem.SEQUENCE_TO_SEQUENCE
    metric = "token_error_rate"


KINDS: dict[str, type[Own]] = {
    "classification": Classification,
    "regression": Regression,
    "forecast": Forecast,
    "tagging": Tagging,
    "text": Classification,
    "language-model": LanguageModel,
    "pairs": Pairs,
}
