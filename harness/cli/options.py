"""Options that several verbs share, and how they print."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

Out = Annotated[Path, typer.Option("--out", help="Folder of the results.")]
MatrixName = Annotated[
    str, typer.Option("--matrix", help="A shipped matrix, or a file that ends in .toml.")
]
StoredMatrix = Annotated[
    str | None,
    typer.Option("--matrix", help="Which matrix, if several were run in this folder."),
]
Tasks = Annotated[
    list[str] | None,
    typer.Option("--task", help="Only these tasks: a glob, or a name like 'recall[lag=50]'."),
]
Architectures = Annotated[
    list[str] | None,
    typer.Option("--arch", help="Only these architectures: a glob, or 'lstm[layers=2]'."),
]
Seeds = Annotated[int | None, typer.Option("--seeds", help="How many seeds.")]
Plugins = Annotated[
    list[str] | None,
    typer.Option("--plugin", help="A Python file with more tasks or architectures."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Cell = Annotated[str, typer.Argument(metavar="CELL", help="A cell's id, or the start of it.")]

DEFAULT_OUT = Path("harness-out")


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def console() -> Console:
    """Where tables go; wide where nobody's window limits them."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 90:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
