"""harness check"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from harness.contract import Check

from harness.cli.options import console


def main(file: Annotated[Path, typer.Argument(metavar="FILE", help="A Python file.")]) -> None:
    """Run the contract's checks on a file's own architectures and tasks.

    Exits with 0 if all are kept, with 1 if some are not.

    Example:

        harness check my_gru.py
    """
    from harness.contract import Skipped, Violation
    from harness.experiment.registry import declared_in, use_plugins

    use_plugins([str(file)])
    screen, broken = console(), 0
    for label, checks in _all_checks(declared_in(str(file))):
        screen.print(f"{label}", style="bold", markup=False)
        for check in checks:
            try:
                check.run()
            except Skipped as skipped:
                screen.print(f"  n/a   {check.title}: {skipped}", style="dim", markup=False)
            except Violation as violation:
                broken += 1
                screen.print(f"  FAIL  {check.title}", style="bold red", markup=False)
                screen.print(f"        {violation}", markup=False)
            except Exception as error:
                broken += 1
                screen.print(f"  FAIL  {check.title}", style="bold red", markup=False)
                screen.print(f"        {_where(error, file)}", markup=False)
            else:
                screen.print(f"  ok    {check.title}", style="green", markup=False)
    if broken:
        screen.print(f"{broken} checks failed")
        raise typer.Exit(1)
    screen.print("everything holds")


def _all_checks(declared: tuple[list, list]) -> list[tuple[str, list[Check]]]:
    from harness.contract import architecture, task

    architectures, tasks = declared
    found = [(f"architecture {s.label}", list(architecture.checks(s))) for s in architectures]
    return found + [(f"task {s.label}", list(task.checks(s))) for s in tasks]


def _where(error: Exception, file: Path) -> str:
    """An exception in one line, with the line of the user's own file it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).name == file.name]
    at = f"line {own[-1].lineno}: " if own else ""
    return f"{at}{type(error).__name__}: {error}"
