"""harness why"""

from typing import Annotated

import typer

from harness.cli.options import CHOSEN, DEFAULT_OUT, Cell, Out, Plugins, Several
from harness.errors import UserError
from harness.experiment.matrix import shipped
from harness.experiment.request import Request
from harness.experiment.store import Store
from harness.experiment.user_data import choose


def main(
    cell: Cell,
    matrix: Annotated[str, typer.Option("--matrix", help="A shipped one, or a .toml file.")] = "",
    tasks: Annotated[Several, typer.Option("--task", help=CHOSEN)] = None,
    out: Out = DEFAULT_OUT,
    plugins: Plugins = None,
) -> None:
    """Say why a planned cell is cached, or which part of its key is not as in any stored record.

    CELL is an id from 'harness plan' or of a stored record, or TASK/ARCHITECTURE/SEED.

    Example:

        harness why recall/lstm/0
    """
    from harness.experiment.plan import expand, resolve, trials
    from reports.analysis.comparison import PARTS, changed

    store = Store(out)
    if not matrix and not tasks:
        matrix = next((name for name in store.plans() if name in shipped()), "quick")
    made = choose(Request(matrix, tasks, plugins=plugins))
    planned = expand(made.matrix, made.tasks)
    cells = trials(planned, store) + resolve(planned, store)
    wanted = [part.strip() for part in cell.replace("·", "/").replace("seed", "").split("/")]
    hits = [
        c for c in cells
        if c.id.startswith(cell)
        or (c.kind == "score" and [c.task.label, c.architecture.label, str(c.seed)] == wanted)
    ]  # fmt: skip
    if not hits:
        record = store.find(cell)
        slot = (record.task, record.architecture, record.seed, record.kind)
        hits = [c for c in cells if (c.task.label, c.architecture.label, c.seed, c.kind) == slot]
        if not hits:
            raise UserError(f"CELL {cell}: stored, but not planned by matrix {made.matrix.name}")
    target = hits[0]
    print(f"{target.label}    {target.id}")
    records = {i: r for i in store.ids() if (r := store.get(i))}
    if stored := records.get(target.id):
        print(f"  stored: it ended {stored.outcome} on {stored.ended[:19].replace('T', ' ')} UTC")
        return
    if not records:
        print("  not stored: there is no record in this folder at all")
        return
    differing = {i: [*changed(target.key, r.key | {"kind": r.kind})] for i, r in records.items()}

    def distance(cell: str) -> tuple[bool, bool, int, str]:
        parts = [part for part, _, _ in differing[cell]]
        return "task.name" in parts, "architecture.name" in parts, len(parts), cell

    nearest = records[min(differing, key=distance)]
    near = f"{nearest.task} · {nearest.architecture} · seed {nearest.seed}"
    print(f"  not stored; the nearest record is {nearest.id} ({near}), which differs in:")
    for part, here, there in differing[nearest.id]:
        print(f"    {PARTS.get(part, part)}: {here} here, {there} there")
    if all(part.endswith("code") for part, _, _ in differing[nearest.id]):
        print("  that record is of the same cell under older or other code")
