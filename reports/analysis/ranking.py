"""Who is best: on one task, and over the tasks that can be compared."""

from __future__ import annotations

from dataclasses import dataclass

from reports.analysis.results import Results, TaskInfo
from reports.analysis.statistics import Summary, combine, separated


@dataclass(frozen=True)
class Standing:
    """The architectures with a score on one task, best mean first."""

    order: tuple[str, ...]
    best: tuple[str, ...]
    """Those that share the best mean; nearly always one."""
    near: tuple[str, ...]
    """The others whose interval overlaps the best's."""
    clear: bool
    """One is best, all have intervals, and the best one's overlaps no other."""


@dataclass(frozen=True)
class Comparison:
    """Mean skill over shared tasks: the compared architectures, best first."""

    tasks: tuple[str, ...]
    skills: dict[str, Summary]
    left_out: dict[str, int]
    """Architectures with results that were not compared, with their number of tasks."""


def standing(results: Results, task: TaskInfo) -> Standing | None:
    """Order on one task by mean test score in the metric's direction; None without scores."""
    scores = {
        a: results.groups[task.name, a].score
        for a in results.architectures
        if (task.name, a) in results.groups
    }
    means = {a: s.mean for a, s in scores.items() if s.mean is not None}
    if not means:
        return None
    sign = -1 if task.higher_is_better else 1
    order = tuple(sorted(means, key=lambda a: sign * means[a]))
    top = scores[order[0]]
    best = tuple(a for a in order if means[a] == top.mean)
    others = [a for a in order if a not in best]
    apart = [a for a in others if separated(scores[a], top)]
    known = [a for a in others if scores[a].half is not None and top.half is not None]
    return Standing(
        order,
        best,
        near=tuple(a for a in known if a not in apart),
        clear=len(best) == 1 and len(order) > 1 and apart == others,
    )


def compare(results: Results) -> Comparison:
    """Compare mean skills on tasks where all the compared architectures have one.

    An architecture that serves few tasks would leave few to compare on. So architectures are
    taken in by falling number of tasks, and the set is kept for which (architectures squared)
    times shared tasks is largest: leaving out an architecture weighs more than leaving out a
    task. If two are level, the larger set.
    """
    covered = {
        a: {t for (t, b), g in results.groups.items() if b == a and g.skill.mean is not None}
        for a in results.architectures
    }
    ranked = sorted((a for a in covered if covered[a]), key=lambda a: -len(covered[a]))
    chosen: list[str] = []
    shared: set[str] = set()
    for size in range(1, len(ranked) + 1):
        common = set.intersection(*(covered[a] for a in ranked[:size]))
        enough = size**2 * len(common) >= len(chosen) ** 2 * len(shared)
        if common and (enough or size == 2):  # one alone is no comparison
            chosen, shared = ranked[:size], common
    tasks = tuple(t.name for t in results.tasks if t.name in shared)
    skills = {a: combine([results.groups[t, a].skill for t in tasks]) for a in chosen}
    means = {a: s.mean for a, s in skills.items() if s.mean is not None}
    return Comparison(
        tasks,
        {a: skills[a] for a in sorted(means, key=lambda a: -means[a])},
        {a: len(covered[a]) for a in ranked if a not in chosen},
    )
