"""Learning curves: validation score against updates, over the seeds of an architecture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from reports.analysis.results import Group, Results, TaskInfo

POINTS = 60
"""Points kept of a curve: more make no difference in print."""


@dataclass(frozen=True)
class Band:
    """Validation score at some updates; each field is ``(points,)``."""

    steps: Any
    mean: Any
    low: Any
    """The lowest seed's."""
    high: Any


def bands(results: Results, task: TaskInfo) -> dict[str, Band]:
    """The architectures that have curves on a task, in the order of the plan.

    A seed that stopped early counts with its last value, so that the mean does not jump.
    """
    groups = {a: results.groups.get((task.name, a)) for a in results.architectures}
    return {
        name: _band(seeds) for name, group in groups.items() if group and (seeds := _seeds(group))
    }


def _seeds(group: Group) -> list[tuple[list[float], list[float]]]:
    """Steps and validation scores of each seed that has any."""
    seeds = []
    for cell in group.cells:
        points = {
            point["step"]: point["validation"]
            for point in (cell.record.curve if cell.record is not None else ())
            if _number(point.get("step")) and _number(point.get("validation"))
        }
        if points:
            steps = sorted(points)
            seeds.append((steps, [points[step] for step in steps]))
    return seeds


def _band(seeds: list[tuple[list[float], list[float]]]) -> Band:
    """On a common grid of steps."""
    import numpy as np

    grid = np.unique(np.concatenate([steps for steps, _ in seeds]).astype(float))
    if len(grid) > POINTS:
        grid = grid[np.unique(np.linspace(0, len(grid) - 1, POINTS).round().astype(int))]
    values = np.stack([np.interp(grid, steps, scores) for steps, scores in seeds])
    return Band(grid, values.mean(axis=0), values.min(axis=0), values.max(axis=0))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
