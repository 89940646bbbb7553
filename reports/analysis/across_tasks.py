"""Architectures compared over tasks: ranks, aggregates, chances and a Bayesian view.

Ranks and tests are over tasks, never over seeds: seeds of a task are not independent evidence on
how architectures do in general. Within a task the mean skill over its seeds stands for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from reports.analysis.aggregates import (
    Estimate,
    Profile,
    interquartile_mean,
    probability_of_improvement,
    profile,
)
from reports.analysis.bayesian import ROPE, Posterior, signed_rank
from reports.analysis.statistics import holm

ALPHA = 0.05
FEWEST = 5
"""Tasks that ranks ask for: with fewer no test over tasks can come near significance."""
TAU = tuple(round(-0.2 + 0.02 * i, 2) for i in range(61))
"""Skills at which a performance profile is taken, -0.2 to 1."""
POLICY = (
    "An architecture that has no skill on a task is not compared there: a missing cell is never "
    "counted as a zero. A seed without a skill is left out of its task's mean. Ranks, "
    "interquartile means and performance profiles use the tasks on which all the compared "
    "architectures have a skill; comparisons of two use the tasks on which both have one."
)
"""What is done about missing cells; for print."""

Skills = Mapping[str, Mapping[str, Mapping[int, float | None]]]
"""skills[architecture][task][seed]"""


@dataclass(frozen=True)
class RankPair:
    """Wilcoxon's signed-rank test of two architectures' mean skills over the tasks.

    ``p`` is two-sided, ``adjusted`` after Holm over all pairs; ``difference`` is the mean of a - b.
    """

    a: str
    b: str
    difference: float
    p: float
    adjusted: float


@dataclass(frozen=True)
class Ranks:
    """Average ranks (1 is best, ties share), or in ``refused`` why there are none.

    ``friedman`` is the p-value of Friedman's test that all rank alike, None for two
    architectures. ``groups`` are the largest sets of which no two are shown to differ: all in one
    where Friedman's test finds nothing. ``least`` is the smallest adjusted p-value that so few
    tasks could give any pair: where it is above 0.05, none can be shown to differ.
    """

    refused: str = ""
    tasks: tuple[str, ...] = ()
    ranks: dict[str, float] = field(default_factory=dict)
    statistic: float | None = None
    friedman: float | None = None
    pairs: tuple[RankPair, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    least: float | None = None


@dataclass(frozen=True)
class Versus:
    """Two architectures over the tasks that both have.

    ``improvement`` is the chance that a run of a beats one of b; ``posterior`` is None on fewer
    than five tasks.
    """

    a: str
    b: str
    tasks: tuple[str, ...]
    improvement: Estimate
    posterior: Posterior | None

    def turned(self) -> Versus:
        """The same with the two exchanged."""
        wins, p = self.improvement, self.posterior
        low, high = (None if end is None else 1 - end for end in (wins.high, wins.low))
        return Versus(
            self.b,
            self.a,
            self.tasks,
            Estimate(1 - wins.value, low, high, wins.runs),
            p and replace(p, worse=p.better, better=p.worse),
        )


@dataclass(frozen=True)
class OverTasks:
    """Everything that is said over tasks. ``tasks``: those that all architectures have."""

    architectures: tuple[str, ...]
    tasks: tuple[str, ...]
    ranks: Ranks
    middle: dict[str, Estimate]
    """Interquartile mean of skill, best first"""
    profiles: dict[str, Profile]
    pairs: tuple[Versus, ...]


def over_tasks(skills: Skills, rope: float = ROPE) -> OverTasks:
    """Compare architectures over tasks; missing cells as in `POLICY`.

    Give those that `ranking.compare` chose: one that serves few tasks leaves few to compare on.
    Architectures without any skill are left out.
    """
    known = {a: found for a, tasks in skills.items() if (found := _known(tasks))}
    shared = _shared(known)
    runs = {a: [list(known[a][t].values()) for t in shared] for a in known} if shared else {}
    middle = {a: interquartile_mean(r) for a, r in runs.items()}
    return OverTasks(
        tuple(known),
        shared,
        rank(skills),
        {a: middle[a] for a in sorted(middle, key=lambda a: -middle[a].value)},
        {a: profile(r, TAU) for a, r in runs.items()},
        tuple(
            _versus(a, known[a], b, known[b], rope)
            for a, b in combinations(known, 2)
            if known[a].keys() & known[b].keys()
        ),
    )


def rank(skills: Skills) -> Ranks:
    """Friedman's test and Wilcoxon's with Holm over tasks (Demšar 2006; Benavoli et al. 2016)."""
    import numpy as np
    from scipy.stats import friedmanchisquare, rankdata

    known = {a: found for a, tasks in skills.items() if (found := _known(tasks))}
    if len(known) < 2:
        return Ranks(refused=f"{len(known)} architecture with a skill: nothing to rank")
    tasks = _shared(known)
    if len(tasks) < FEWEST:
        return Ranks(
            refused=f"all {len(known)} architectures have a skill on {len(tasks)} shared "
            f"task{'s' * (len(tasks) != 1)}; ranks over tasks ask for at least {FEWEST}",
            tasks=tasks,
        )
    means = np.array([[np.mean(list(known[a][t].values())) for a in known] for t in tasks])
    means = means.round(12)  # what is equal but for rounding is a tie
    average = rankdata(-means, axis=1).mean(axis=0)
    ranks = dict(zip(known, map(float, average), strict=True))
    statistic = p = None
    if len(known) > 2:
        all_tied = bool((means == means[:, :1]).all())
        statistic, p = map(float, (0, 1) if all_tied else friedmanchisquare(*means.T))
    pairs = _pairs(dict(zip(known, means.T, strict=True)))
    if p is not None and p > ALPHA:
        groups: tuple[tuple[str, ...], ...] = (tuple(sorted(ranks, key=lambda a: ranks[a])),)
    else:
        groups = cliques(ranks, {frozenset((q.a, q.b)) for q in pairs if q.adjusted > ALPHA})
    return Ranks(
        tasks=tasks,
        ranks={a: ranks[a] for a in sorted(ranks, key=lambda a: ranks[a])},
        statistic=statistic,
        friedman=p,
        pairs=pairs,
        groups=groups,
        least=min(1.0, len(pairs) * 2.0 ** (1 - len(tasks))),
    )


def cliques(ranks: Mapping[str, float], alike: set[frozenset[str]]) -> tuple[tuple[str, ...], ...]:
    """Largest sets of which each two are alike, best rank first."""
    from networkx import Graph, find_cliques

    graph = Graph()
    graph.add_nodes_from(ranks)
    graph.add_edges_from(tuple(pair) for pair in alike)
    order = sorted(ranks, key=lambda a: ranks[a])
    sets = [sorted(clique, key=order.index) for clique in find_cliques(graph)]
    return tuple(map(tuple, sorted(sets, key=lambda clique: [order.index(a) for a in clique])))


def _pairs(means: dict[str, Any]) -> tuple[RankPair, ...]:
    from scipy.stats import wilcoxon

    named = list(combinations(means, 2))
    differences = [(means[a] - means[b]).round(12) for a, b in named]
    # Where all differ by nothing there is no test to make, and no difference.
    p = [float(wilcoxon(d).pvalue) if d.any() else 1.0 for d in differences]
    return tuple(
        RankPair(a, b, float(d.mean()), one, adjusted)
        for (a, b), d, one, adjusted in zip(named, differences, p, holm(p), strict=True)
    )


def _versus(a: str, of_a: Any, b: str, of_b: Any, rope: float) -> Versus:
    import numpy as np

    tasks = tuple(t for t in of_a if t in of_b)
    one, other = ([list(found[t].values()) for t in tasks] for found in (of_a, of_b))
    posterior = None
    if len(tasks) >= FEWEST:
        differences = [float(np.mean(x) - np.mean(y)) for x, y in zip(one, other, strict=True)]
        posterior = signed_rank(differences, rope)
    return Versus(a, b, tasks, probability_of_improvement(one, other), posterior)


def _known(tasks: Mapping[str, Mapping[int, float | None]]) -> dict[str, dict[int, float]]:
    """The tasks and seeds that have a finite skill."""
    found = {
        task: {s: v for s, v in seeds.items() if v is not None and math.isfinite(v)}
        for task, seeds in tasks.items()
    }
    return {task: seeds for task, seeds in found.items() if seeds}


def _shared(known: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Tasks that all have, in the order of the first."""
    first = next(iter(known.values()), {})
    return tuple(t for t in first if all(t in tasks for tasks in known.values()))
