"""harness compare"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import Json, StoredMatrix, print_json, show
from harness.errors import UserError, nearest
from harness.experiment.store import Store

RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="A folder of results, or FOLDER:MATRIX.")
]


def main(run_a: RunName, run_b: RunName, matrix: StoredMatrix = None, json: Json = False) -> None:
    """Say what changed from run A to run B: cells, keys, outcomes, scores with tests, cost.

    Cells are paired by task, architecture and seed. Of each architecture on each task, the
    differences (B minus A) are tested over seeds and over test examples.

    Examples:

        harness compare out-before out-after

        harness compare harness-out:quick harness-out:standard --json
    """
    from reports.analysis.comparison import compare
    from reports.analysis.results import read
    from reports.sections.comparison import blocks

    stores = [_store(run_a), _store(run_b)]
    names = _matrices([store for store, _ in stores], [name or matrix for _, name in stores])
    runs = [read(s, n) for (s, _), n in zip(stores, names, strict=True)]
    comparison = compare(runs[0], runs[1])
    if json:
        sides = [
            {"out": str(run.store.out), "matrix": run.name}
            | {of: run.plan.get(of) for of in ("created", "command")}
            for run in runs
        ]
        print_json({"a": sides[0], "b": sides[1]} | comparison.to_json())
        return
    show(blocks(runs, comparison))


def _store(text: str) -> tuple[Store, str | None]:
    """The store that a RUN names, and the matrix if it says which; raises UserError."""
    folder, _, matrix = text.rpartition(":")
    for place, name in ((text, None), (folder, matrix)):
        if place and Path(place).is_dir():
            return Store(place), name or None
    path = Path(folder or text)
    beside = [p.parent.name for p in path.parent.glob("*/plans")]
    hint = nearest(path.name, beside) if beside else "there are no results beside it"
    raise UserError(f"RUN {text}: there is no folder {path}; {hint}")


def _matrices(stores: Sequence[Store], given: Sequence[str | None]) -> list[str]:
    """Which matrices to compare: where none is named, the last one that both folders have."""
    if not any(given):
        kept = [name for name in stores[0].plans() if name in stores[1].plans()]
        given = [*kept[:1], *kept[:1]] or given
    return [s.plan(name)["matrix"] for s, name in zip(stores, given, strict=True)]
