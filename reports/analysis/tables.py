"""What the page and the Markdown show as tables: plain rows of text, ready to print."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from harness.experiment.record import PENDING, Outcome
from reports import formats
from reports.analysis.difference import Standing, standing
from reports.analysis.frame import parts_of
from reports.analysis.ranking import behind, lead
from reports.analysis.results import BASELINE, MEANINGS, Cell, Group, Results, TaskInfo
from reports.analysis.statistics import combine


@dataclass(frozen=True)
class Square:
    """One square of a heat map. ``value`` is None in a hole, and ``text`` is then its code."""

    value: float | None
    text: str
    small: str = ""
    rank: str = ""
    """best, near (not shown to differ from the best), or empty"""
    baseline: str = ""
    """which baseline it is, in their column"""
    behind: bool = False
    """no better than the baseline"""


def standings(results: Results) -> dict[str, Standing | None]:
    """The standing on each task, by name."""
    return {t.name: standing(results, t) for t in results.tasks}


def skill_squares(results: Results) -> dict[tuple[str, str], Square]:
    """Skill by task and column."""
    found = {}
    for task, order in standings(results).items():
        for c in results.columns:
            square = _square(results.column(task, c), c, order)
            if c == BASELINE and square.value is not None:
                square = replace(square, baseline=results.best_baselines.get(task, ""))
            found[task, c] = replace(square, behind=behind(results, task, c))
    return found


def _square(group: Group | None, architecture: str, order: Standing | None) -> Square:
    if group is None:
        return Square(None, "")
    if group.skill.mean is None:
        return Square(None, group.code)
    small = formats.spread(group.skill.half)
    if len(group.cells) != group.skill.n:
        small = f"{small} {group.skill.n}/{len(group.cells)}".strip()
    return Square(
        group.skill.mean, formats.skill(group.skill.mean), small, rank_of(architecture, order)
    )


def rank_of(architecture: str, order: Standing | None) -> str:
    """best, near or empty. Alone on a task, nobody is best."""
    if order is None or len(order.order) < 2:
        return ""
    if architecture in order.best:
        return "best"
    return "near" if architecture in order.near else ""


def profile_squares(results: Results) -> tuple[list[str], dict[tuple[str, str], Square]]:
    """Mean skill by tag and column, over the tasks with that tag; and the tags in order.

    Where an architecture has a skill on some of a tag's tasks only, the square says on how many.
    """
    tags = list(dict.fromkeys(tag for t in results.tasks for tag in t.tags))
    squares = {}
    for tag in tags:
        tasks = [t.name for t in results.tasks if tag in t.tags]
        for a in results.columns:
            groups = [group for t in tasks if (group := results.column(t, a))]
            skills = [g.skill for g in groups if g.skill.mean is not None]
            whole = combine(skills)
            if whole.mean is None:
                codes = {g.code for g in groups}
                squares[tag, a] = Square(None, codes.pop() if len(codes) == 1 else "none")
                continue
            small = formats.spread(whole.half)
            if len(skills) != len(tasks):
                small = f"{small} {len(skills)}/{len(tasks)}".strip()
            squares[tag, a] = Square(whole.mean, formats.skill(whole.mean), small)
    return tags, squares


def codes_used(squares: dict[tuple[str, str], Square]) -> dict[str, str]:
    """The codes of the holes that occur, with their meanings."""
    seen = {s.text for s in squares.values() if s.value is None and s.text}
    meanings = MEANINGS | {"none": "no result on any task with this tag, for several reasons"}
    return {code: meanings[code] for code in meanings if code in seen}


def task_table(results: Results, task: TaskInfo) -> dict[str, Any]:
    """A task's architectures and baselines, best first and holes last, with every seed's test
    score. Baselines that do not apply are left to the table of holes."""
    order = standing(results, task)
    groups = _sorted(results, task)
    limits = [task.floor, task.ceiling, *task.references.values()]
    text = formats.scores_of(task, [*limits, *(c.score for g in groups.values() for c in g.cells)])
    best = results.best_baselines.get(task.name)
    rows: list[dict[str, Any]] = []
    for a, group in groups.items():
        by_seed = {c.seed: c for c in group.cells}
        summary = group.score
        rows.append(
            {
                "architecture": a,
                "baseline": a in results.baselines,
                "rank": rank_of(a, order),
                "lead": formats.signed_skill_with_spread(lead(results, task.name, a)),
                "behind": behind(results, task.name, a),
                "seeds": [_seed(by_seed.get(s), text) for s in results.seeds],
                "mean": text(summary.mean),
                "half": "" if summary.half is None else "±" + text(summary.half),
                "skill": formats.skill_with_spread(group.skill),
                "parameters": formats.number(group.mean_of("parameters")),
                "seconds": formats.seconds(group.mean_of("training")),
                "hole": group.code if summary.mean is None else "",
            }
        )
    return {
        "task": task,
        "metric": formats.metric(task),
        "direction": formats.direction(task),
        "floor": text(task.floor),
        "ceiling": text(task.ceiling),
        "baseline": best and f"{text(groups[best].score.mean)} ({best})",
        "references": {name: text(value) for name, value in task.references.items()},
        "rows": rows,
        "codes": {r["hole"]: MEANINGS[r["hole"]] for r in rows if r["hole"]},
    }


def _sorted(results: Results, task: TaskInfo) -> dict[str, Group]:
    """The groups of a task by name, best mean first, those without a score last."""
    found = {
        name: group
        for name in (*results.architectures, *results.baselines)
        if (group := results.groups.get((task.name, name)))
        and not (name in results.baselines and all(c.refused for c in group.cells))
    }
    sign = -1 if task.higher_is_better else 1
    means = {a: g.score.mean for a, g in found.items()}

    def place(name: str) -> float:
        mean = means[name]
        return math.inf if mean is None else sign * mean

    return {name: found[name] for name in sorted(found, key=place)}


def _seed(cell: Cell | None, text: Any) -> dict[str, str]:
    if cell is None:
        return {"text": "", "why": ""}
    if cell.score is None:
        return {"text": cell.code, "why": cell.reason}
    return {"text": text(cell.score), "why": ""}


def holes(results: Results) -> dict[str, list[dict[str, Any]]]:
    """Cells without a score, alike ones together: failed, refused (not applicable), waiting.

    Each baseline serves few tasks by its nature, so all its refusals are told together. Of the
    cells of parts, those that measured what they were to measure are no holes.
    """
    kinds: dict[str, dict[tuple, dict[str, Any]]] = {"failed": {}, "refused": {}, "waiting": {}}
    parts = parts_of(results)
    for cell in results.all_cells:
        measured = cell.ok and cell.record is not None and cell.record.measured
        if measured or (not cell.hole and cell.skill is not None):
            continue
        kind = {Outcome.NOT_APPLICABLE: "refused", PENDING: "waiting"}.get(cell.outcome, "failed")
        # Refusals and waiting cells repeat over many tasks; failures are told one by one.
        place = (cell.task if kind == "failed" else "", cell.architecture, parts[cell.id])
        outcome = cell.outcome if cell.outcome != Outcome.OK else cell.code
        together = kind == "refused" and cell.architecture in results.baselines
        key = (*place, outcome, "" if together else cell.reason)
        entry = kinds[kind].setdefault(
            key,
            {
                "architecture": cell.architecture,
                "part": parts[cell.id],
                "outcome": outcome,
                "reasons": [],
                "tasks": [],
                "seeds": [],
                "count": 0,
                "traceback": "",
                "id": cell.id,
            },
        )
        entry["count"] += 1
        for where, what in (("tasks", cell.task), ("seeds", cell.seed), ("reasons", cell.reason)):
            entry[where] += [what] * (what not in entry[where])
        if cell.record is not None:
            entry["traceback"] = entry["traceback"] or cell.record.traceback
    return {
        kind: [e | {"reason": "; ".join(e["reasons"])} for e in entries.values()]
        for kind, entries in kinds.items()
    }
