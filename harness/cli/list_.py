"""harness list"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from harness.cli.options import Json, Plugins, console, print_json
from harness.errors import UserError, nearest

KINDS = ("tasks", "architectures", "matrices")


def main(
    what: Annotated[
        str | None, typer.Argument(help="tasks, architectures or matrices; all if not given.")
    ] = None,
    plugin: Plugins = None,
    json: Json = False,
) -> None:
    """List the tasks, architectures and matrices there are, with their parameters.

    Example:

        harness list architectures
    """
    if what is not None and what not in KINDS:
        raise UserError(f"list {what}: {nearest(what, KINDS)}")
    listing = gather(plugin or [])
    if what:
        listing = {what: listing[what]}
    if json:
        print_json(listing)
        return
    from reports.document import Block, Table
    from reports.render.terminal import show

    tables: list[Block] = []
    for kind, rows in listing.items():
        heads = ("name", "size" if kind == "matrices" else "parameters", "what it is")
        tables.append(Table(heads, tuple(map(_row, rows)), kind))
    show(console(), tables)


def _row(of: dict[str, Any]) -> tuple[str, str, str]:
    if "parameters" not in of:
        size = f"{of['tasks']} tasks x {of['architectures']} x {of['seeds']} seeds"
        return of["name"], size, of["description"]
    return of["name"], ", ".join(f"{k}={v}" for k, v in of["parameters"].items()), of["summary"]


def gather(plugins: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Everything that is registered, as plain values."""
    from harness.experiment import matrix as matrices
    from harness.experiment import registry

    registry.use_plugins(plugins)
    declared = {
        "tasks": registry.task_declarations(),
        "architectures": registry.architecture_declarations(),
    }
    listing = {
        kind: [
            {"name": d.name, "summary": d.summary, "parameters": dict(d.parameters), **d.facts}
            for d in known.values()
        ]
        for kind, known in declared.items()
    }
    sizes = ("tasks", "architectures", "seeds")
    outlines = [matrices.outline(name) for name in matrices.shipped()]
    return listing | {
        "matrices": [
            {"name": m.name, "description": m.description}
            | {size: len(getattr(m, size)) for size in sizes}
            for m in outlines
        ]
    }
