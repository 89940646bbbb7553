"""Two architectures on a task, over seeds and test examples at once: interval and p-value.

Other seeds and other test examples would both give another difference. So both are drawn anew,
each as a whole: an example's scores of all seeds stay together, as do a seed's of all examples
(Owen 2007, "The pigeonhole bootstrap"; seeds are not nested in examples, nor these in seeds). The
interval is the symmetric bootstrap-t (Hall 1988, "On symmetric bootstrap confidence intervals"):
the difference, plus and minus its standard error times the 95 % quantile of |t| over the draws.
The p-value is the share of draws with a larger |t|, so the two never contradict each other.

The standard error adds the variance of the mean over seeds and that over examples, which counts
what an example does in one seed alone twice: it is a little too large, and errs on the safe side.

Why this interval: where seeds vary most, percentile, basic and BCa intervals of normal values miss
the truth in about 15 % of the cases with 5 seeds and 10 % with 10; this one in 4 to 7 %. With
three or four seeds there are too few kinds of draws: then it is Student's t with the same error
and seeds - 1 degrees of freedom, as if all of it came from the seeds: wide, but safe. With fewer
there is none. That two are alike it doubts in at most 7.5 % of the cases whatever the scores look
like; but no interval holds a difference between one that always solves a task and one that nearly
always does: on such tasks see `reports.analysis.exact`. docs/coverage.md has the measurements.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reports.analysis.statistics import CONFIDENCE

FEWEST = 3
"""Seeds from which on the interval holds its level."""
DRAWN_FROM = 5
"""Seeds from which on it is the bootstrap's; with fewer it is Student's t."""
DRAWS, SEED = 1999, 0
BLOCK = 1 << 20
"""Numbers that are held at once, for each array."""
ROUNDING = 1e-12

Scores = Mapping[int, tuple[Any, Any]]
"""By seed the scores and the weights of the test examples, each ``(examples,)``; the metric is
sum of scores / sum of weights. `reports.analysis.cells.Group.examples` gives them."""


@dataclass(frozen=True)
class TwoLevel:
    """A difference of two architectures in what the metric adds up (of an rmse: squared errors).

    ``low`` and ``high`` are its 95 % interval, None with fewer than `FEWEST` seeds; the difference
    is None where no seed has the scores of both on the same examples.
    """

    difference: float | None = None
    low: float | None = None
    high: float | None = None
    seeds: int = 0
    examples: int = 0
    error: float = 0.0
    """Standard error of the difference."""
    sizes: Any = None
    """|t| of each draw, sorted; None with few seeds."""

    def p(self, margin: float = 0.0) -> float | None:
        """Two-sided p-value that the difference is not the margin; None without an interval."""
        from scipy.special import stdtr

        if self.difference is None or self.low is None:
            return None
        distance = abs(self.difference - margin)
        if distance <= ROUNDING * max(1.0, abs(margin)):
            return 1.0
        size = distance / self.error if self.error else math.inf
        if self.sizes is None:
            return (
                float(2 * stdtr(self.seeds - 1, -size)) if self.error else 2.0 ** (1 - self.seeds)
            )
        reached = len(self.sizes) - np.searchsorted(self.sizes, size * (1 - ROUNDING))
        return float(reached + 1) / (len(self.sizes) + 1)

    def above(self, margin: float = 0.0) -> float | None:
        """One-sided p-value that the difference is above the margin."""
        p = self.p(margin)
        if p is None or self.difference is None:
            return None
        return p / 2 if self.difference > margin else 1 - p / 2


def two_level(one: Scores, other: Scores, draws: int = DRAWS) -> TwoLevel:
    """One minus the other, paired by seed and example. Empty where no seed has the scores of both
    on the same examples. Raises ValueError on fewer than 39 draws, which give no 95 % interval."""
    from scipy.special import stdtrit

    if draws < 39:
        raise ValueError(f"too few draws: {draws}")
    seeds = sorted(one.keys() & other.keys())
    weights = [side[seed][1] for side in (one, other) for seed in seeds]
    if not seeds or any(not np.array_equal(weights[0], w) for w in weights):
        return TwoLevel()
    weight = np.asarray(weights[0], float) / np.mean(weights[0])
    scores = np.stack([np.subtract(one[s][0], other[s][0], dtype=float) for s in seeds])
    scores /= np.mean(weights[0])
    n, m = scores.shape
    difference = float(scores.mean())
    if n < FEWEST or m < 2:
        return TwoLevel(difference, seeds=n, examples=m)
    once = _estimates(scores, weight, np.ones((1, n)), np.ones((1, m)))
    _, of_seeds, of_examples = (float(x[0]) for x in once)
    error = math.sqrt(of_seeds + of_examples)
    if n < DRAWN_FROM:
        half = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2)) * error
        ends = difference - half, difference + half
        return TwoLevel(difference, *ends, n, m, error)
    sizes = np.sort(
        np.concatenate([_sizes(difference, *drawn) for drawn in _draws(scores, weight, draws)])
    )
    half = float(sizes[math.ceil(CONFIDENCE * (draws + 1)) - 1]) * error if error else 0.0
    return TwoLevel(difference, difference - half, difference + half, n, m, error, sizes)


def _draws(scores: Any, weight: Any, draws: int) -> Iterator[tuple[Any, Any, Any]]:
    """Differences and their variances, in blocks of draws."""
    rng = np.random.default_rng(SEED)
    n, m = scores.shape
    block = max(1, BLOCK // m)
    for start in range(0, draws, block):
        count = min(block, draws - start)
        of_seeds = rng.multinomial(n, np.full(n, 1 / n), count).astype(float)
        of_examples = rng.multinomial(m, np.full(m, 1 / m), count).astype(float)
        yield _estimates(scores, weight, of_seeds, of_examples)


def _estimates(scores: Any, weight: Any, of_seeds: Any, of_examples: Any) -> tuple[Any, Any, Any]:
    """Difference and its variances over seeds and over examples, each ``(draws,)``, of scores
    ``(seeds, examples)`` with how often each seed ``(draws, seeds)`` and example ``(draws,
    examples)`` was drawn."""
    n, m = scores.shape
    total = of_examples @ weight / m  # the mean weight of what was drawn
    seed_means = of_examples @ scores.T / m / total[:, None]
    example_means = of_seeds @ scores / n
    difference = (of_seeds * seed_means).mean(1)
    over_seeds = (of_seeds * (seed_means - difference[:, None]) ** 2).mean(1) / (n - 1)
    terms = (example_means - difference[:, None] * weight) / total[:, None]
    over_examples = (of_examples * terms**2).mean(1) / (m - 1)
    return difference, over_seeds, over_examples


def _sizes(truth: float, differences: Any, over_seeds: Any, over_examples: Any) -> Any:
    """|t| of draws; infinite where a draw without any spread lies elsewhere."""
    distances = np.abs(differences - truth)
    distances[distances <= ROUNDING * max(1.0, abs(truth))] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(distances > 0, distances / np.sqrt(over_seeds + over_examples), 0.0)
