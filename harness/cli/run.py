"""harness run"""

from pathlib import Path

import typer

from harness.cli.options import REQUEST, beside, console, requesting
from harness.experiment.request import Request


@requesting(*REQUEST)
def main(request: Request) -> None:
    r"""Run a matrix: train every architecture on every task, log it, build the report.

    What is finished is never computed again: the same command goes on after an interruption.
    Exits with 0 only if every planned cell ended ok or not-applicable.

    Examples:

        harness run --matrix

        harness run --matrix standard --task 'recall\[lag=50]' --arch 'lstm\[layers=2]' --arch gru

        harness run --task mydata.toml --arch '*'
    """
    from harness.api import execute
    from harness.cli.progress import progress
    from reports.analysis.results import read
    from reports.render.terminal import show
    from reports.sections.scores import ending

    with progress() as watcher:
        result = execute(request, watcher)
    screen = console()
    show(screen, ending(read(result.store, result.matrix)))
    total = sum(result.outcomes.values())
    counts = ", ".join(f"{count} {name}" for name, count in sorted(result.outcomes.items()))
    screen.print(
        f"{total} cells planned: {counts}  ({result.computed} run now, {result.cached} from before)"
    )
    for warning in result.warnings:
        screen.print(f"warning: {warning}", style="yellow", markup=False)
    if result.report:
        screen.print(f"report:  {result.report}", soft_wrap=True, markup=False)
    screen.print(f"browse:  harness ui{beside(Path(request.out))}", markup=False)
    if set(result.outcomes) & {"failed", "timeout", "out-of-memory"}:
        screen.print("again:   the same command with --retry-failed", markup=False)
    if result.interrupted:
        screen.print("interrupted; the same command goes on from here", style="yellow")
        raise typer.Exit(130)
    if not result.fine:
        raise typer.Exit(1)
