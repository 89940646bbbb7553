"""From ragged sequences to padded arrays: symbols numbered, numbers filled and scaled.

Vocabularies, means and deviations are those of the training split.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from tasks.sources.text import most_frequent
from tasks.user_data.messages import percent, plural
from tasks.user_data.settings import TaskSettings

VOCABULARY = 8_000
"""Most symbols that get an id of their own: the most frequent ones of the training split."""
WRITTEN = 500
"""The same for symbols that are to be written: each costs parameters of the output layer, which
the budget bounds."""


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
