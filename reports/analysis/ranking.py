"""Who leads over the tasks that can be compared, at what cost, and who beats a task's baseline.

On one task, `reports.analysis.difference.standing` says who is best.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import geometric_mean
from typing import TYPE_CHECKING

from reports.analysis.difference import ahead
from reports.analysis.results import Results
from reports.analysis.statistics import Summary, combine

if TYPE_CHECKING:
    import pandas

KINDS = {
    "training": "training seconds",
    "parameters": "parameters",
    "flops": "training FLOPs",
}
"""What skill is held against, in the order of the page."""


@dataclass(frozen=True)
class Comparison:
    """Mean skill over shared tasks, of each task cut off at 0 and 1: the compared architectures,
    best first."""

    tasks: tuple[str, ...]
    skills: dict[str, Summary]
    left_out: dict[str, int]
    """Architectures with results that were not compared, with their number of tasks."""


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
    skills = {a: combine([results.groups[t, a].level for t in tasks]) for a in chosen}
    order = sorted(skills, key=lambda a: -(skills[a].mean or 0.0))
    return Comparison(
        tasks,
        {a: skills[a] for a in order},
        {a: len(covered[a]) for a in ranked if a not in chosen},
    )


def runs(results: Results, architectures: Iterable[str]) -> "pandas.DataFrame":
    """Every run of the matrix's own cells that has a skill, architecture by architecture, with
    the columns that `reports.analysis.across_tasks` asks for."""
    import pandas

    rows = [
        (cell.task, cell.architecture, cell.level)
        for a in architectures for cell in results.cells
        if cell.architecture == a and cell.skill is not None
    ]  # fmt: skip
    return pandas.DataFrame(rows, columns=["task", "architecture", "level"])


def lead(results: Results, task: str, architecture: str) -> Summary:
    """How far an architecture is ahead of a task's baseline, in skill: the mean of the differences
    over the seeds that both have, with its interval where there is one. Empty where either has
    none."""
    best = results.best_baselines.get(task)
    planned = (task, architecture) in results.groups and architecture in results.architectures
    if not best or not planned:
        return Summary()
    one, other = (results.groups[task, name] for name in (architecture, best))
    return ahead(one, other)


def behind(results: Results, task: str, architecture: str) -> bool:
    """Whether the mean of an architecture is no better than the baseline's."""
    mean = lead(results, task, architecture).mean
    return mean is not None and mean <= 0


def leader(results: Results, task: str) -> str | None:
    """The architecture that is furthest ahead of the baseline, or least behind."""
    leads = {a: lead(results, task, a).mean for a in results.architectures}
    known = {a: mean for a, mean in leads.items() if mean is not None}
    return max(known, key=lambda a: known[a], default=None)


@dataclass(frozen=True)
class Point:
    """An architecture over the compared tasks."""

    cost: float
    """Geometric mean over the tasks: costs are compared by ratio."""
    skill: Summary
    beaten_by: tuple[str, ...] = ()
    """Those that are no more costly and no less skilled, and better in one of the two."""

    def beats(self, other: "Point") -> bool:
        """Whether it is better in skill or cost, and in neither worse."""
        skill, than = self.skill.mean or 0.0, other.skill.mean or 0.0
        no_worse = self.cost <= other.cost and skill >= than
        return no_worse and (self.cost < other.cost or skill > than)


def mean_costs(results: Results, compared: Comparison, kind: str) -> dict[str, Point]:
    """The compared architectures whose cost is known on all tasks, the best first."""
    points = {}
    for name, skill in compared.skills.items():
        costs = [results.groups[t, name].mean_of(kind) for t in compared.tasks]
        if all(costs):
            points[name] = Point(geometric_mean([cost or 0.0 for cost in costs]), skill)
    return {
        name: replace(point, beaten_by=tuple(b for b in points if points[b].beats(point)))
        for name, point in points.items()
    }


def task_costs(results: Results, kind: str) -> dict[str, list[tuple[float, float]]]:
    """Cost and mean skill of each architecture on every task where both are known."""
    return {
        name: [
            (cost, group.skill.mean)
            for (_, other), group in results.groups.items()
            if other == name and group.skill.mean is not None and (cost := group.mean_of(kind))
        ]
        for name in results.architectures
    }
