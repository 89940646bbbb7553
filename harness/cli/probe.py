"""harness probe"""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.options import DEFAULT_OUT, Json, Out, Plugins, console, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from reports.sections.section import Section
    from reports.sections.section import Table as SectionTable


def main(
    name: Annotated[
        str,
        typer.Argument(
            metavar="PROBE",
            help="gradient-flow, horizon, length-generalisation, cost-growth or stability.",
        ),
    ],
    arch: Annotated[
        str, typer.Option("--arch", help="Which architectures, with commas: rnn,lstm.")
    ] = "",
    task: Annotated[str, typer.Option("--task", help="On which tasks, with commas.")] = "",
    lag: Annotated[
        int | None,
        typer.Option("--lag", help="Dependency length in steps; of a horizon the longest tried."),
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", help="How many seeds.", min=1)] = 3,
    steps: Annotated[
        int | None, typer.Option("--steps", help="Updates of the weights.", min=1)
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", help="Worker processes.")] = None,
    out: Out = DEFAULT_OUT,
    plugin: Plugins = None,
    json: Json = False,
) -> None:
    """Measure what a score does not say: gradients, memory, cost, stability.

    What it trains and measures is kept like any other cell. For gates, attention and states see
    'harness show CELL --internals'.

    Examples:

        harness probe gradient-flow --arch rnn,lstm --lag 200

        harness probe horizon --arch rnn,gru --task recall --lag 100
    """
    from harness.api import execute
    from harness.cli.progress import progress
    from harness.experiment.registry import use_plugins
    from harness.experiment.request import Request
    from harness.probes.standalone import alone, listed
    from reports.analysis.results import read
    from reports.sections import sections

    use_plugins(plugin or [])
    budget = {} if steps is None else {"steps": steps}
    matrix = alone(name, listed(task), listed(arch), lag, seeds, budget)
    command = shlex.join(["harness", *sys.argv[1:]])
    request = Request(matrix, out=out, jobs=jobs, plugins=plugin, command=command)
    with progress(quiet=json) as watcher:
        result = execute(request, watcher)
    found = sections(read(result.store, matrix.name), result.store.updates)
    if json:
        print_json([_document(section) for section in found])
    else:
        screen = console()
        for section in found:
            _print(screen, section)
        for warning in result.warnings:
            screen.print(f"warning: {warning}", style="yellow", markup=False)
        if result.report:
            screen.print(f"report:  {result.report}", soft_wrap=True, markup=False)
    if result.interrupted:
        raise typer.Exit(130)
    if not result.fine:
        raise typer.Exit(1)


def _document(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "sentences": list(section.sentences),
        "tables": [
            {"caption": caption, "rows": [dict(zip(t.heads, row, strict=True)) for row in t.rows]}
            for caption, t in _tables(section)
        ],
    }


def _tables(section: Section) -> list[tuple[str, SectionTable]]:
    return [(figure.caption, figure.table) for figure in section.figures] + [*section.tables]


def _print(screen: Console, section: Section) -> None:
    from rich.markup import escape
    from rich.table import Table

    screen.print(section.title, style="bold", markup=False)
    for sentence in section.sentences:
        screen.print(sentence, markup=False)
    for caption, table in _tables(section):
        grid = Table(title=escape(caption), title_justify="left", title_style="", box=None)
        for head in table.heads:
            grid.add_column(escape(head))
        for row in table.rows:
            grid.add_row(*map(escape, row))
        screen.print()
        screen.print(grid)
