"""Means over seeds, and two architectures with the same distribution of scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.stats import bootstrap

from reports.analysis import permutation
from reports.analysis.statistics import combine, greater, paired, summarize, tost
from simulated.samples import LEVEL, SAMPLES, Case, Rng, Sample, misses

NORMAL, TIES, SKEWED, VERY, HALF, MOST, NEARLY_ALL = SAMPLES


def _two(s: Sample, rng: Rng, n: int) -> tuple[dict[int, float], dict[int, float]]:
    a, b = s.draw(rng, (2, n))
    return dict(enumerate(map(float, a))), dict(enumerate(map(float, b)))


def _cases(
    what: str, errs: Callable[[Sample, Rng, int], bool], holds: dict[str, int | None], **terms: Any
) -> list[Case]:
    return [
        Case(what, name, lambda rng, n, s=SAMPLES[name]: errs(s, rng, n), of, **terms)
        for name, of in holds.items()
    ]


def _over_seeds(s: Sample, rng: Rng, n: int) -> bool:
    return misses(summarize(s.draw(rng, n)), s.mean)


def _over_tasks(s: Sample, rng: Rng, n: int) -> bool:
    scales = (1, 1, 1, 0.5, 0.5, 0.2)
    found = combine([summarize(scale * s.draw(rng, n)) for scale in scales])
    return misses(found, s.mean * float(np.mean(scales)))


def _bootstrapped(method: str) -> Callable[[Rng, int], bool]:
    s = SAMPLES[NORMAL]

    def errs(rng: Rng, n: int) -> bool:
        found = bootstrap((s.draw(rng, n),), np.mean, n_resamples=399, method=method,
                          random_state=rng)  # fmt: skip
        return misses(found.confidence_interval, s.mean)

    return errs


def _rare(test: Callable[[Any, float], float]) -> Callable[[Rng, int], bool]:
    """One always solves, the other in 90 % of the seeds; the margin is the true difference."""

    def errs(rng: Rng, n: int) -> bool:
        fails = rng.random(n) < 0.1
        lost = rng.normal(0, 0.005, n) - 0.89 * fails
        return test(lost, 0.089) <= LEVEL

    return errs


EVERYWHERE = dict.fromkeys(SAMPLES, 3)
ONE_SIDED = {NORMAL: 3, TIES: 3, SKEWED: None, VERY: None, HALF: 5, MOST: 20, NEARLY_ALL: None}
CASES = [
    *_cases("mean over seeds: Student's t interval", _over_seeds,
            {NORMAL: 3, TIES: 3, SKEWED: 3, VERY: None}),
    *_cases("mean over seeds, not shown: Student's t interval", _over_seeds,
            {HALF: 5, MOST: 20, NEARLY_ALL: None}),
    *(
        Case(f"mean over seeds, not shown: {how} bootstrap", NORMAL, _bootstrapped(how), None,
             runs=1000, of=(5, 10))
        for how in ("percentile", "basic", "BCa")
    ),
    *_cases("mean over 6 tasks: Welch and Satterthwaite's interval", _over_tasks,
            {NORMAL: 3, TIES: 3, SKEWED: 3, VERY: None}, runs=2000),
    *_cases("mean over 6 tasks, not shown: Welch and Satterthwaite's interval", _over_tasks,
            {HALF: 3, MOST: 3, NEARLY_ALL: 20}, runs=2000),
    *_cases(
        "mean above a threshold: one-sided t test",
        lambda s, rng, n: greater(s.draw(rng, n), s.mean) <= LEVEL, ONE_SIDED,
    ),
    *_cases(
        "mean above a threshold: permutation test",
        lambda s, rng, n: permutation.above(s.draw(rng, n), s.mean) <= LEVEL,
        ONE_SIDED, runs=1000, of=(5, 10),
    ),
    *_cases(
        "two alike: paired t test over seeds",
        lambda s, rng, n: (paired(*_two(s, rng, n)).p or 0) <= LEVEL, EVERYWHERE,
    ),
    *_cases(
        "two alike: permutation test over seeds",
        lambda s, rng, n: permutation.unequal(np.subtract(*s.draw(rng, (2, n)))) <= LEVEL,
        EVERYWHERE, runs=1000, allowed=LEVEL, of=(5, 10),
    ),
    *_cases(
        "equivalence, the truth on the margin: two t tests",
        lambda s, rng, n: tost(np.subtract(*s.draw(rng, (2, n))) + 0.05, 0.05) <= LEVEL,
        EVERYWHERE, runs=2000,
    ),
    *_cases(
        "equivalence, the truth on the margin: two permutation tests",
        lambda s, rng, n: permutation.equivalent(np.subtract(*s.draw(rng, (2, n))) + 0.05, 0.05)
        <= LEVEL,
        EVERYWHERE, runs=1000, of=(5, 10),
    ),
    Case("equivalence, the truth on the margin: two t tests", "all of one solve, 90 % of the other",
         _rare(tost), None),
    Case("equivalence, the truth on the margin: two permutation tests",
         "all of one solve, 90 % of the other", _rare(permutation.equivalent), None, runs=1000,
         of=(5, 10)),
]  # fmt: skip
