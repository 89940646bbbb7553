"""What a run ends with in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from harness.experiment.store import Store


def print_scores(screen: Console, store: Store, matrix: str | None = None) -> None:
    """Print what the user's own data needs, and the scores of a matrix that has other tasks."""
    from reports.analysis import user_data
    from reports.analysis.results import read
    from reports.render.terminal import show
    from reports.sections import scores
    from reports.sections import user_data as needs

    results = read(store, matrix)
    show(screen, needs.answers(results))
    tasks = user_data.controls(results)
    if not tasks or len(tasks) < len(user_data.without_controls(results).tasks):
        if tasks:
            screen.print()
        show(screen, scores.blocks(results))
