"""Options that several verbs share, and how they print."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.experiment.request import DEFAULT_OUT as DEFAULT_OUT
from harness.experiment.request import Request
from tasks.user_data.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

Out = Annotated[Path, typer.Option("--out", help="Folder of the results.")]
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
TaskFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--task",
        help="The file with the task, like mydata.toml, where the cell is of one from your data.",
    ),
]
Plugins = Annotated[
    list[str] | None,
    typer.Option("--plugin", help="A Python file with more tasks or architectures."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Cell = Annotated[str, typer.Argument(metavar="CELL", help="A cell's id, or the start of it.")]


REQUEST: dict[str, Any] = {
    "matrix": Annotated[
        str,
        typer.Option(
            "--matrix",
            help="A shipped matrix, or a file that ends in .toml; quick if not given.",
            show_default=False,
        ),
    ],
    "tasks": Tasks,
    "architectures": Annotated[
        list[str] | None,
        typer.Option("--arch", help="Only these architectures: a glob, or 'lstm\\[layers=2]'."),
    ],
    "parts": Annotated[
        list[str] | None,
        typer.Option(
            "--part", help="Only these parts of the matrix, by name or glob; matrix: its own cells."
        ),
    ],
    "seeds": Annotated[int | None, typer.Option("--seeds", help="How many seeds.")],
    "jobs": Annotated[
        int | None, typer.Option("--jobs", help="Worker processes; as many as cores if not given.")
    ],
    "out": Out,
    "device": Annotated[str, typer.Option("--device", help="cpu, cuda, ...")],
    "timeout": Annotated[
        float | None, typer.Option("--timeout", help="Seconds that a cell may take.")
    ],
    "retry_failed": Annotated[
        bool, typer.Option("--retry-failed", help="Run failed and timed-out cells again.")
    ],
    "fresh": Annotated[
        bool, typer.Option("--fresh", help="Run all cells again, finished ones too.")
    ],
    "plugins": Plugins,
}
"""The flag of each field of a request that has one."""
USER_DATA = "A task from your data, without a file"


def requesting(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a verb a flag for each of these fields of a request, and for each setting of user
    data; the verb gets the request, and its own arguments, by keyword, after it."""
    defaults = {field.name: field.default for field in dataclasses.fields(Request)}
    flags = [_flag(name, REQUEST[name], defaults[name]) for name in names]
    for name, field in Settings.model_fields.items():
        kind = int if field.annotation is int else str
        text = " ".join((field.description or "").split()).partition(". ")[0].rstrip(".")
        option = typer.Option(f"--{name}", help=f"{text}.", rich_help_panel=USER_DATA)
        flags.append(_flag(name, Annotated[kind | None, option], None))

    def decorate(verb: Callable[..., None]) -> Callable[..., None]:
        own = [*inspect.signature(verb, eval_str=True).parameters.values()][1:]

        @functools.wraps(verb)
        def main(**given: Any) -> None:
            user_data = {name: given.pop(name) for name in Settings.model_fields}
            fields = {name: given.pop(name) for name in names} | {"user_data": user_data}
            verb(Request(**fields, command=shlex.join(["harness", *sys.argv[1:]])), **given)

        main.__signature__ = inspect.Signature([*flags, *own])  # type: ignore[attr-defined]
        return main

    return decorate


def _flag(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, keyword, default=default, annotation=annotation)


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
