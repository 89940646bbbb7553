"""Skill against updates: what each training had reached on validation by so many of them."""

import pandas

from reports.analysis.ranking import compare
from reports.analysis.results import Results
from reports.analysis.solved import mean
from reports.analysis.statistics import Summary

SHARES = (8, 4, 2, 1)
"""The budgets shown: the cap of updates divided by these."""

Reached = dict[str, pandas.DataFrame]
"""By task, the best skill so far: by updates, in columns by architecture and seed."""


def reached(results: Results) -> Reached:
    """Of the architectures that are trained in updates, and whose curves have skills (older ones
    have not). A training that stopped earlier keeps what it had reached. Control rows are no
    tasks."""
    rows = [
        (cell.task, cell.architecture, cell.seed, point["step"], point["skill"])
        for cell in results.without_controls.cells
        if cell.record and cell.ok and cell.architecture in results.architectures
        for point in cell.record.curve
        if None not in (point.get("step"), point.get("skill"))
    ]
    points = pandas.DataFrame(rows, columns=["task", "architecture", "seed", "step", "skill"])
    by_task = dict(tuple(points.groupby("task", sort=False)))
    found = {t: _so_far(by_task[t], cap(results, t)) for t in by_task}
    return {task: table for task, table in found.items() if not table.empty}


def cap(results: Results, task: str) -> int | None:
    """The plan's cap of updates on a task."""
    own = results.plan.get("budgets", {}).get(task, {})
    return ((results.plan.get("budget") or {}) | own).get("steps")


def _so_far(points: pandas.DataFrame, most: int | None) -> pandas.DataFrame:
    table = points.astype({"step": int}).pivot_table("skill", "step", ["architecture", "seed"])
    marks = [(most or int(table.index.max())) // share for share in SHARES]
    whole = table.reindex(table.index.union(marks)).cummax().ffill()
    return whole.loc[marks].dropna(how="all")


def lines(results: Results, found: Reached) -> dict[str, dict[str, dict[int, Summary]]]:
    """Mean over seeds by task, architecture and updates, with an interval where one may be."""
    infos = {task.name: task for task in results.tasks}
    return {
        task: {
            a: {int(at): mean(row.dropna(), infos[task]) for at, row in table[a].iterrows()}
            for a in results.architectures if a in table
        }
        for task, table in found.items()
    }  # fmt: skip


def places(results: Results, found: Reached) -> tuple[int, dict[str, tuple[int, int]]]:
    """Over how many tasks the compared architectures share, and the place of each by mean skill,
    cut off at 0 and 1, at the smallest budget shown and at the cap. Best at the cap first."""
    compared = compare(results.without_controls)
    names = [a for a in compared.skills if any(a in table for table in found.values())]
    shared = [t for t in compared.tasks if t in found and all(a in found[t] for a in names)]
    means = pandas.DataFrame({
        (t, end): found[t].iloc[at].clip(0, 1).groupby("architecture").mean().reindex(names)
        for t in shared for end, at in (("first", 0), ("last", -1))
    })  # fmt: skip
    if means.empty:
        return 0, {}
    over = means.dropna().T.groupby(level=1).mean().T.round(6)
    ranks = over.rank(method="min", ascending=False).astype(int).sort_values("last", kind="stable")
    return len(shared), {str(a): (int(first), int(last)) for a, first, last in ranks.itertuples()}
