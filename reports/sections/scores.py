"""The scores at the end of a run: mean skill, tasks by architectures, without intervals."""

from __future__ import annotations

from harness.experiment.record import PENDING, Outcome
from reports.analysis import user_data
from reports.analysis.ranking import behind
from reports.analysis.results import BASELINE, Group, Results
from reports.document import Block, Cell, Paragraph, Table
from reports.formats import plural
from reports.sections.user_data import answers

HOLES = {
    Outcome.NOT_APPLICABLE: "n/a",
    Outcome.UNAVAILABLE: "no data",
    Outcome.OUT_OF_MEMORY: "memory",
    Outcome.DIVERGED: "diverged",
    Outcome.INTERRUPTED: "stopped",
    PENDING: "-",
}


def ending(results: Results) -> list[Block]:
    """What the user's own data needs, and the scores of a matrix that has other tasks."""
    tasks = user_data.controls(results)
    others = not tasks or len(tasks) < len(user_data.without_controls(results).tasks)
    return [*answers(results), *(blocks(results) if others else [])]


def blocks(results: Results) -> list[Block]:
    """Mean skill over seeds; a hole says why it is one, what is no better than the best baseline
    of its task is marked."""
    rows: tuple[tuple[str | Cell, ...], ...] = tuple(
        (task.name, *_row(results, task.name)) for task in results.tasks
    )
    seeds = plural(len(results.seeds), "seed")
    caption = f"Skill, mean of {seeds}: 0 = the floor, 1 = the ceiling"
    lines = []
    for baseline in dict.fromkeys(results.best_baselines.values()):
        names = [task for task, best in results.best_baselines.items() if best == baseline]
        lines.append(f"baseline {baseline}: {', '.join(names)}")
    if any(behind(results, t.name, a) for t in results.tasks for a in results.architectures):
        lines.append("† no better than the baseline")
    return [Table(("task", *results.columns), rows, caption), *map(Paragraph, lines)]


def _row(results: Results, task: str) -> list[Cell]:
    """The best is found after rounding, so that what prints alike is bold alike."""
    groups = {column: results.column(task, column) for column in results.columns}
    means = {column: g.skill.mean if g else None for column, g in groups.items()}
    best = max((m for c, m in means.items() if m is not None and c != BASELINE), default=None)
    cells = []
    for column, mean in means.items():
        if mean is None:
            cells.append(Cell(_hole(groups[column]), "hole"))
            continue
        text = f"{mean:.2f}"
        mark = "best" if column != BASELINE and text == f"{best:.2f}" else ""
        dagger = "†" if behind(results, task, column) else " "
        cells.append(Cell(text + dagger if results.baselines else text, mark))
    return cells


def _hole(group: Group | None) -> str:
    """The commonest outcome among the seeds; nothing where none was planned."""
    if group is None:
        return ""
    outcomes = [cell.outcome for cell in group.cells]
    outcome = max(set(outcomes), key=outcomes.count)
    return HOLES.get(outcome, outcome)
