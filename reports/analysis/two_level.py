"""Two architectures on a task, over test examples, and over seeds and test examples at once.

Other seeds and other test examples would both give another difference. Its variance is that of the
mean over seeds plus that of the mean over examples (Owen 2007, "The pigeonhole bootstrap", has the
same for two crossed factors); what an example does in one seed alone is counted in both, which errs
on the safe side. The half-width of the interval over both is the hypotenuse of Student's t
half-widths over each, and the p-value the level at which it no longer reaches zero (Banerjee 1961,
"On confidence interval for two-means problem based on separate estimates of variances and tabulated
values of t-table"). It keeps its level whichever of the two varies more, with two seeds as with
twenty, and in the far tails, which the correction over all pairs of a table asks for; there the
degrees of freedom of Welch and Satterthwaite err up to ten times as often as they say at three to
five seeds. Two tests that must both reject err in up to 11 % (docs/coverage.md).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reports.analysis.statistics import Summary, summarize

Scores = Mapping[int, tuple[Any, Any]]
"""By seed the scores and the weights of the test examples, each ``(examples,)``; the metric is
sum of scores / sum of weights. `reports.analysis.cells.Group.examples` gives them."""


@dataclass(frozen=True)
class TwoLevel:
    """A difference in what the metric adds up (of an rmse: squared errors), over seeds and over
    test examples."""

    seeds: Summary = Summary()
    examples: Summary = Summary()

    @property
    def mean(self) -> float | None:
        return self.examples.mean

    @property
    def half(self) -> float | None:
        """Half-width of the 95 % interval over both; None with fewer than three seeds."""
        if self.seeds.half is None or self.examples.half is None:
            return None
        return math.hypot(self.seeds.half, self.examples.half)

    @property
    def p(self) -> float | None:
        """Two-sided p-value that the difference is zero; None with one seed or example."""
        from scipy.optimize import brentq
        from scipy.special import stdtrit

        over = (self.seeds, self.examples)
        if any(s.error is None for s in over):
            return None
        vary = [s for s in over if s.error]
        if len(vary) < 2:  # seeds that play no part, or examples
            return max((vary or [self.examples])[0].p or 0.0, self.examples.least)
        square = float(self.examples.mean or 0) ** 2

        def beyond(log: float) -> float:
            """How far the interval of a level reaches beyond zero."""
            halves = [(s.error or 0) * stdtrit(s.freedom, math.exp(log) / 2) for s in over]
            return float(halves[0] ** 2 + halves[1] ** 2 - square)

        least = math.log(max(s.p or 0.0 for s in over))  # no smaller than that of either test
        p = math.exp(brentq(beyond, least, 0.0)) if least < 0 and beyond(least) > 0 else 1.0
        return max(p, self.examples.least)


def two_level(one: Scores, other: Scores) -> TwoLevel:
    """One minus the other over the seeds that both have: the linear terms of the difference of two
    ratios of sums (Cochran 1977). Empty where no seed has the scores of both, or not of the same
    examples.

    Where the two differ on few examples Student's t is too sure: so its p-value is never below
    the smallest that exchanging the two on each of these could give (Fisher 1935).
    """
    seeds = sorted(one.keys() & other.keys())
    weights = [side[seed][1] for side in (one, other) for seed in seeds]
    if not seeds or any(not np.array_equal(weights[0], w) for w in weights):
        return TwoLevel()
    share = np.asarray(weights[0], float) / np.mean(weights[0])
    scores = np.stack([np.subtract(one[s][0], other[s][0], dtype=float) for s in seeds])
    scores /= np.mean(weights[0])
    terms = scores - scores.mean() * (share - 1)
    each = terms.mean(0)
    least = min(1.0, 2.0 ** (1 - int(np.count_nonzero(each))))
    examples = replace(summarize(each), mean=float(scores.mean()), least=least)
    return TwoLevel(summarize(terms.mean(1)), examples)
