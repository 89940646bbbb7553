"""The scores of one task: architectures and baselines in their order."""

from __future__ import annotations

import math

from reports.analysis.results import Group, Results, TaskInfo


def groups(results: Results, task: TaskInfo) -> dict[str, Group]:
    """By name, best mean first, those without a score last. Baselines that do not apply are left
    to the table of holes."""
    scored = {
        name: group
        for name in (*results.architectures, *results.baselines)
        if (group := results.groups.get((task.name, name)))
        and not (name in results.baselines and all(c.refused for c in group.cells))
    }
    sign = -1 if task.higher_is_better else 1
    means = {name: group.score.mean for name, group in scored.items()}
    places = {name: math.inf if m is None else sign * m for name, m in means.items()}
    return {name: scored[name] for name in sorted(scored, key=lambda name: places[name])}
