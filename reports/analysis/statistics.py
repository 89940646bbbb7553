"""Means with Student's t intervals, and tests of them; scipy.stats takes a second to import, so
only what needs it does."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

CONFIDENCE = 0.95
FEWEST = 3
"""Values from which on a mean has an interval (docs/coverage.md)."""
ROUNDING = 1e-12
"""A spread that is a smaller share of the values is none."""

Numbers = Iterable[float | None] | Mapping[int, float | None] | Mapping[int, float]
"""In a row, in an array too, or by seed."""


@dataclass(frozen=True)
class Summary:
    """A mean with its 95 % interval; None where there is none. The interval is computed when it
    is asked for, since scipy.special takes a quarter of a second to import."""

    n: int = 0
    """How many values; of several groups: the fewest in one."""
    mean: float | None = None
    error: float | None = None
    """Standard error of the mean."""
    freedom: float = 0.0
    """Its degrees of freedom."""
    least: float = 0.0
    """No p-value of it is smaller than this."""
    bounded: bool = True
    """Whether it may have an interval."""

    @cached_property
    def half(self) -> float | None:
        """Half-width of the interval."""
        if self.error is None or not self.bounded:
            return None
        from scipy.special import stdtrit

        return float(stdtrit(self.freedom, 0.5 + CONFIDENCE / 2)) * self.error

    @property
    def low(self) -> float | None:
        """Lower end of the interval."""
        return None if self.mean is None or self.half is None else self.mean - self.half

    @property
    def high(self) -> float | None:
        """Upper end of the interval."""
        return None if self.mean is None or self.half is None else self.mean + self.half

    @property
    def p(self) -> float | None:
        """Two-sided Student's t test of the mean against zero; None without an error. Of values
        without spread the least that turning signs could give, 2 ** (1 - n): never 0."""
        from scipy.special import stdtr

        if self.mean is None or self.error is None:
            return None
        if not self.error:
            return 1.0 if not self.mean else max(self.least, 2.0 ** (1 - self.n))
        return max(self.least, 2 * float(stdtr(self.freedom, -abs(self.mean) / self.error)))


def summarize(values: Numbers) -> Summary:
    """Mean and interval of the finite values; the others are passed over: mean +- t(0.975, n - 1)
    * s / sqrt(n), s the standard deviation (n - 1). No interval of fewer than three values."""
    numbers: Any = values.values() if isinstance(values, Mapping) else values
    if not isinstance(numbers, np.ndarray):
        numbers = np.array([v for v in numbers if v is not None], float)
    kept = numbers[np.isfinite(numbers)]
    n = len(kept)
    if n == 0:
        return Summary()
    mean = math.fsum((kept / n).tolist())
    if n == 1:
        return Summary(1, mean)
    with np.errstate(over="ignore"):
        away = kept - mean
    scale = float(abs(away).max()) or 1.0  # squares of huge values would overflow
    deviation = scale * math.sqrt(math.fsum(((away / scale) ** 2).tolist()) / (n - 1))
    if deviation < ROUNDING * float(abs(kept).max()):
        deviation = 0.0  # seeds that play no part: the same result but for the order of sums
    return Summary(n, mean, deviation / math.sqrt(n), n - 1, bounded=n >= FEWEST)


def paired(a: Mapping[int, float | None], b: Mapping[int, float | None]) -> Summary:
    """Mean and interval of a - b, by seed, over the seeds that both have: pairing takes out what a
    seed does to both alike, its data and its order of examples."""
    pairs = [(a[seed], b[seed]) for seed in sorted(a.keys() & b.keys())]
    return summarize(x - y for x, y in pairs if x is not None and y is not None)


def combine(groups: Sequence[Summary]) -> Summary:
    """The mean of several independent means, each weighing the same (a mean over tasks).

    Its degrees of freedom are those of Welch and Satterthwaite. No interval where a group has none.
    """
    groups = [g for g in groups if g.mean is not None]
    if len(groups) < 2:
        return groups[0] if groups else Summary()
    count, n = len(groups), min(g.n for g in groups)
    mean = math.fsum(g.mean / count for g in groups if g.mean is not None)
    errors = [g.error for g in groups if g.error is not None]
    if len(errors) < count:
        return Summary(n, mean)
    scale = max(errors) or 1.0
    shares = [(e / scale) ** 2 for e in errors]
    total = math.fsum(shares)
    below = math.fsum(s * s / g.freedom for s, g in zip(shares, groups, strict=True))
    freedom = total * total / below if below else float(n - 1)
    bounded = all(g.bounded for g in groups)
    return Summary(n, mean, scale * math.sqrt(total) / count, freedom, bounded=bounded)


def greater(values: Iterable[float], threshold: float) -> float:
    """P-value of a one-sided, one-sample t test that the mean is above the threshold.

    Values without spread, of which scipy's test gives NaN, give 0 above the threshold, 0.5 on it,
    1 below; fewer than two show nothing and give 1. Raises ValueError on one not finite.
    """
    from scipy.special import stdtr

    summary = summarize(_finite(values))
    if summary.mean is None or summary.error is None:
        return 1.0
    if summary.error == 0:
        return 0.5 if summary.mean == threshold else float(summary.mean < threshold)
    return float(stdtr(summary.freedom, (threshold - summary.mean) / summary.error))


def tost(differences: Iterable[float], margin: float) -> float:
    """P-value of an equivalence test, that the mean difference lies within +-margin: the larger of
    two one-sided tests (Schuirmann 1987). Raises ValueError unless margin > 0."""
    if not margin > 0:
        raise ValueError(f"the margin must be above 0, not {margin}")
    values = _finite(differences)
    return max(greater(values, -margin), greater([-d for d in values], -margin))


def holm(pvalues: Sequence[float]) -> list[float]:
    """P-values adjusted for their number (Holm 1979), in the order given. Raises ValueError on one
    outside 0..1. (statsmodels has the same, and takes a second to import.)"""
    if wrong := [p for p in pvalues if not 0 <= p <= 1]:
        raise ValueError(f"no p-value: {wrong[0]}")
    adjusted, largest = [0.0] * len(pvalues), 0.0
    for rank, i in enumerate(sorted(range(len(pvalues)), key=lambda i: pvalues[i])):
        largest = max(largest, min(1.0, (len(pvalues) - rank) * pvalues[i]))
        adjusted[i] = largest
    return adjusted


def fit_slope(x: Sequence[float], y: Sequence[float]) -> Summary:
    """Slope of the least-squares line, with Student's t interval; none with two points. Raises
    ValueError on lengths that differ, values not finite, or fewer than two different x."""
    from scipy.stats import linregress

    a, b = _finite(x), _finite(y)
    if len(a) != len(b) or len(set(a)) < 2:
        raise ValueError(f"no line through {len(a)} x ({len(set(a))} unlike), {len(b)} y")
    line = linregress(a, b)
    if len(a) == 2:
        return Summary(2, float(line.slope))
    return Summary(len(a), float(line.slope), float(line.stderr), len(a) - 2)


def _finite(values: Iterable[float]) -> list[float]:
    kept = [float(v) for v in values]
    if wrong := [v for v in kept if not math.isfinite(v)]:
        raise ValueError(f"not a finite number: {wrong[0]}")
    return kept
