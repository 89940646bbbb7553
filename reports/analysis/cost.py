"""What skill costs: mean skill against seconds, parameters and FLOPs, and the Pareto front."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import geometric_mean

from reports.analysis.ranking import Comparison
from reports.analysis.results import Results
from reports.analysis.statistics import Summary

KINDS = {
    "training": "training seconds",
    "parameters": "parameters",
    "flops": "training FLOPs",
}
"""What skill is held against, in the order of the page."""


@dataclass(frozen=True)
class Point:
    """An architecture over the compared tasks."""

    cost: float
    """Geometric mean over the tasks: costs are compared by ratio."""
    skill: Summary
    beaten_by: tuple[str, ...] = ()
    """Those that are no more costly and no less skilled, and better in one of the two."""

    def beats(self, other: Point) -> bool:
        """Whether it is better in skill or cost, and in neither worse."""
        skill, than = self.skill.mean or 0.0, other.skill.mean or 0.0
        no_worse = self.cost <= other.cost and skill >= than
        return no_worse and (self.cost < other.cost or skill > than)


def over_tasks(results: Results, compared: Comparison, kind: str) -> dict[str, Point]:
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


def of_tasks(results: Results, kind: str) -> dict[str, list[tuple[float, float]]]:
    """Cost and mean skill of each architecture on every task where both are known."""
    return {
        name: [
            (cost, group.skill.mean)
            for (_, other), group in results.groups.items()
            if other == name and group.skill.mean is not None and (cost := group.mean_of(kind))
        ]
        for name in results.architectures
    }
