"""Bayesian signed-rank test with a region of practical equivalence.

Benavoli, Corani, Demšar and Zaffalon 2017, "Time for a change: a tutorial for comparing multiple
classifiers through Bayesian analysis", section 4. It answers what a p-value does not: how
probable it is that one is better than the other, and that the difference does not matter.
(baycomp has the same test, but draws in a loop: a second for each pair, where a page has dozens.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ROPE = 0.02
"""Differences in skill up to this do not matter in practice."""
PRIOR = 0.5
"""Weight of the prior's one pseudo-observation, at no difference; a task has weight 1."""
SAMPLES = 20_000


@dataclass(frozen=True)
class Posterior:
    """Probabilities that a is worse than b, practically equal, or better; they sum to 1."""

    worse: float
    equal: float
    better: float
    rope: float
    n: int


def signed_rank(differences: Sequence[float], rope: float = ROPE, seed: int = 0) -> Posterior:
    """Posterior over tasks from differences in mean skill, a - b, one for each task.

    The weights of the tasks have a Dirichlet posterior (the Bayesian bootstrap, plus a prior). A
    sample of weights gives to "better" the weighted share of pairs of tasks whose mean difference
    is above the region (on its edge: half), to "worse" that below it, to "equal" the rest.
    A probability is the share of samples in which its region has the most.
    """
    import numpy as np

    values = np.array([0.0, *differences])
    sums = values[:, None] + values[None, :]
    better = (sums > 2 * rope) + 0.5 * (sums == 2 * rope)
    worse = (sums < -2 * rope) + 0.5 * (sums == -2 * rope)
    prior = np.array([PRIOR] + [1.0] * len(differences))
    weights = np.random.default_rng(seed).dirichlet(prior, SAMPLES)
    right = ((weights @ better) * weights).sum(axis=1)
    left = ((weights @ worse) * weights).sum(axis=1)
    regions = np.stack([left, 1 - left - right, right], axis=1)
    counts = np.bincount(regions.argmax(axis=1), minlength=3) / SAMPLES
    return Posterior(float(counts[0]), float(counts[1]), float(counts[2]), rope, len(differences))
