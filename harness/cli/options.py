"""Options that several verbs share, and how they print."""

import dataclasses
import functools
import inspect
import json
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.errors import UserError
from harness.experiment.request import DEFAULT_OUT as DEFAULT_OUT
from harness.experiment.request import Request
from tasks.user_data.settings import Settings

if TYPE_CHECKING:
    from numpy import ndarray
    from rich.console import Console

    from harness.experiment.record import Record
    from harness.experiment.store import Store
    from harness.runner import Result
    from reports.document import Block

OUT = "Folder of the results."
PLUGIN = "A Python file with more tasks or architectures."
CHOSEN = (
    "Only these tasks: a glob, a name like 'recall\\[lag=50]', or a file with a task from your "
    "data, like mydata.toml."
)
Out = Annotated[Path, typer.Option("--out", help=OUT)]
StoredMatrix = Annotated[
    str | None, typer.Option("--matrix", help="Which matrix, if several were run in this folder.")
]
TaskFiles = Annotated[
    list[str] | None, typer.Option("--task", help="The cell's task, if in a file like mydata.toml.")
]
Plugins = Annotated[list[str] | None, typer.Option("--plugin", help=PLUGIN)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Cell = Annotated[str, typer.Argument(metavar="CELL", help="A cell's id, or the start of it.")]

Several = list[str] | None
REQUEST: dict[str, tuple[Any, str, str]] = {
    "matrix": (str, "--matrix",
               "A shipped matrix, or a file that ends in .toml; quick if not given."),
    "tasks": (Several, "--task", CHOSEN),
    "architectures": (Several, "--arch",
                      "Only these architectures: a glob, or 'lstm\\[layers=2]'."),
    "parts": (Several, "--part",
              "Only these parts of the matrix, by name or glob; matrix: its own cells."),
    "seeds": (int | None, "--seeds", "How many seeds."),
    "jobs": (int | None, "--jobs", "Worker processes; as many as cores if not given."),
    "out": (Path, "--out", OUT),
    "device": (str, "--device", "cpu, cuda, ..."),
    "timeout": (float | None, "--timeout", "Seconds that a cell may take."),
    "retry_failed": (bool, "--retry-failed", "Run failed and timed-out cells again."),
    "fresh": (bool, "--fresh", "Run all cells again, finished ones too."),
    "plugins": (Several, "--plugin", PLUGIN),
}  # fmt: skip
"""Of each field of a request that has a flag its type, the flag and its help."""


def requesting(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a verb a flag for each of these fields of a request, and for each setting of user
    data; the verb gets the request, and its own arguments, by keyword, after it."""
    defaults = {field.name: field.default for field in dataclasses.fields(Request)}
    flags = [_flag(name, *REQUEST[name], defaults[name]) for name in names]
    panel = "A task from your data, without a file"
    for name, field in Settings.model_fields.items():
        kind = int if field.annotation is int else str
        text = " ".join((field.description or "").split()).partition(". ")[0].rstrip(".")
        flags.append(_flag(name, kind | None, f"--{name}", f"{text}.", panel=panel))

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


def _flag(
    name: str, kind: Any, flag: str, help: str, default: Any = None, panel: str | None = None
) -> inspect.Parameter:
    option = typer.Option(flag, help=help, show_default=bool(default), rich_help_panel=panel)
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, keyword, default=default, annotation=Annotated[kind, option])


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def console() -> "Console":
    """Where tables go; wide where nobody's window limits them."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 200)


def show(blocks: "Iterable[Block]") -> None:
    """Print blocks, as a page has them."""
    from reports.render import terminal

    terminal.show(console(), blocks)


def close(result: "Result", hints: Sequence[str] = (), quiet: bool = False) -> None:
    """End a run: its warnings, its report, the commands that go on from it, the exit code."""
    if not quiet:
        for warning in result.warnings:
            console().print(f"warning: {warning}", style="yellow", markup=False)
        if result.report:
            print(f"report:  {result.report}")
        for hint in hints:
            print(hint)
        if result.interrupted:
            print("interrupted; the same command goes on from here")
    if not result.fine or result.interrupted:
        raise typer.Exit(130 if result.interrupted else 1)


def warn(messages: Iterable[str]) -> None:
    """Say what is wrong but stops nothing, where it is not among the results."""
    for message in messages:
        print(f"warning: {message}", file=sys.stderr)


def beside(out: Path) -> str:
    """The flag that leads a command to a folder of results; empty for the usual one."""
    usual = out.absolute() == DEFAULT_OUT.absolute()
    return "" if usual else f" --out {shlex.quote(str(out))}"


def trained(store: "Store", record: "Record") -> dict[str, "ndarray"]:
    """The weights of a cell; raises UserError where there are none."""
    from safetensors.numpy import load_file

    from harness.experiment.record import Outcome

    file = store.weights_file(record.id)
    if not file.exists():
        why = f"outcome {record.outcome}"
        if record.outcome == Outcome.OK:
            why = "its matrix said keep_weights = false; run it with true and --fresh"
        raise UserError(f"{record.id}: has no trained weights ({why})")
    return load_file(file)
