"""harness why"""

from __future__ import annotations

from typing import Any

from harness.cli.options import DEFAULT_OUT, Cell, MatrixName, Out, Plugins, Tasks
from harness.errors import UserError


def main(
    cell: Cell,
    matrix: MatrixName = "",
    tasks: Tasks = None,
    out: Out = DEFAULT_OUT,
    plugins: Plugins = None,
) -> None:
    """Say why a planned cell is cached, or which part of its key is not as in any stored record.

    CELL is an id from 'harness plan' or of a stored record, or TASK/ARCHITECTURE/SEED.

    Example:

        harness why recall/lstm/0
    """
    from harness.experiment.plan import expand, resolve, trials
    from harness.experiment.request import Request
    from harness.experiment.store import Store
    from harness.experiment.user_data import choose
    from reports.analysis.comparison import PARTS

    store = Store(out)
    known = store.plans()
    if not matrix and not tasks:
        matrix = next((n for n in known if _is_shipped(n)), "quick")
    made = choose(Request(matrix, tasks, plugins=plugins))
    chosen = made.matrix
    planned = expand(chosen, made.tasks)
    cells = trials(planned, store) + resolve(planned, store)
    name = cell.replace("·", "/").replace("seed", "")
    wanted = tuple(part.strip() for part in name.split("/"))
    hits = [
        c
        for c in cells
        if c.id.startswith(cell)
        or (c.kind == "score" and (c.task.label, c.architecture.label, str(c.seed)) == wanted)
    ]
    if not hits:
        record = store.find(cell)
        slot = (record.task, record.architecture, record.seed, record.kind)
        hits = [c for c in cells if (c.task.label, c.architecture.label, c.seed, c.kind) == slot]
        if not hits:
            raise UserError(f"CELL {cell}: stored, but not planned by matrix {chosen.name}")
    target = hits[0]
    print(f"{target.label}    {target.id}")
    found = store.get(target.id)
    if found:
        print(f"  stored: it ended {found.outcome} on {found.ended[:19].replace('T', ' ')} UTC")
        return
    records = [r for i in store.ids() if (r := store.get(i))]
    if not records:
        print("  not stored: there is no record in this folder at all")
        return
    key = flat(target.key)
    keys = {r.id: flat(r.key | {"kind": r.kind}) for r in records}
    nearest = min(records, key=lambda r: (_distance(key, keys[r.id]), r.id))
    near = f"{nearest.task} · {nearest.architecture} · seed {nearest.seed}"
    print(f"  not stored; the nearest record is {nearest.id} ({near}), which differs in:")
    other = keys[nearest.id]
    differing = [p for p in sorted(key.keys() | other.keys()) if key.get(p) != other.get(p)]
    for part in differing:
        print(f"    {PARTS.get(part, part)}: {key.get(part)} here, {other.get(part)} there")
    if all(part.endswith("code") for part in differing):
        print("  that record is of the same cell under older or other code")


def flat(key: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """A nested dictionary with dotted names."""
    entries: dict[str, Any] = {}
    for name, value in key.items():
        if isinstance(value, dict):
            entries |= flat(value, f"{prefix}{name}.")
        else:
            entries[prefix + name] = value
    return entries


def _distance(one: dict[str, Any], other: dict[str, Any]) -> tuple[bool, bool, int]:
    differing = {k for k in one.keys() | other.keys() if one.get(k) != other.get(k)}
    return "task.name" in differing, "architecture.name" in differing, len(differing)


def _is_shipped(name: str) -> bool:
    from harness.experiment.matrix import shipped

    return name in shipped()
