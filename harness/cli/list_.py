"""harness list"""

from typing import Annotated, Any

import typer

from harness.cli.options import Json, Plugins, print_json, show
from harness.errors import UserError, nearest

KINDS = ("tasks", "architectures", "matrices")


def main(
    what: Annotated[str | None, typer.Argument(help="tasks, architectures or matrices.")] = None,
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
    from reports.document import Table

    heads = {kind: ("name", "parameters", "what it is") for kind in KINDS}
    heads["matrices"] = ("name", "size", "what it is")
    show([Table(heads[k], tuple(map(_row, rows)), k) for k, rows in listing.items()])


def _row(of: dict[str, Any]) -> tuple[str, str, str]:
    if "parameters" not in of:
        own = f"{of['tasks']} tasks x {of['architectures']}" if of["tasks"] else "its parts"
        return of["name"], f"{own} x {of['seeds']} seeds", of["description"]
    return of["name"], ", ".join(f"{k}={v}" for k, v in of["parameters"].items()), of["summary"]


def gather(plugins: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Everything that is registered, as plain values."""
    from harness.experiment import matrix as matrices
    from harness.experiment import registry

    registry.use_plugins(plugins)
    known = (registry.task_declarations(), registry.architecture_declarations())
    declared = [
        [{"name": d.name, "summary": d.summary, "parameters": dict(d.parameters), **d.facts}
         for d in of_kind.values()]
        for of_kind in known
    ]  # fmt: skip
    sizes = ("tasks", "architectures", "seeds")
    outlines = [
        {"name": m.name, "description": m.description} | {n: len(getattr(m, n)) for n in sizes}
        for m in map(matrices.outline, matrices.shipped())
    ]
    return dict(zip(KINDS, (*declared, outlines), strict=True))
