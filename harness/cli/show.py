"""harness show"""

import json as json_module
from typing import Annotated

import typer

from harness.cli.options import (
    DEFAULT_OUT,
    Cell,
    Json,
    Out,
    Plugins,
    TaskFiles,
    print_json,
    show,
    trained,
)
from harness.errors import UserError
from harness.experiment.record import Record
from harness.experiment.store import Store
from harness.files import write


def main(
    cell: Cell,
    internals: Annotated[
        bool, typer.Option("--internals", help="Draw what goes on inside as it reads a sequence.")
    ] = False,
    example: Annotated[
        int | None, typer.Option(min=0, help="With --internals: which test example it reads.")
    ] = None,
    text: Annotated[
        str | None, typer.Option(help="With --internals: what it reads, in place of an example.")
    ] = None,
    tasks: TaskFiles = None,
    out: Out = DEFAULT_OUT,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Show everything about one cell: scores, curve, cost, hyper-parameters, error.

    Examples:

        harness show 3f2a

        harness show 3f2a --internals --text "and he said"
    """
    from reports.sections.record import blocks

    store = Store(out)
    record = store.find(cell)
    if internals:
        from harness.experiment.request import Request
        from harness.experiment.user_data import choose

        if example is not None and text is not None:
            raise UserError("--text and --example: give one of them")
        choose(Request(tasks=tasks, plugins=plugins))  # makes tasks of files known by their names
        _internals(store, record, example or 0, text, json)
    elif example is not None or text is not None:
        given = "--example" if text is None else "--text"
        raise UserError(f"{given}: chooses what --internals shows; give that too")
    elif json:
        print_json(json_module.loads(record.to_json()))
    else:
        show(blocks(record))


def _internals(store: Store, record: Record, example: int, text: str | None, json: bool) -> None:
    """Draw what is inside the cell's model, and say where the drawings are."""
    from harness.probes.internals import internals, nothing_inside
    from reports.figures.style import labelled, style
    from reports.sections.internals import figures, of_cell
    from tasks.task import Unavailable

    weights = {} if nothing_inside(record) else trained(store, record)
    try:
        inside = internals(record, weights, example, text)
    except Unavailable as error:
        raise UserError(f"{record.id}: {error}") from None
    if json:
        print_json(inside)
        return
    drawn = {}
    with style():
        shown = figures(record.id, inside)
    for figure in shown:
        name = figure.name.removeprefix(f"{record.id}-")
        path = store.out / "internals" / record.id / f"{name}.svg"
        write(path, labelled(figure.drawing.svg, figure.label).encode())
        drawn[str(path)] = figure
    show(of_cell(inside, drawn))
