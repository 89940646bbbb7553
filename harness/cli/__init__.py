"""The command line: one file for each verb, thin over ``harness.api``."""

from __future__ import annotations

import os
import sys

import typer

from harness.cli import (
    advise,
    check,
    claims,
    compare,
    doctor,
    generate,
    list_,
    new,
    plan,
    probe,
    report,
    results,
    run,
    show,
    status,
    sync,
    ui,
    why,
)
from harness.errors import UserError
from harness.shadowed import refuse_shadowed

app = typer.Typer(
    name="harness",
    help="Compare sequence architectures fairly: every architecture on every task, under equal "
    "budgets, over several seeds.\n\nStart with: harness run --matrix",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for name, module in {
    "run": run,
    "plan": plan,
    "list": list_,
    "status": status,
    "results": results,
    "show": show,
    "probe": probe,
    "compare": compare,
    "advise": advise,
    "claims": claims,
    "generate": generate,
    "why": why,
    "report": report,
    "ui": ui,
    "sync": sync,
    "new": new,
    "check": check,
    "doctor": doctor,
}.items():
    app.command(name)(module.main)


def main() -> None:
    """Entry point of the ``harness`` command; a user's mistake ends with exit code 2."""
    try:
        refuse_shadowed()
        app(args=_with_default_matrix(sys.argv[1:]))
    except UserError as error:
        print(f"harness: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # `harness results | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _with_default_matrix(arguments: list[str]) -> list[str]:
    """``--matrix`` without a value stands for ``--matrix quick``, which typer cannot express."""
    whole = []
    for i, argument in enumerate(arguments):
        whole.append(argument)
        following = arguments[i + 1 : i + 2]
        if argument == "--matrix" and (not following or following[0].startswith("-")):
            whole.append("quick")
    return whole
