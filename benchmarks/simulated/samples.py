"""Samples of known truth, and what it means that a method errs on one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

LEVEL = 0.05
LIBERAL = 0.075
"""What an approximate method at 5 % may err: the liberal criterion of Bradley 1978."""
SEEDS = (3, 5, 10, 20)
Rng = np.random.Generator


@dataclass(frozen=True)
class Sample:
    """Scores of seeds: how they are drawn, and their mean."""

    draw: Callable[[Rng, Any], Any]
    mean: float


@dataclass(frozen=True)
class Case:
    """``errs``: of one simulated data set of n seeds (or tasks), whether the method errs on it: an
    interval that does not hold the truth, a test that rejects what is true. ``holds``: the n from
    which on it errs in at most ``allowed`` of the data sets; None: at no n that was tried."""

    what: str
    sample: str
    errs: Callable[[Rng, int], bool]
    holds: int | None = 3
    allowed: float = LIBERAL
    runs: int = 3000
    of: tuple[int, ...] = SEEDS

    def errors(self, n: int, runs: int) -> int:
        """How often the method errs in this many runs."""
        rng = np.random.default_rng([0, n])
        return sum(bool(self.errs(rng, n)) for _ in range(runs))


def solving(rate: float) -> Sample:
    """Seeds that solve a task with a skill of .99 +- .005, or stay at .1 +- .03."""

    def draw(rng: Rng, size: Any) -> Any:
        solves = rng.random(size) < rate
        return np.where(solves, rng.normal(0.99, 0.005, size), rng.normal(0.1, 0.03, size))

    return Sample(draw, rate * 0.99 + (1 - rate) * 0.1)


SAMPLES = {
    "normal": Sample(lambda rng, size: rng.normal(0.7, 0.1, size), 0.7),
    "normal, with ties": Sample(lambda rng, size: rng.normal(0.7, 0.1, size).round(1), 0.7),
    "skewed": Sample(lambda rng, size: 1 - rng.gamma(4, 0.05, size), 0.8),
    "very skewed": Sample(lambda rng, size: 1 - rng.lognormal(-2, 1, size), 1 - np.exp(-1.5)),
    "50 % of seeds solve": solving(0.5),
    "80 % of seeds solve": solving(0.8),
    "90 % of seeds solve": solving(0.9),
}
"""The skewness is -1 in the third and -6 in the fourth."""


def misses(found: Any, truth: float) -> bool:
    """Whether an interval does not hold the truth; one that is not shown misses nothing."""
    return found.low is not None and not found.low - 1e-12 <= truth <= found.high + 1e-12
