"""The score matrix in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from harness.experiment.record import PENDING, Outcome
from harness.experiment.store import Store
from reports.analysis.ranking import behind
from reports.analysis.results import BASELINE, Group, Results, read

HOLES = {
    Outcome.NOT_APPLICABLE: "n/a",
    Outcome.UNAVAILABLE: "no data",
    Outcome.OUT_OF_MEMORY: "memory",
    Outcome.DIVERGED: "diverged",
    Outcome.INTERRUPTED: "stopped",
    PENDING: "-",
}


def print_scores(screen: Console, store: Store, matrix: str | None = None) -> None:
    """Print mean skill over seeds, tasks by architectures; a hole says why it is one.

    The best baseline of each task stands first; what is no better is marked.
    """
    results = read(store, matrix)
    seeds = len(results.seeds)
    table = Table(
        title=f"Skill, mean of {seeds} seed{'s' if seeds > 1 else ''}: "
        "0 = the floor, 1 = the ceiling",
        title_justify="left",
        pad_edge=False,
        box=None,
    )
    table.add_column("task", no_wrap=True)
    for column in results.columns:
        table.add_column(column.replace("[", r"\["), justify="right")
    for task in results.tasks:
        table.add_row(task.name.replace("[", r"\["), *_texts(results, task.name))
    screen.print(table)
    if results.baselines:
        _explain(screen, results)


def _texts(results: Results, task: str) -> list[str]:
    """One row. The best is found after rounding, so that what prints alike is bold alike."""
    groups = {c: results.column(task, c) for c in results.columns}
    means = {c: None if g is None else g.skill.mean for c, g in groups.items()}
    best = max((m for c, m in means.items() if m is not None and c != BASELINE), default=None)
    texts = []
    for column, group in groups.items():
        mean = means[column]
        if mean is None:
            texts.append(f"[dim]{_hole(group)}[/dim]")
            continue
        text = f"{mean:.2f}"
        if column != BASELINE and text == f"{best:.2f}":
            text = f"[bold]{text}[/bold]"
        mark = "†" if behind(results, task, column) else " "
        texts.append(text + mark if results.baselines else text)
    return texts


def _explain(screen: Console, results: Results) -> None:
    """Which baseline stands where, and what the mark says."""
    tasks: dict[str, list[str]] = {}
    for task, baseline in results.best_baselines.items():
        tasks.setdefault(baseline, []).append(task)
    for baseline, names in tasks.items():
        screen.print(f"baseline {baseline}: {', '.join(names)}", markup=False, highlight=False)
    if any(behind(results, t.name, a) for t in results.tasks for a in results.architectures):
        screen.print("† no better than the baseline", markup=False)


def _hole(group: Group | None) -> str:
    if group is None:
        return ""
    outcomes = [cell.outcome for cell in group.cells]
    outcome = max(set(outcomes), key=outcomes.count)
    return HOLES.get(outcome, outcome)
