"""What is known of a user's file, and how ragged sequences become arrays.

Vocabularies, means and deviations are those of the training split.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tasks.sources.text import most_frequent
from tasks.task import Classes, Reals, Tokens, Vectors
from tasks.user_data.messages import percent, plural
from tasks.user_data.settings import TaskSettings

SPLITS = ("training", "validation", "test")
MOST = {"training": 100_000, "validation": 1_000, "test": 5_000}
"""Examples of a split that are used; of more, so many are taken at even distances."""
VOCABULARY = 8_000
"""Most symbols that get an id of their own: the most frequent ones of the training split."""
WRITTEN = 500
"""The same for symbols that are to be written: each costs parameters of the output layer, which
the budget bounds."""


@dataclass(frozen=True)
class Contents:
    """All that is known of a file under some settings, but for the examples themselves."""

    inputs: Tokens | Vectors
    outputs: Classes | Reals | Tokens
    floors: dict[str, float] = field(compare=False)
    """Score of the best trivial predictor, by split."""
    facts: dict[str, str] = field(compare=False)
    """What the report says of the data, by subject."""
    symbols: tuple[str, ...] = ()
    """The input symbols that have an id, the first having id 1; 0 is any other."""
    written: tuple[str, ...] = ()
    """The same of output symbols, where outputs are sequences of their own."""
    longest: int = 0
    """Where outputs are written symbol by symbol: the most symbols, the closing one included."""
    version: str = ""
    """Format and hash of the file: with the settings, all that a result depends on."""
    ordered: bool = True
    """Some sequence has more than one step, so that there is an order to shuffle."""


def vocabulary(training: Iterable[Iterable[str]], most: int = VOCABULARY) -> dict[str, int]:
    """Ids from 1 for the commonest symbols of the training sequences; 0 is left for all others."""
    return most_frequent((symbol for steps in training for symbol in steps), most)


def coded(sequences: Iterable[Iterable[str]], ids: dict[str, int]) -> list[list[int]]:
    """Sequences of symbols as ids."""
    return [[ids.get(symbol, 0) for symbol in steps] for steps in sequences]


def unknown(sequences: Iterable[Sequence[int]]) -> str:
    """The share of symbols without an id of their own."""
    steps = np.concatenate([np.asarray(list(ids), int) for ids in sequences])
    return percent(int((steps == 0).sum()), len(steps))


def permutations(lengths: Iterable[int], settings: TaskSettings) -> list[np.ndarray]:
    """For each sequence the order in which its steps are shown: always the same random one in the
    control row, else the true one."""
    if settings.order == "kept":
        return [np.arange(length) for length in lengths]
    rng = np.random.default_rng(0)
    return [rng.permutation(length) for length in lengths]


def missing_fact(sequences: Iterable[np.ndarray], where_none: str = "in its sequence") -> str:
    """How many numbers are missing, and what becomes of them."""
    steps = np.concatenate(list(sequences))
    absent = int(np.isnan(steps).sum())
    if not absent:
        return "none"
    return (
        f"{plural(absent, 'input value')} ({percent(absent, steps.size)}): each repeats the last "
        f"one before it {where_none}; where there is none, the training mean"
    )
