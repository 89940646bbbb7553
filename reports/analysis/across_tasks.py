"""Architectures compared over tasks: ranks, aggregates, chances and a Bayesian view.

Ranks and tests are over tasks, never over seeds: seeds of a task are not independent evidence on
how architectures do in general. Within a task the mean skill over its seeds stands for it.

``skills`` is a frame with the columns task, architecture and level, one row a run, as
`reports.analysis.frame.cells` gives it; runs without a skill are passed over. A level is a skill
cut off at 0 and 1, and 1 where the task was solved: so one far failure decides no mean, and those
that stopped as solved are tied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

import pandas
from networkx import Graph, find_cliques
from scipy.stats import friedmanchisquare

from reports.analysis import permutation
from reports.analysis.aggregates import (
    Estimate,
    Posterior,
    interquartile_mean,
    probability_of_improvement,
    profile,
    signed_rank,
)
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


class RankPair(NamedTuple):
    """Wilcoxon's signed-rank test of two architectures' mean skills over the tasks, exact with
    ties, too: the mean of a - b, the two-sided p-value, and that after Holm over all pairs."""

    a: str
    b: str
    difference: float
    p: float
    adjusted: float


@dataclass(frozen=True)
class Ranks:
    """Average ranks (1 is best, ties share), or in ``refused`` why there are none."""

    refused: str = ""
    tasks: tuple[str, ...] = ()
    ranks: dict[str, float] = field(default_factory=dict)
    friedman: float | None = None
    """P-value of Friedman's test that all rank alike, None for two architectures."""
    pairs: tuple[RankPair, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    """The largest sets of which no two are shown to differ: all in one where Friedman's test finds
    nothing."""
    least: float | None = None
    """The smallest adjusted p-value that so few tasks could give any pair."""


@dataclass(frozen=True)
class Versus:
    """Two architectures over the tasks that both have: the chance that a run of a beats one of b,
    and, on five tasks at least, the posterior."""

    a: str
    b: str
    tasks: tuple[str, ...]
    improvement: Estimate
    posterior: Posterior | None

    def turned(self) -> "Versus":
        """The same with the two exchanged."""
        wins, p = self.improvement, self.posterior
        low, high = (None if end is None else 1 - end for end in (wins.high, wins.low))
        improvement = Estimate(1 - wins.value, low, high, wins.runs)
        turned = p and Posterior(p.better, p.equal, p.worse)
        return Versus(self.b, self.a, self.tasks, improvement, turned)


@dataclass(frozen=True)
class OverTasks:
    """Everything that is said over tasks. ``tasks``: those that all architectures have."""

    architectures: tuple[str, ...]
    tasks: tuple[str, ...]
    ranks: Ranks
    interquartile_means: dict[str, Estimate]
    """Of skill, best first."""
    profiles: dict[str, pandas.DataFrame]
    pairs: tuple[Versus, ...]


def over_tasks(skills: pandas.DataFrame) -> OverTasks:
    """Compare architectures over tasks, in the order in which they first appear; missing cells as
    in `POLICY`, architectures without any skill left out.

    Give those that `ranking.compare` chose: one that serves few tasks leaves few to compare on.
    """
    means = _means(skills)
    by_cell = skills.dropna(subset=["level"]).groupby(["architecture", "task"], sort=False)["level"]
    runs = {cell: of.to_numpy() for cell, of in by_cell}
    names, shared = tuple(means.columns), tuple(means.dropna().index)
    of_shared = {a: [runs[a, t] for t in shared] for a in names} if shared else {}
    estimates = {a: interquartile_mean(r) for a, r in of_shared.items()}
    pairs = []
    for a, b in combinations(names, 2):
        if tasks := tuple(t for name, t in runs if name == a and (b, t) in runs):
            ahead = (means[a] - means[b])[list(tasks)]
            one, other = ([runs[name, t] for t in tasks] for name in (a, b))
            posterior = signed_rank(ahead.to_list()) if len(tasks) >= FEWEST else None
            pairs.append(Versus(a, b, tasks, probability_of_improvement(one, other), posterior))
    return OverTasks(
        names,
        shared,
        rank(skills),
        {a: estimates[a] for a in sorted(estimates, key=lambda a: -estimates[a].value)},
        {a: profile(r, TAU) for a, r in of_shared.items()},
        tuple(pairs),
    )


def rank(skills: pandas.DataFrame) -> Ranks:
    """Friedman's test and Wilcoxon's with Holm over tasks (Demšar 2006; Benavoli et al. 2016)."""
    shared = _means(skills).dropna().round(12)  # what is equal but for rounding is a tie
    tasks, count = tuple(shared.index), len(shared.columns)
    if count < 2:
        return Ranks(f"{count} architecture with a skill: nothing to rank")
    if len(tasks) < FEWEST:
        return Ranks(
            f"all {count} architectures have a skill on {len(tasks)} shared "
            f"task{'s' * (len(tasks) != 1)}; ranks over tasks ask for at least {FEWEST}",
            tasks,
        )
    average = shared.rank(axis=1, ascending=False).mean().sort_values(kind="stable")
    ranks = {str(a): float(value) for a, value in average.items()}
    p = None
    if count > 2:
        all_tied = bool((shared.nunique(axis=1) == 1).all())
        p = 1.0 if all_tied else float(friedmanchisquare(*shared.to_numpy().T).pvalue)
    named = list(combinations(shared.columns, 2))
    differences = [(shared[a] - shared[b]).round(12) for a, b in named]
    each = [permutation.signed_rank(d) for d in differences]
    pairs = tuple(
        RankPair(a, b, float(d.mean()), one, adjusted)
        for (a, b), d, one, adjusted in zip(named, differences, each, holm(each), strict=True)
    )
    groups: tuple[tuple[str, ...], ...] = (tuple(ranks),)
    if p is None or p <= ALPHA:
        groups = cliques(ranks, {frozenset((q.a, q.b)) for q in pairs if q.adjusted > ALPHA})
    least = min(1.0, len(pairs) * 2.0 ** (1 - len(tasks)))
    return Ranks("", tasks, ranks, p, pairs, groups, least)


def cliques(ranks: Mapping[str, float], alike: set[frozenset[str]]) -> tuple[tuple[str, ...], ...]:
    """Largest sets of which each two are alike, best rank first."""
    graph = Graph()
    graph.add_nodes_from(ranks)
    graph.add_edges_from(tuple(pair) for pair in alike)
    order = sorted(ranks, key=lambda a: ranks[a])
    places = sorted(sorted(map(order.index, clique)) for clique in find_cliques(graph))
    return tuple(tuple(order[place] for place in clique) for clique in places)


def _means(skills: pandas.DataFrame) -> pandas.DataFrame:
    """Mean skill over seeds: tasks down, architectures across, each in the order given."""
    known = skills.dropna(subset=["level"])
    means = known.groupby(["task", "architecture"])["level"].mean().unstack()
    return means.reindex(index=known.task.unique(), columns=known.architecture.unique())
