"""Solved or not over seeds, horizons, and families of statements in stages."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.stats import ttest_1samp

from reports.analysis import exact
from reports.analysis.horizon import horizon
from reports.analysis.stages import LOOKS, stages
from simulated.samples import LEVEL, Case, Rng, misses

LAGS = (5, 10, 20, 50, 100)


def _rates(share: float) -> list[Case]:
    name = f"{share:.0%} of seeds solve".replace("%", " %")

    def drawn(rng: Rng, n: int) -> exact.Rate:
        return exact.rate(rng.random(n) < share)

    return [
        Case("success rate: Clopper and Pearson's interval", name,
             lambda rng, n: misses(drawn(rng, n), share), allowed=LEVEL),
        Case("success rate above a threshold: binomial test", name,
             lambda rng, n: exact.against(drawn(rng, n), share) <= LEVEL, allowed=LEVEL),
        Case("two success rates: Boschloo's test", name,
             lambda rng, n: exact.boschloo(drawn(rng, n), drawn(rng, n)) <= LEVEL, allowed=LEVEL),
        Case("two success rates: Boschloo's test", f"{name}, half of them alike in both",
             lambda rng, n: exact.boschloo(*map(exact.rate, _alike(rng, n, share))) <= LEVEL,
             allowed=LEVEL),
        Case("equivalence of two success rates, .2 apart, within .2: exact test",
             f"{share + 0.1:.0%} and {share - 0.1:.0%} solve".replace("%", " %"),
             lambda rng, n: exact.equivalent(exact.rate(rng.random(n) < share + 0.1),
                                             exact.rate(rng.random(n) < share - 0.1), 0.2) <= LEVEL,
             allowed=LEVEL),
        Case("two success rates: McNemar's test", f"{name}, half of them alike in both",
             lambda rng, n: exact.mcnemar(*(dict(enumerate(x)) for x in _alike(rng, n, share)))
             <= LEVEL, allowed=LEVEL),
    ]  # fmt: skip


def _alike(rng: Rng, n: int, share: float) -> Any:
    both = rng.random((2, n)) < share
    both[1] = np.where(rng.random(n) < 0.5, both[0], both[1])
    return both


def _horizon(shares: tuple[float, ...], truth: int) -> Callable[[Rng, int], bool]:
    """Each seed learns all lags up to one of its own; ``shares`` learn each of `LAGS`. Longer lags
    are tried while at least half of the seeds learn."""

    def errs(rng: Rng, n: int) -> bool:
        learned = rng.random(n)[:, None] < np.array(shares)
        few = np.flatnonzero(2 * learned.sum(0) < n)
        tried = LAGS[: few[0] + 1 if len(few) else len(LAGS)]
        cells = [
            SimpleNamespace(architecture="a", task_name="t", seed=s, lag=lag, record=1,
                            refused=False, skill=float(learned[s, i]))
            for s in range(n) for i, lag in enumerate(tried)
        ]  # fmt: skip
        part: Any = SimpleNamespace(results=SimpleNamespace(cells=cells), lags=LAGS)
        return misses(horizon(part, "t", "a"), truth)

    return errs


def _staged(p_of: Callable[[Rng], list[list[float]]]) -> Callable[[Rng, int], bool]:
    """Of six statements the first two are true and soon shown; an error is any other shown."""

    def errs(rng: Rng, n: int) -> bool:
        looks = {f"false {i}": p for i, p in enumerate(p_of(rng))}
        found = stages({"true 1": [1e-9], "true 2": [0.2, 1e-6], **looks})
        return any(s.settled for name, s in found.items() if name.startswith("false"))

    return errs


def _t_at_looks(rng: Rng) -> list[list[float]]:
    values = rng.normal(size=(4, LOOKS[-1]))
    return [[float(ttest_1samp(v[:n], 0).pvalue) for n in LOOKS] for v in values]


def _boschloo_at_looks(rng: Rng) -> list[list[float]]:
    pairs = rng.random((4, 2, LOOKS[-1])) < 0.5
    return [[exact.boschloo(exact.rate(a[:n]), exact.rate(b[:n])) for n in LOOKS] for a, b in pairs]


STAGES = "any of four false statements settled in three stages"
CASES = [
    *(case for share in (0.5, 0.8, 0.9) for case in _rates(share)),
    Case("memory horizon: percentile bootstrap", "half learn up to 20 clearly",
         _horizon((0.98, 0.9, 0.75, 0.25, 0.05), 20), runs=200, of=(3, 5, 10)),
    Case("memory horizon: percentile bootstrap", "about half learn 20 and 50",
         _horizon((0.95, 0.8, 0.55, 0.45, 0.2), 20), runs=200, of=(3, 5, 10)),
    Case(STAGES, "t tests", _staged(_t_at_looks), runs=1000, of=(40,)),
    Case(STAGES, "Boschloo's tests", _staged(_boschloo_at_looks), runs=400, of=(40,)),
]  # fmt: skip
