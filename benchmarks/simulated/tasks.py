"""Architectures over tasks: aggregates with intervals over seeds, and tests over tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas
from scipy.stats import norm, trim_mean

from reports.analysis.across_tasks import rank
from reports.analysis.aggregates import interquartile_mean, probability_of_improvement, profile
from simulated.samples import LEVEL, SAMPLES, Case, Rng, Sample, misses

SHIFTS = np.linspace(-0.3, 0.1, 6)
"""What each of six tasks adds to its scores."""
ABOVE = 0.6


def _runs(s: Sample, rng: Rng, n: int) -> list[Any]:
    return list(s.draw(rng, (6, n)) + SHIFTS[:, None])


def _middle(s: Sample) -> Callable[[Rng, int], bool]:
    truth = float(trim_mean(np.concatenate(_runs(s, np.random.default_rng(1), 100_000)), 0.25))
    return lambda rng, n: misses(interquartile_mean(_runs(s, rng, n), 1), truth)


def _profile(s: Sample) -> Callable[[Rng, int], bool]:
    truth = float((np.concatenate(_runs(s, np.random.default_rng(1), 100_000)) > ABOVE).mean())
    return lambda rng, n: misses(profile(_runs(s, rng, n), [ABOVE], 1).iloc[0], truth)


def _improvement(s: Sample, ahead: float, truth: float) -> Callable[[Rng, int], bool]:
    def errs(rng: Rng, n: int) -> bool:
        found = probability_of_improvement(list(s.draw(rng, (6, n)) + ahead),
                                           list(s.draw(rng, (6, n))), 1)  # fmt: skip
        return misses(found, truth)

    return errs


def _ranked(count: int, s: Sample, pairs: bool) -> Callable[[Rng, int], bool]:
    """``count`` architectures alike on n tasks; an error is that Friedman's test says they are
    not, or that any two are shown to differ."""

    def errs(rng: Rng, n: int) -> bool:
        values = s.draw(rng, (n, count)).ravel()
        named = pandas.MultiIndex.from_product([range(n), map(str, range(count))],
                                               names=["task", "architecture"])  # fmt: skip
        found = rank(pandas.DataFrame({"level": values}, named).reset_index())
        p = found.friedman if found.friedman is not None else 0.0
        return p <= LEVEL and (not pairs or any(q.adjusted <= LEVEL for q in found.pairs))

    return errs


NORMAL, TIES, SKEWED, VERY, HALF, MOST, NEARLY_ALL = SAMPLES
CASES = [
    *(
        Case("interquartile mean of 6 tasks: percentile bootstrap", name, _middle(s),
             20 if name == NEARLY_ALL else 10, runs=200)
        for name, s in SAMPLES.items()
    ),
    *(
        Case("performance profile of 6 tasks, at one skill: percentile bootstrap", name,
             _profile(SAMPLES[name]), holds, runs=200, of=(3, 5, 10, 20, 40))
        for name, holds in {NORMAL: 20, VERY: 10, HALF: 10, NEARLY_ALL: 40}.items()
    ),
    *(
        Case("probability of improvement, 6 tasks: percentile bootstrap", name,
             _improvement(SAMPLES[name], 0.0, 0.5), 5, runs=200, of=(3, 5, 10))
        for name in (NORMAL, TIES, HALF, NEARLY_ALL)
    ),
    Case("probability of improvement, 6 tasks: percentile bootstrap", "normal, one better in 92 %",
         _improvement(SAMPLES[NORMAL], 0.2, float(norm.cdf(2**0.5))), 5, runs=200, of=(3, 5, 10)),
    *(
        Case(f"{count} alike over n tasks: {how}", name,
             _ranked(count, SAMPLES[name], pairs), 5, of=(5, 10), runs=300)
        for how, pairs, count, name in (
            ("Friedman's test", False, 3, NORMAL),
            ("Friedman's test, then Wilcoxon's with Holm", True, 3, HALF),
            ("Friedman's test, then Wilcoxon's with Holm", True, 6, NORMAL),
        )
    ),
]  # fmt: skip
