"""What a run says of tasks of the user's own, in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from harness.experiment.store import Store
from reports.analysis.results import read as read_results
from reports.analysis.user_data import Own, read, without_controls


def print_own(screen: Console, store: Store, matrix: str) -> bool:
    """Print what is known of the user's own tasks; True if a matrix has no others."""
    results = read_results(store, matrix)
    owned = read(results)
    for own in owned:
        screen.print(_table(own))
        for sentence in own.sentences:
            screen.print(sentence, markup=False)
        screen.print()
    return bool(owned) and len(owned) == len(without_controls(results).tasks)


def _table(own: Own) -> Table:
    table = Table(
        title=f"{own.task.name}: {own.metric}, test split", title_justify="left",
        pad_edge=False, box=None,
    )  # fmt: skip
    table.add_column("architecture", no_wrap=True)
    shuffled = ["order shuffled"] if own.control else []
    for column in ("score", *shuffled, "skill", "training", "parameters"):
        table.add_column(column, justify="right")
    for row in own.rows:
        name = row["architecture"] + (" (baseline)" if row["baseline"] else "")
        cells = [row["kept"], *([row["shuffled"]] if own.control else [])]
        cells += [row["skill"], row["seconds"], row["parameters"]]
        table.add_row(name.replace("[", r"\["), *cells)
    return table
