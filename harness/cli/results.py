"""harness results"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from harness.cli.options import DEFAULT_OUT, Json, Out, StoredMatrix, console, print_json
from harness.errors import UserError


def main(
    out: Out = DEFAULT_OUT,
    matrix: StoredMatrix = None,
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Print the results: one row for each planned cell, whatever became of it.

    Example:

        harness results --csv > results.csv
    """
    from harness.experiment.store import Store
    from reports.analysis import frame
    from reports.analysis.results import read

    if json and csv:
        raise UserError("results: --json and --csv exclude each other")
    store = Store(out)
    cells = frame.cells(read(store, matrix))[list(frame.RESULTS)]
    rows = frame.to_rows(cells)
    for message in store.corrupted:
        print(f"warning: {message}", file=sys.stderr)
    if json:
        print_json(rows)
    elif csv:
        print(frame.to_csv(cells), end="")
    else:
        from rich.table import Table

        from harness.cli.scores import print_scores

        table = Table(box=None, pad_edge=False)
        for name in ("id", "task", "architecture", "seed", "outcome", "metric"):
            table.add_column(name, no_wrap=True)
        for name in ("validation", "test", "skill", "parameters", "seconds"):
            table.add_column(name, justify="right", no_wrap=True)
        for row in rows:
            numbers = [_short(row[name]) for name in ("validation", "test", "skill")]
            size = f"{row['parameters']:,}" if row["parameters"] else ""
            words = (row["id"], row["task"], row["architecture"], str(row["seed"]))
            table.add_row(
                *(word.replace("[", r"\[") for word in words),
                row["outcome"],
                row["metric"] or "",
                *numbers,
                size,
                _short(row["seconds"]),
            )
        screen = console()
        screen.print(table, "")
        print_scores(screen, store, matrix)


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
