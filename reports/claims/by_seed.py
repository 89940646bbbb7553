"""Arithmetic on numbers by seed: what is taken of two holds the seeds that both have."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

BySeed = Mapping[int, float]


def differences(one: BySeed, other: BySeed) -> dict[int, float]:
    """One minus other."""
    return {seed: one[seed] - other[seed] for seed in one if seed in other}


def negative(values: BySeed) -> dict[int, float]:
    """For a claim that something lies below a threshold: minus it lies above minus that."""
    return {seed: -value for seed, value in values.items()}


def doublings(one: BySeed, other: BySeed) -> dict[int, float]:
    """How many times one is other, as a base-2 logarithm: 1 is twice as much."""
    return {
        seed: math.log2(one[seed] / other[seed])
        for seed in one
        if other.get(seed, 0) > 0 and one[seed] > 0
    }


def times(doublings: BySeed) -> dict[int, float]:
    """How many times, from base-2 logarithms."""
    return {seed: 2**value for seed, value in doublings.items()}


def mean_over(numbers: Iterable[BySeed]) -> dict[int, float]:
    """The mean of several numbers, for the seeds that have all of them."""
    numbers = list(numbers)
    seeds = set.intersection(*(set(values) for values in numbers)) if numbers else set()
    return {seed: sum(values[seed] for values in numbers) / len(numbers) for seed in sorted(seeds)}
