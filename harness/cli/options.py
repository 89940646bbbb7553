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
RunMatrix = Annotated[
    str,
    typer.Option(
        "--matrix",
        help="A shipped matrix, or a file that ends in .toml; quick if not given.",
        show_default=False,
    ),
]
StoredMatrix = Annotated[
    str | None,
    typer.Option("--matrix", help="Which matrix, if several were run in this folder."),
]
Tasks = Annotated[
    list[str] | None,
    typer.Option(
        "--task",
        help="Only these tasks: a glob, a name like 'recall\\[lag=50]', or a file with a task of "
        "your own, like mydata.toml.",
    ),
]
Architectures = Annotated[
    list[str] | None,
    typer.Option("--arch", help="Only these architectures: a glob, or 'lstm\\[layers=2]'."),
]
Parts = Annotated[
    list[str] | None,
    typer.Option(
        "--part", help="Only these parts of the matrix, by name or glob; matrix: its own cells."
    ),
]
Seeds = Annotated[int | None, typer.Option("--seeds", help="How many seeds.")]
Plugins = Annotated[
    list[str] | None,
    typer.Option("--plugin", help="A Python file with more tasks or architectures."),
]
_OWN = "A task of your own, without a file"
OwnName = Annotated[
    str | None,
    typer.Option("--name", help="Its name; that of the data if not given.", rich_help_panel=_OWN),
]
OwnPath = Annotated[
    str | None,
    typer.Option(
        "--path", help="Its data: CSV, Parquet, JSON lines, NPZ, .ts, .txt.", rich_help_panel=_OWN
    ),
]
OwnKind = Annotated[
    str | None,
    typer.Option(
        "--kind",
        help="classification, regression, forecast, tagging, text, language-model or pairs.",
        rich_help_panel=_OWN,
    ),
]
OwnTarget = Annotated[
    str | None,
    typer.Option("--target", help="The column to be foretold.", rich_help_panel=_OWN),
]
OwnInputs = Annotated[
    str | None,
    typer.Option(
        "--inputs", help="The columns to foretell it from, with commas.", rich_help_panel=_OWN
    ),
]
OwnTime = Annotated[
    str | None,
    typer.Option("--time", help="The column that orders the rows.", rich_help_panel=_OWN),
]
OwnGroup = Annotated[
    str | None,
    typer.Option(
        "--group", help="The column that says which rows form a sequence.", rich_help_panel=_OWN
    ),
]
OwnContext = Annotated[
    int | None, typer.Option("--context", help="Steps that a model reads.", rich_help_panel=_OWN)
]
OwnHorizon = Annotated[
    int | None, typer.Option("--horizon", help="Steps to look ahead.", rich_help_panel=_OWN)
]
OwnSplit = Annotated[
    str | None,
    typer.Option(
        "--split",
        help="random, time or group, shares like 0.7/0.15/0.15, or a column.",
        rich_help_panel=_OWN,
    ),
]
OwnTokens = Annotated[
    str | None,
    typer.Option("--tokens", help="characters or words, of a text.", rich_help_panel=_OWN),
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
