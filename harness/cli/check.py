"""harness check"""

import traceback
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import console


def main(file: Annotated[Path, typer.Argument(metavar="FILE", help="A Python file.")]) -> None:
    """Run the contract's checks on a file's own architectures and tasks.

    Exits with 0 if all are kept, with 1 if some are not.

    Example:

        harness check my_gru.py
    """
    from harness.contract import Skipped, Violation, architecture, task
    from harness.experiment.registry import declared_in, use_plugins

    use_plugins([str(file)])
    screen, broken = console(), 0
    architectures, tasks = declared_in(str(file))
    declared = [(f"architecture {s.label}", architecture.checks(s)) for s in architectures]
    declared += [(f"task {s.label}", task.checks(s)) for s in tasks]
    for label, checks in declared:
        screen.print(label, style="bold", markup=False)
        for check in checks:
            try:
                check.run()
            except Skipped as skipped:
                screen.print(f"  n/a   {check.title}: {skipped}", style="dim", markup=False)
            except Exception as error:
                broken += 1
                frames = traceback.extract_tb(error.__traceback__)
                own = [frame for frame in frames if Path(frame.filename).name == file.name]
                at = f"line {own[-1].lineno}: " if own else ""
                kept = isinstance(error, Violation)
                what = error if kept else f"{at}{type(error).__name__}: {error}"
                screen.print(f"  FAIL  {check.title}", style="bold red", markup=False)
                screen.print(f"        {what}", markup=False)
            else:
                screen.print(f"  ok    {check.title}", style="green", markup=False)
    if broken:
        screen.print(f"{broken} checks failed")
        raise typer.Exit(1)
    screen.print("everything holds")
