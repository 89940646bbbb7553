"""Solved or not over seeds, horizons, and families of statements in stages."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
from scipy.stats import ttest_1samp

from reports.analysis import exact
from reports.analysis import horizon as horizons
from reports.analysis.results import TaskInfo
from reports.analysis.stages import LOOKS, stages
from simulated.samples import LEVEL, Case, Rng, misses

LAGS = (5, 10, 20, 50, 100)
TASK = TaskInfo("t", "t", tags=("memory",))


def _rates(share: float) -> list[Case]:
    """Cases of seeds that solve at one rate; ``alike``: half of them do what the other's do."""
    name, alike = _words(share), f"{_words(share)}, half of them alike in both"

    def drawn(rng: Rng, n: int, at: float = share) -> exact.Rate:
        return exact.rate(rng.random(n) < at)

    def paired(rng: Rng, n: int) -> Any:
        both = rng.random((2, n)) < share
        both[1] = np.where(rng.random(n) < 0.5, both[0], both[1])
        return both

    def boschloo_of_pairs(rng: Rng, n: int) -> bool:
        return exact.boschloo(*map(exact.rate, paired(rng, n))) <= LEVEL

    def mcnemar(rng: Rng, n: int) -> bool:
        return exact.mcnemar(*(dict(enumerate(x)) for x in paired(rng, n))) <= LEVEL

    def equivalent(rng: Rng, n: int) -> bool:
        return (
            exact.equivalent(drawn(rng, n, share + 0.1), drawn(rng, n, share - 0.1), 0.2) <= LEVEL
        )

    return [
        Case("success rate: Clopper and Pearson's interval", name,
             lambda rng, n: misses(drawn(rng, n), share), allowed=LEVEL),
        Case("success rate above a threshold: binomial test", name,
             lambda rng, n: exact.against(drawn(rng, n), share) <= LEVEL, allowed=LEVEL),
        Case("two equal success rates: Boschloo's test", name,
             lambda rng, n: exact.boschloo(drawn(rng, n), drawn(rng, n)) <= LEVEL,
             allowed=LEVEL, runs=1500, of=(3, 10, 20)),
        Case("two equal success rates: Boschloo's test", alike, boschloo_of_pairs,
             allowed=LEVEL, runs=1500, of=(3, 10, 20)),
        Case("two equal success rates: McNemar's test", alike, mcnemar, allowed=LEVEL),
        Case("equivalence of success rates, the truth on the margin: exact test",
             f"{_words(share + 0.1)}, of the other {100 * share - 10:.0f} %", equivalent,
             allowed=LEVEL, runs=1000, of=(10, 20)),
    ]  # fmt: skip


def _words(share: float) -> str:
    return f"{100 * share:.0f} % of seeds solve"


def _horizon(shares: tuple[float, ...], truth: int) -> Callable[[Rng, int], bool]:
    """Each seed learns all lags up to one of its own; ``shares`` learn each of `LAGS`. Longer lags
    are tried while at least half of the seeds learn."""

    def errs(rng: Rng, n: int) -> bool:
        learned = rng.random(n)[:, None] < np.array(shares)
        few = np.flatnonzero(2 * learned.sum(0) < n)
        tried = LAGS[: few[0] + 1 if len(few) else len(LAGS)]
        cells = [
            SimpleNamespace(architecture="a", task_name="t", seed=s, lag=lag,
                            record=TASK, refused=False, skill=float(learned[s, i]))
            for s in range(n) for i, lag in enumerate(tried)
        ]  # fmt: skip
        part: Any = SimpleNamespace(results=SimpleNamespace(cells=cells), lags=LAGS)
        with patch.object(horizons, "FEWEST", 1):  # what would be shown with fewer
            return misses(horizons.horizon(part, "t", "a"), truth)

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
    *(case for share in (0.5, 0.9) for case in _rates(share)),
    Case("memory horizon: percentile bootstrap", "half learn up to 20 clearly",
         _horizon((0.98, 0.9, 0.75, 0.25, 0.05), 20), 10, runs=200, of=(5, 10)),
    Case("memory horizon: percentile bootstrap", "about half learn 20 and 50",
         _horizon((0.95, 0.8, 0.55, 0.45, 0.2), 20), 10, runs=200, of=(3, 5, 10)),
    Case(STAGES, "t tests", _staged(_t_at_looks), runs=1000, of=(40,)),
    Case(STAGES, "Boschloo's tests", _staged(_boschloo_at_looks), runs=400, of=(40,)),
]  # fmt: skip
