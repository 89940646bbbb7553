"""Options that several verbs share, and how they print."""

from __future__ import annotations

import functools
import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.experiment.request import DEFAULT_OUT as DEFAULT_OUT
from tasks.user_data.settings import Settings

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
    str | None, typer.Option("--matrix", help="Which matrix, if several were run in this folder.")
]
Tasks = Annotated[
    list[str] | None,
    typer.Option(
        "--task",
        help="Only these tasks: a glob, a name like 'recall\\[lag=50]', or a file with a task "
        "from your data, like mydata.toml.",
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
USER_DATA = "A task from your data, without a file"
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Cell = Annotated[str, typer.Argument(metavar="CELL", help="A cell's id, or the start of it.")]


def with_user_data(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb with a flag for each setting of user data; it gets them all as ``user_data``, None
    where not given."""
    parameters = [
        parameter
        for parameter in inspect.signature(verb, eval_str=True).parameters.values()
        if parameter.name != "user_data"
    ]
    for name, field in Settings.model_fields.items():
        kind = int if field.annotation is int else str
        text = " ".join((field.description or "").split()).partition(". ")[0].rstrip(".")
        option = typer.Option(f"--{name}", help=f"{text}.", rich_help_panel=USER_DATA)
        flag = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None,
                                 annotation=Annotated[kind | None, option])  # fmt: skip
        parameters.append(flag)

    @functools.wraps(verb)
    def main(**given: Any) -> None:
        verb(user_data={name: given.pop(name) for name in Settings.model_fields}, **given)

    main.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return main


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
