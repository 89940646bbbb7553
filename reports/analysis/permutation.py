"""Permutation tests over seeds: of a mean against a margin, and of equivalence.

``values`` are one number a seed: the paired difference of two architectures, or a score. If the
mean were the margin, and the values symmetric around it, each value would lie as far on the one
side as on the other: so what the mean could have been is found by turning the signs of the
distances to the margin, in all ways (Fisher 1935; Pitman 1937). Differences of two architectures
that are no different are symmetric whatever their scores look like: at margin 0 the level is
exact, of solved-or-not too. At another margin it rests on the symmetry (docs/coverage.md measures
what skewed values do to it): for solved-or-not take `reports.analysis.exact`.

With at most 16 values that differ from the margin all ways are tried, else 65,535 random ones of
a fixed generator, and the p-value is (b + 1) / (m + 1), which keeps the level (Phipson and Smyth
2010). It is never 0, at least 2 ** -n; if all seeds equal the margin it is 1. (scipy's
permutation_test takes sums that are equal but for rounding as unequal, and so finds p-values
that are too small for scores with ties.)
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

EXACT = 16
"""Most values of which all signs are tried."""
DRAWS = 2**EXACT - 1
SEED = 0
ROUNDING = 1e-12
"""Sums that are as near as this, of the sum of all distances, are equal."""


def above(values: Iterable[float], margin: float = 0.0) -> float:
    """One-sided p-value that the mean is above the margin; 1 without values. For "below", negate
    both. Raises ValueError on a value that is not finite."""
    distances = np.asarray([float(v) for v in values]) - margin
    if not np.isfinite(distances).all():
        raise ValueError("not a finite number among the values, or as the margin")
    distances = distances[np.abs(distances) > ROUNDING * max(1.0, abs(margin))]
    if not len(distances):
        return 1.0
    sums = _signs(len(distances)) @ distances
    reached = np.count_nonzero(sums >= distances.sum() - ROUNDING * np.abs(distances).sum())
    return float(reached + (len(distances) > EXACT)) / (len(sums) + (len(distances) > EXACT))


def unequal(values: Iterable[float], margin: float = 0.0) -> float:
    """Two-sided p-value that the mean is not the margin: twice the smaller one-sided one."""
    kept = list(values)
    return min(1.0, 2 * min(above(kept, margin), above([-v for v in kept], -margin)))


def equivalent(values: Iterable[float], margin: float) -> float:
    """P-value that the mean lies within +-margin: the larger of two one-sided ones (Schuirmann
    1987). A small one shows equivalence; a large one shows nothing. Raises ValueError unless
    0 < margin < infinity."""
    if not 0 < margin < math.inf:
        raise ValueError(f"the margin must be above 0, not {margin}")
    kept = list(values)
    return max(above(kept, -margin), above([-v for v in kept], -margin))


def signed_rank(differences: Iterable[float]) -> float:
    """Two-sided p-value of Wilcoxon's signed-rank test (1945), exact with ties, too; differences of
    0 are left out, as Wilcoxon does. (scipy's is exact with ties up to 13 differences, for which it
    takes seconds, and approximate beyond.)"""
    from scipy.stats import rankdata

    kept = np.asarray([d for d in differences if d], float)
    return unequal(np.sign(kept) * rankdata(np.abs(kept)))


@lru_cache(maxsize=8)
def _signs(n: int) -> Any:
    """``(ways, n)`` of -1 and 1: all, or random ones."""
    if n <= EXACT:
        bits = np.arange(2**n)[:, None] >> np.arange(n) & 1
    else:
        bits = np.random.default_rng(SEED).integers(0, 2, (DRAWS, n))
    return 1.0 - 2.0 * bits
