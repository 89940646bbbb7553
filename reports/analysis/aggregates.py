"""Aggregates of skill over the runs of several tasks, with intervals from the seeds; and how
probable it is over tasks that one of two is better.

After Agarwal et al. 2021, "Deep reinforcement learning at the edge of the statistical precipice".
A run is one (task, seed); each counts the same. Intervals are the percentile bootstrap's,
stratified: seeds are drawn anew within each task, tasks are not drawn. They are too narrow where
seeds are few, and so are shown only from as many as `docs/coverage.md` says that they hold with.
(scipy's bootstrap refuses tasks with one seed, and has no bands.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas
from scipy.stats import trim_mean

from reports.analysis.statistics import CONFIDENCE

RESAMPLES, SEED = 2000, 0
ROPE = 0.02
"""Differences in skill up to this do not matter in practice."""
PRIOR = 0.5
"""Weight of the prior's one pseudo-observation, at no difference; a task has weight 1."""
SAMPLES = 20_000
"""Of the posterior's weights."""
FEWEST_OF_MEAN = 20
"""Seeds of each task from which on an interquartile mean has an interval: with 10 it misses the
truth in 11 % where nine in ten seeds solve a task (docs/coverage.md)."""
FEWEST_OF_PROFILE = 40
"""The same of a performance profile: with 20 it misses in 10 %."""
FEWEST_OF_CHANCE = 5
"""The same of the chance to beat another: with 3 it misses in 10 to 13 %."""
Runs = Sequence[Any]
"""One array of skills, ``(seeds,)``, for each task."""


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval, None with too few seeds; ``runs`` went into it."""

    value: float
    low: float | None
    high: float | None
    runs: int


@dataclass(frozen=True)
class Posterior:
    """Probabilities that a is worse than b, practically equal, or better; they sum to 1."""

    worse: float
    equal: float
    better: float


def interquartile_mean(runs: Runs, fewest: int = FEWEST_OF_MEAN) -> Estimate:
    """Mean of the middle half of all runs: a quarter is cut off at each end, rounded down."""
    value = trim_mean(np.concatenate(runs), 0.25)
    count = sum(map(len, runs))
    if min(map(len, runs)) < fewest:
        return Estimate(float(value), None, None, count)
    drawn = np.hstack(_resamples(runs, np.random.default_rng(SEED)))
    return Estimate(float(value), *_interval(trim_mean(drawn, 0.25, axis=-1)), count)


def profile(runs: Runs, tau: Sequence[float], fewest: int = FEWEST_OF_PROFILE) -> pandas.DataFrame:
    """Performance profile (Dolan and Moré 2002; of runs, Agarwal et al. 2021).

    By tau: ``middle``, the share of runs with more skill, and ``low`` and ``high``, its pointwise
    95 % band; NaN where a task has fewer seeds than ``fewest``.
    """
    values, band = np.concatenate(runs), np.full((len(tau), 2), np.nan)
    if min(map(len, runs)) >= fewest:
        drawn = np.hstack(_resamples(runs, np.random.default_rng(SEED)))
        band = np.array([_interval((drawn > t).mean(axis=1)) for t in tau])
    columns = {"middle": [float((values > t).mean()) for t in tau]}
    return pandas.DataFrame(columns | {"low": band[:, 0], "high": band[:, 1]}, index=list(tau))


def probability_of_improvement(a: Runs, b: Runs, fewest: int = FEWEST_OF_CHANCE) -> Estimate:
    """Chance that a run of a beats one of b on the same task, averaged over the tasks.

    On a task it is the Mann-Whitney U over the number of pairs of runs; a tie is half a win.
    a, b: the same tasks in the same order. The two are resampled independently.
    """

    wins = [_wins(np.asarray(x), np.asarray(y)) for x, y in zip(a, b, strict=True)]
    value = float(np.mean([task.mean() for task in wins]))
    sizes = tuple(map(len, a)), tuple(map(len, b))
    if min(map(min, sizes)) < fewest:
        return Estimate(value, None, None, sum(map(sum, sizes)))
    drawn = [
        ((one @ task) * other).sum(axis=1) / task.size
        for task, one, other in zip(wins, *_times_drawn(*sizes), strict=True)
    ]
    return Estimate(value, *_interval(np.mean(drawn, axis=0)), sum(map(sum, sizes)))


def signed_rank(differences: Sequence[float], rope: float = ROPE) -> Posterior:
    """Posterior over tasks from differences in mean skill, a - b, one for each task: the Bayesian
    signed-rank test with a region of practical equivalence (Benavoli, Corani, Demšar and Zaffalon
    2017, "Time for a change", section 4). (baycomp has the same, but draws in a loop: a second for
    each pair, where a page has dozens.)

    The weights of the tasks have a Dirichlet posterior (the Bayesian bootstrap, plus a prior). A
    sample of weights gives to "better" the weighted share of pairs of tasks whose mean difference
    is above the region (on its edge: half), to "worse" that below it, to "equal" the rest.
    A probability is the share of samples in which its region has the most.
    """
    values = np.array([0.0, *differences])
    sums = values[:, None] + values[None, :]
    better = (sums > 2 * rope) + 0.5 * (sums == 2 * rope)
    worse = (sums < -2 * rope) + 0.5 * (sums == -2 * rope)
    weights = _weights(len(differences))
    right = ((weights @ better) * weights).sum(axis=1)
    left = ((weights @ worse) * weights).sum(axis=1)
    regions = np.stack([left, 1 - left - right, right], axis=1)
    shares = np.bincount(regions.argmax(axis=1), minlength=3) / SAMPLES
    return Posterior(*map(float, shares))


@cache
def _weights(tasks: int) -> Any:
    """``(SAMPLES, 1 + tasks)`` draws of the posterior's weights: the same for each two."""
    prior = np.array([PRIOR] + [1.0] * tasks)
    return np.random.default_rng(SEED).dirichlet(prior, SAMPLES)


def _wins(x: Any, y: Any) -> Any:
    """``(seeds of x, seeds of y)``: 1 where a run of x wins, a half in a tie. Their mean is scipy's
    mannwhitneyu over the number of pairs, and a mean over drawn runs needs no more than how often
    each was drawn: a twentieth of the time."""
    return (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])


@cache
def _times_drawn(*sides: tuple[int, ...]) -> tuple[list[Any], ...]:
    """Of each side by task ``(RESAMPLES, seeds)``: how often each run is drawn. Comparisons of
    as many runs draw alike."""
    rng = np.random.default_rng(SEED)
    return tuple(
        [(index[:, :, None] == np.arange(size)).sum(axis=1).astype(float)
         for size in sizes for index in [_indices(size, rng)]]
        for sizes in sides
    )  # fmt: skip


def _resamples(runs: Runs, rng: Any) -> list[Any]:
    """For each task ``(RESAMPLES, seeds)``: its runs, drawn with replacement."""
    return [np.asarray(values)[_indices(len(values), rng)] for values in runs]


def _indices(size: int, rng: Any) -> Any:
    return rng.integers(0, size, (RESAMPLES, size))


def _interval(values: Any) -> tuple[float, float]:
    low, high = np.quantile(values, [0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2])
    return float(low), float(high)
