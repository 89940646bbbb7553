"""The score matrix in the terminal."""

from __future__ import annotations

import statistics
from collections import defaultdict
from typing import Any

from rich.console import Console
from rich.table import Table

from harness.record import PENDING, Outcome
from harness.store import Store

HOLES = {
    Outcome.NOT_APPLICABLE: "n/a",
    Outcome.UNAVAILABLE: "no data",
    Outcome.OUT_OF_MEMORY: "memory",
    Outcome.DIVERGED: "diverged",
    Outcome.INTERRUPTED: "stopped",
    PENDING: "-",
}


def print_scores(screen: Console, store: Store, matrix: str | None = None) -> None:
    """Print mean skill over seeds, tasks by architectures; a hole says why it is one."""
    rows = store.results(matrix)
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["task"], row["architecture"]].append(row)
    tasks = list(dict.fromkeys(row["task"] for row in rows))
    architectures = list(dict.fromkeys(row["architecture"] for row in rows))
    seeds = len({row["seed"] for row in rows})
    table = Table(
        title=f"Skill, mean of {seeds} seed{'s' if seeds > 1 else ''}: "
        "0 = the floor, 1 = the ceiling",
        title_justify="left",
        pad_edge=False,
        box=None,
    )
    table.add_column("task", no_wrap=True)
    for architecture in architectures:
        table.add_column(architecture, justify="right")
    for task in tasks:
        means = {a: _mean(groups.get((task, a), [])) for a in architectures}
        known = [m for m in means.values() if m is not None]
        best = max(known, default=None)
        texts = []
        for architecture in architectures:
            mean = means[architecture]
            if mean is None:
                texts.append(f"[dim]{_hole(groups.get((task, architecture), []))}[/dim]")
            else:
                # rounded, so that what prints alike is marked alike
                text = f"{mean:.2f}"
                texts.append(f"[bold]{text}[/bold]" if text == f"{best:.2f}" else text)
        table.add_row(task.replace("[", r"\["), *texts)
    screen.print(table)


def _mean(rows: list[dict[str, Any]]) -> float | None:
    skills = [row["skill"] for row in rows if row["skill"] is not None]
    return statistics.fmean(skills) if skills else None


def _hole(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return ""
    outcomes = [row["outcome"] for row in rows]
    outcome = max(set(outcomes), key=outcomes.count)
    return HOLES.get(outcome, outcome)
