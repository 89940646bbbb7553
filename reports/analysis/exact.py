"""Solved or not: success rates over seeds, their intervals, and exact tests of them.

On tasks of memory and logic a seed solves the task or it does not, so means and Student's t say
little of it: what is counted are the seeds that solve it.

**Paired or not?** Two architectures at one seed see the same examples in the same order, but their
initial weights are unrelated, and these decide who solves a task. So their seeds are two samples:
`boschloo`. If shared examples do make two of a seed alike, the difference of the rates varies less
than Boschloo's test reckons with, and the test errs on the safe side (docs/coverage.md measures
it). Where the two share their initial weights, too, as with clipping on and off, seeds are pairs:
`mcnemar`, which asks only the seeds in which the two part, and holds its level however alike they
are. Choose by how the seeds were made, not by which p-value is smaller.

Tests return a p-value, never 0; without seeds it is 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from reports.analysis.statistics import CONFIDENCE

Alternative = Literal["greater", "less", "two-sided"]
RATES = 501
"""Rates among which the least favourable one is sought."""


@dataclass(frozen=True)
class Rate:
    """How many of ``n`` seeds solved a task; ``low`` and ``high`` are the 95 % interval of the
    success rate (Clopper and Pearson 1934), which holds its level at any n. No seeds: 0 to 1."""

    solved: int
    n: int

    @property
    def share(self) -> float | None:
        """Solved of all; None without seeds."""
        return self.solved / self.n if self.n else None

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return _interval(self.solved, self.n)[0]

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return _interval(self.solved, self.n)[1]


def rate(outcomes: Iterable[bool]) -> Rate:
    """The success rate of some seeds: for each, whether it solved the task."""
    kept = [bool(outcome) for outcome in outcomes]
    return Rate(sum(kept), len(kept))


def against(of: Rate, threshold: float, alternative: Alternative = "greater") -> float:
    """The exact binomial test that a success rate is above the threshold, in 0..1 (Clopper and
    Pearson 1934). Raises ValueError on another threshold."""
    if not 0 <= threshold <= 1:
        raise ValueError(f"no success rate: {threshold}")
    return _binomial(of.solved, of.n, threshold, alternative)


def boschloo(a: Rate, b: Rate, alternative: Alternative = "two-sided") -> float:
    """Boschloo's exact test of two success rates, of seeds that are not paired; ``greater``: that
    of a is the higher one.

    Fisher's p-value as statistic, maximised over the common rate (Boschloo 1970): exact as
    Fisher's test, and never less powerful (Mehrotra, Chan and Berger 2003). The two-sided p-value
    is twice the smaller one-sided one.
    """
    return _boschloo(a.solved, a.n, b.solved, b.n, alternative)


def higher(a: Rate, b: Rate, by: float) -> float:
    """P-value that the success rate of a is more than ``by`` above that of b, of seeds that are not
    paired; where ``by`` is below 0, that it is less than so much lower.

    An exact test (Chan 1998), maximised over the rates that lie so far apart. Raises ValueError
    unless -1 < by < 1.
    """
    if not -1 < by < 1:
        raise ValueError(f"two rates differ by less than 1, not by {by}")
    return _higher(a.solved, a.n, b.solved, b.n, by)


def equivalent(a: Rate, b: Rate, margin: float) -> float:
    """P-value that two success rates, of seeds that are not paired, differ by less than the margin:
    the larger of two one-sided ones, see ``higher``. Raises ValueError unless 0 < margin < 1."""
    if not 0 < margin < 1:
        raise ValueError(f"the margin must lie between 0 and 1, not {margin}")
    return max(higher(a, b, -margin), higher(b, a, -margin))


def mcnemar(
    a: Mapping[int, bool], b: Mapping[int, bool], alternative: Alternative = "two-sided"
) -> float:
    """McNemar's exact test of two success rates over paired seeds: the binomial test of the seeds
    in which the two part (McNemar 1947). a, b: by seed, whether it solved the task; a seed that
    either lacks is passed over."""
    shared = a.keys() & b.keys()
    only_a = sum(a[seed] and not b[seed] for seed in shared)
    only_b = sum(b[seed] and not a[seed] for seed in shared)
    return _binomial(only_a, only_a + only_b, 0.5, alternative)


@cache
def _interval(solved: int, n: int) -> tuple[float, float]:
    """Its ends are quantiles of beta distributions; scipy.stats has them ready, and
    takes a second to import."""
    from scipy.special import betaincinv

    tail = (1 - CONFIDENCE) / 2
    low = betaincinv(solved, n - solved + 1, tail) if solved else 0.0
    high = betaincinv(solved + 1, n - solved, 1 - tail) if solved < n else 1.0
    return float(low), float(high)


@cache
def _binomial(solved: int, n: int, threshold: float, alternative: Alternative) -> float:
    from scipy.stats import binomtest

    return float(binomtest(solved, n, threshold, alternative).pvalue) if n else 1.0


@cache
def _higher(a: int, n: int, b: int, m: int, by: float) -> float:
    import numpy as np
    from scipy.stats import binom

    if not n or not m:
        return 1.0
    x, y = np.arange(n + 1)[:, None], np.arange(m + 1)[:, None]
    first, second = (x + 0.5) / (n + 1), (y.T + 0.5) / (m + 1)
    error = np.sqrt(first * (1 - first) / n + second * (1 - second) / m)
    distance = (x / n - y.T / m - by) / error
    reached = distance >= distance[a, b] - 1e-12
    of_a = np.linspace(max(0.0, by), min(1.0, 1 + by), RATES)
    chance = binom.pmf(x, n, of_a) * (reached @ binom.pmf(y, m, of_a - by))
    return min(1.0, float(chance.sum(0).max()))


@cache
def _boschloo(a: int, n: int, b: int, m: int, alternative: Alternative) -> float:
    from scipy.stats import boschloo_exact

    if not n or not m or a * m == b * n and alternative == "two-sided":
        return 1.0
    if a + b in (0, n + m):  # nobody or everybody: scipy has no number for it
        return 1.0
    return float(boschloo_exact([[a, b], [n - a, m - b]], alternative=alternative).pvalue)
