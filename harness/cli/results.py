"""harness results"""

from typing import Annotated, Any

import typer

from harness.cli.options import DEFAULT_OUT, Json, Out, StoredMatrix, print_json, show, warn
from harness.errors import UserError
from harness.experiment.store import Store

HEADS = ("id", "task", "architecture", "seed", "outcome", "metric", "validation", "test", "skill",
         "learned", "parameters", "seconds")  # fmt: skip

MOST = 1000
"""Rows that are printed for people."""


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
    from reports.analysis import frame
    from reports.analysis.results import read

    if json and csv:
        raise UserError("results: --json and --csv exclude each other")
    store = Store(out)
    results = read(store, matrix)
    cells = frame.planned(results)
    plain = cells.astype("object")
    rows = plain.where(plain.notna(), None).to_dict("records")
    warn(store.corrupted)
    if json:
        print_json(rows)
    elif csv:
        print(cells.to_csv(index=False, lineterminator="\n"), end="")
    else:
        from reports.document import Note, Table
        from reports.sections import scores

        shown = rows[:MOST]
        table = Table(HEADS, tuple(tuple(_text(row[name]) for name in HEADS) for row in shown))
        cut = f"The first {MOST:,} of {len(rows):,} cells; all of them: harness results --csv"
        show([table, *([Note(cut)] if len(rows) > MOST else []), *scores.blocks(results)])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else value or ""
