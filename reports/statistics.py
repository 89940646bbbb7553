"""Mean and 95 % interval over seeds.

The interval is Student's t: mean +- t(0.975, n - 1) * s / sqrt(n), with s the standard deviation
of the seeds (n - 1 in the denominator). One seed has a mean and no interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95


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

    @property
    def low(self) -> float | None:
        """Lower end of the interval."""
        return None if self.mean is None or self.half is None else self.mean - self.half

    @property
    def high(self) -> float | None:
        """Upper end of the interval."""
        return None if self.mean is None or self.half is None else self.mean + self.half


def summarize(values: Iterable[float | None]) -> Summary:
    """Mean and interval of the finite values; the others are passed over."""
    kept = [float(v) for v in values if v is not None and math.isfinite(v)]
    n = len(kept)
    if n == 0:
        return Summary()
    mean = math.fsum(v / n for v in kept)
    if n == 1:
        return Summary(1, mean)
    scale = max(abs(v - mean) for v in kept) or 1.0  # squares of huge values would overflow
    deviation = scale * math.sqrt(math.fsum(((v - mean) / scale) ** 2 for v in kept) / (n - 1))
    return _with_interval(n, mean, deviation / math.sqrt(n), n - 1)


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


def separated(one: Summary, other: Summary) -> bool:
    """Whether both have intervals and these do not overlap.

    Strict: overlapping intervals do not show that two are equal, only that this page does not
    tell them apart.
    """
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.low > other.high or other.low > one.high


def _with_interval(n: int, mean: float, error: float, freedom: float) -> Summary:
    from scipy.special import stdtrit  # scipy.stats takes a second to import, this does not

    quantile = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2))
    return Summary(n, mean, quantile * error, error, freedom)
