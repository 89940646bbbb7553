"""Two models compared test example by test example.

The models of an architecture's seeds are averaged first, so the question asked is: do these
trained models differ on examples such as these? Whether another training would turn out alike is
for the spread over seeds (`reports.analysis.statistics.paired`) to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from reports.analysis.statistics import holm, summarize

FLIPS = 10_000
"""Random sign flips; the smallest p-value is 1 / (FLIPS + 1)."""
CHUNK = 500
"""Flips held in memory at a time."""

Seeds = Mapping[int, tuple[Any, Any]]
"""By seed, what `Store.per_example` gives: ``score`` and ``weight``, each ``(examples,)``."""


@dataclass(frozen=True)
class Pair:
    """How one architecture differs from another on the test examples of a task.

    ``difference`` is a's score less b's in the metric that the examples add up (of an rmse: the
    mean squared error), with its 95 % interval. ``p`` is the sign-flip test's, ``adjusted`` the
    same after Holm over all pairs of the task. ``n`` counts examples.
    """

    a: str
    b: str
    difference: float
    low: float | None
    high: float | None
    p: float
    adjusted: float
    n: int


def pairs(models: Mapping[str, Seeds], seed: int = 0) -> tuple[Pair, ...]:
    """Compare each two architectures on one task, by a paired sign-flip permutation test.

    Exchanging the two models' answers on an example flips the sign of its difference, and does not
    matter if they are equally good (Fisher 1935; Good 2005). Two-sided. The interval of
    the difference is Student's t on its linearised terms (the ratio estimator, Cochran 1977).
    Architectures without examples are left out. Raises ValueError where the test sets differ.
    """
    import numpy as np

    means = {name: _mean(name, seeds) for name, seeds in models.items() if seeds}
    if len(means) < 2:
        return ()
    weights = next(iter(means.values()))[1]
    for name, (_, other) in means.items():
        if not np.array_equal(other, weights):
            raise ValueError(f"{name}: not the same test examples as {next(iter(means))}")
    named = list(combinations(means, 2))
    share = weights.mean()
    terms = np.stack([(means[a][0] - means[b][0]) / share for a, b in named], axis=1)
    probabilities = _sign_flips(terms, seed)
    found = []
    corrected = holm(probabilities)
    for (a, b), column, p, adjusted in zip(named, terms.T, probabilities, corrected, strict=True):
        difference = float(column.mean())
        spread = summarize(column - difference * weights / share)
        half = spread.half
        low, high = (None, None) if half is None else (difference - half, difference + half)
        found.append(Pair(a, b, difference, low, high, p, adjusted, len(column)))
    return tuple(found)


def mcnemar(a: Any, b: Any) -> float:
    """Exact two-sided p-value of McNemar's test (1947) on right (1) and wrong (0) answers.

    a, b: ``(examples,)`` of one model each, one target an example. Only examples that one has
    right and the other wrong count; without any, 1.
    """
    import numpy as np
    from scipy.stats import binomtest

    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or not np.isin(np.concatenate([a, b]), (0, 1)).all():
        raise ValueError("McNemar's test takes as many 0 and 1 of the one as of the other")
    only_a, only_b = int((a > b).sum()), int((b > a).sum())
    return float(binomtest(only_a, only_a + only_b).pvalue) if only_a + only_b else 1.0


def _mean(name: str, seeds: Seeds) -> tuple[Any, Any]:
    """Scores averaged over the seeds, and the weights, which must be the same in all."""
    import numpy as np

    scores, weights = zip(*(seeds[s] for s in sorted(seeds)), strict=True)
    if any(not np.array_equal(w, weights[0]) for w in weights[1:]):
        raise ValueError(f"{name}: its seeds were not tested on the same examples")
    return np.mean(scores, axis=0), np.asarray(weights[0], float)


def _sign_flips(terms: Any, seed: int) -> list[float]:
    """Two-sided p-value of each column's sum; terms: ``(examples, pairs)``.

    The observed signs count as one of the draws (Phipson and Smyth 2010), so none is 0.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    observed = np.abs(terms.sum(axis=0))
    observed -= 1e-9 * np.abs(terms).sum(axis=0)  # equal sums, added in another order, are as large
    beyond = np.zeros(terms.shape[1])
    for start in range(0, FLIPS, CHUNK):
        signs = rng.integers(0, 2, (min(CHUNK, FLIPS - start), len(terms)), dtype=np.int8)
        beyond += (np.abs((2.0 * signs - 1) @ terms) >= observed).sum(axis=0)
    return [float(p) for p in (1 + beyond) / (1 + FLIPS)]
