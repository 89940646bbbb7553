"""Mean and 95 % interval over seeds.

The interval is Student's t: mean +- t(0.975, n - 1) * s / sqrt(n), with s the standard deviation
of the seeds (n - 1 in the denominator). One seed has a mean and no interval.

More: `difference.py` tests two architectures on a task, `across_tasks.py` compares them over tasks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95
ROUNDING = 1e-12
"""A spread that is a smaller share of the values is none."""

Numbers = Iterable[float | None] | Mapping[int, float | None] | Mapping[int, float]
"""In a row, or by seed."""


@dataclass(frozen=True)
class Summary:
    """A mean with the half-width of its interval.

    ``n`` counts the values (of several groups: the fewest in one). ``half`` is None where there is
    no interval, ``mean`` where there is no value. ``error`` is the standard error of the mean
    and ``freedom`` its degrees of freedom.
    """

    n: int = 0
    mean: float | None = None
    half: float | None = None
    error: float | None = None
    freedom: float = 0.0
    least: float = 0.0
    """No p-value of it is smaller than this."""

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
        """Two-sided Student's t test of the mean against zero; None without an interval."""
        from scipy.special import stdtr  # scipy.stats takes a second to import, this does not

        if self.mean is None or self.error is None:
            return None
        if not self.error:
            return 1.0 if not self.mean else self.least
        return max(self.least, 2 * float(stdtr(self.freedom, -abs(self.mean) / self.error)))


def summarize(values: Numbers) -> Summary:
    """Mean and interval of the finite values; the others are passed over."""
    numbers = values.values() if isinstance(values, Mapping) else values
    kept = [float(v) for v in numbers if v is not None and math.isfinite(v)]
    n = len(kept)
    if n == 0:
        return Summary()
    mean = math.fsum(v / n for v in kept)
    if n == 1:
        return Summary(1, mean)
    scale = max(abs(v - mean) for v in kept) or 1.0  # squares of huge values would overflow
    deviation = scale * math.sqrt(math.fsum(((v - mean) / scale) ** 2 for v in kept) / (n - 1))
    if deviation < ROUNDING * max(abs(v) for v in kept):
        deviation = 0.0  # seeds that play no part: the same result but for the order of sums
    return _with_interval(n, mean, deviation / math.sqrt(n), n - 1)


def paired(a: Mapping[int, float | None], b: Mapping[int, float | None]) -> Summary:
    """Mean and interval of a - b over the seeds that both have.

    a, b: score or skill by seed. Pairing takes out what a seed does to both alike: its data and
    its order of examples. A seed that either lacks is passed over.
    """
    pairs = [(a[seed], b[seed]) for seed in sorted(a.keys() & b.keys())]
    return summarize(x - y for x, y in pairs if x is not None and y is not None)


def combine(groups: Sequence[Summary]) -> Summary:
    """The mean of several independent means, each weighing the same (a mean over tasks).

    Its standard error is that of a sum of independent means, its degrees of freedom those of
    Welch and Satterthwaite. No interval when a group has none: the spread is then not known.
    """
    groups = [g for g in groups if g.mean is not None]
    means = [g.mean for g in groups if g.mean is not None]
    if not groups:
        return Summary()
    if len(groups) == 1:
        return groups[0]
    count, n = len(groups), min(g.n for g in groups)
    mean = math.fsum(m / count for m in means)
    errors = [g.error for g in groups if g.error is not None]
    if len(errors) < count:
        return Summary(n, mean)
    scale = max(errors) or 1.0
    shares = [(e / scale) ** 2 for e in errors]
    total = math.fsum(shares)
    below = math.fsum(s * s / g.freedom for s, g in zip(shares, groups, strict=True))
    freedom = total * total / below if below else float(n - 1)
    return _with_interval(n, mean, scale * math.sqrt(total) / count, freedom)


def greater(values: Iterable[float], threshold: float) -> float:
    """P-value of a one-sided, one-sample t test that the mean is above the threshold.

    For "below", negate both. Values without spread, of which scipy's test gives NaN, give 0 above
    the threshold, 0.5 on it, 1 below; fewer than two values show nothing and give 1. Raises
    ValueError on one not finite.
    """
    from scipy.special import stdtr

    summary = summarize(_finite(values))
    if summary.mean is None or summary.error is None:
        return 1.0
    if summary.error == 0:
        return 0.5 if summary.mean == threshold else float(summary.mean < threshold)
    return float(stdtr(summary.freedom, (threshold - summary.mean) / summary.error))


def tost(differences: Iterable[float], margin: float) -> float:
    """P-value of an equivalence test: that the mean difference lies within +-margin.

    Two one-sided paired t tests (Schuirmann 1987), as `greater` makes them; the larger p-value of
    the two. A small one shows equivalence; a large one shows nothing. Raises ValueError unless
    margin > 0.
    """
    if not margin > 0:
        raise ValueError(f"the margin must be above 0, not {margin}")
    values = _finite(differences)
    return max(greater(values, -margin), greater([-d for d in values], -margin))


def holm(pvalues: Sequence[float]) -> list[float]:
    """P-values adjusted for their number (Holm 1979), in the order given.

    Reject those at most alpha: the chance of any false rejection is then at most alpha. Raises
    ValueError on a p-value outside 0..1. (statsmodels has the same, and takes a second to import.)
    """
    if wrong := [p for p in pvalues if not 0 <= p <= 1]:
        raise ValueError(f"no p-value: {wrong[0]}")
    adjusted, largest = [0.0] * len(pvalues), 0.0
    for rank, i in enumerate(sorted(range(len(pvalues)), key=lambda i: pvalues[i])):
        largest = max(largest, min(1.0, (len(pvalues) - rank) * pvalues[i]))
        adjusted[i] = largest
    return adjusted


def fit_slope(x: Sequence[float], y: Sequence[float]) -> Summary:
    """Slope of the least-squares line y = intercept + slope * x, with Student's t interval; none
    with two points, which any line fits.

    For an exponential law give log y, for a power law log x, too. Raises ValueError on lengths
    that differ, values that are not finite, or fewer than two different x.
    """
    from scipy.stats import linregress

    a, b = _finite(x), _finite(y)
    if len(a) != len(b) or len(set(a)) < 2:
        raise ValueError(f"no line through {len(a)} x ({len(set(a))} unlike), {len(b)} y")
    line = linregress(a, b)
    if len(a) == 2:
        return Summary(2, float(line.slope))
    return _with_interval(len(a), float(line.slope), float(line.stderr), len(a) - 2)


def _finite(values: Iterable[float]) -> list[float]:
    kept = [float(v) for v in values]
    if wrong := [v for v in kept if not math.isfinite(v)]:
        raise ValueError(f"not a finite number: {wrong[0]}")
    return kept


def _with_interval(n: int, mean: float, error: float, freedom: float) -> Summary:
    from scipy.special import stdtrit  # scipy.stats takes a second to import, this does not

    quantile = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2))
    return Summary(n, mean, quantile * error, error, freedom)
