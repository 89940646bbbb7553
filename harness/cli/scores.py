"""What a run ends with in the terminal."""

from __future__ import annotations

from rich.console import Console

from harness.experiment.store import Store
from reports.analysis import user_data
from reports.analysis.results import read
from reports.document import Block, Paragraph, Table
from reports.render.terminal import show
from reports.sections import scores


def print_scores(screen: Console, store: Store, matrix: str | None = None) -> None:
    """Print what the user's own data needs, and the scores of a matrix that has other tasks."""
    results = read(store, matrix)
    tasks = user_data.read(results)
    for task in tasks:
        show(screen, _needs(task))
        screen.print()
    if not tasks or len(tasks) < len(user_data.without_controls(results).tasks):
        show(screen, scores.blocks(results))


def _needs(data: user_data.Own) -> list[Block]:
    """Every architecture's score on the user's data and with its order shuffled, and the answer."""
    shuffled = ["order shuffled"] if data.control else []
    heads = ("architecture", "score", *shuffled, "skill", "training", "parameters")
    rows = []
    for row in data.rows:
        name = row["architecture"] + (" (baseline)" if row["baseline"] else "")
        scored = [row["kept"], *([row["shuffled"]] if data.control else [])]
        rows.append((name, *scored, row["skill"], row["seconds"], row["parameters"]))
    caption = f"{data.task.name}: {data.metric}, test split"
    return [Table(heads, tuple(rows), caption), *map(Paragraph, data.sentences)]
