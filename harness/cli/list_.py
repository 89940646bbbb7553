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
    found = gather(plugin or [])
    if what:
        found = {what: found[what]}
    if json:
        print_json(found)
        return
    from rich.table import Table

    screen = console()
    for kind, rows in found.items():
        table = Table(
            title=kind, title_justify="left", title_style="bold", box=None, pad_edge=False
        )
        table.add_column("name", no_wrap=True)
        table.add_column("parameters" if kind != "matrices" else "size")
        table.add_column("what it is")
        for row in rows:
            if kind == "matrices":
                size = f"{row['tasks']} tasks x {row['architectures']} x {row['seeds']} seeds"
                table.add_row(row["name"], size, row["description"])
            else:
                parameters = ", ".join(f"{k}={v}" for k, v in row["parameters"].items())
                table.add_row(row["name"], parameters, row["summary"].replace("[", r"\["))
        screen.print(table, "")


def gather(plugins: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Everything that is registered, as plain values."""
    from harness.experiment import matrix as matrices
    from harness.experiment.registry import (
        architecture_declarations,
        task_declarations,
        use_plugins,
    )

    use_plugins(plugins)
    loaded = [matrices.outline(name) for name in matrices.shipped()]
    return {
        kind: [
            {"name": d.name, "summary": d.summary, "parameters": dict(d.parameters), **d.facts}
            for d in declared.values()
        ]
        for kind, declared in (
            ("tasks", task_declarations()),
            ("architectures", architecture_declarations()),
        )
    } | {
        "matrices": [
            {
                "name": m.name,
                "description": m.description,
                "tasks": len(m.tasks),
                "architectures": len(m.architectures),
                "seeds": len(m.seeds),
            }
            for m in loaded
        ]
    }
