"""The command line: one file for each verb, thin over ``harness.api``."""

import importlib
import os
import pkgutil
import sys

import typer

from harness.errors import UserError
from harness.shadowed import refuse_shadowed

ORDER = (
    "run", "plan", "list", "status", "results", "show", "probe", "compare", "advise", "claims",
    "generate", "why", "report", "ui", "sync", "new", "check", "doctor",
)  # fmt: skip
"""Verbs as ``harness --help`` lists them; any other comes after them."""


def application(verb: str = "") -> typer.Typer:
    """The command line: a verb for each module of this package that defines ``main``.

    verb: only this one, if there is one of that name, so that `harness list` need not wait for
    what `harness run` imports.
    """
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
    app.callback()(lambda: None)  # else an application of one verb has no verbs
    modules = {found.name.rstrip("_"): found.name for found in pkgutil.iter_modules(__path__)}
    verbs = {}
    for name in [verb] if verb in ORDER and verb in modules else modules:
        module = importlib.import_module(f"{__name__}.{modules[name]}")
        if hasattr(module, "main"):
            verbs[name] = module.main
    places = {name: place for place, name in enumerate(ORDER)}
    for name in sorted(verbs, key=lambda name: (places.get(name, len(ORDER)), name)):
        app.command(name)(verbs[name])
    return app


def main() -> None:
    """Entry point of the ``harness`` command; a user's mistake ends with exit code 2."""
    try:
        refuse_shadowed()
        application(*sys.argv[1:2])(args=_with_default_matrix(sys.argv[1:]))
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
    for argument, following in zip(arguments, [*arguments, "-"][1:], strict=True):
        bare = argument == "--matrix" and following.startswith("-")
        whole += [argument, "quick"] if bare else [argument]
    return whole
