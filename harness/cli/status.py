"""harness status"""

from collections import Counter
from typing import Any

from harness.cli.options import DEFAULT_OUT, Json, Out, StoredMatrix, print_json, warn
from harness.experiment.store import Store


def main(out: Out = DEFAULT_OUT, matrix: StoredMatrix = None, json: Json = False) -> None:
    """Say how far a matrix has come: cells planned, ended and how, still to run.

    Example:

        harness status --out harness-out
    """
    from reports.formats import seconds

    store = Store(out)
    state = gather(store, matrix)
    if json:
        print_json(state)
        return
    print(f"matrix {state['matrix']}, planned {state['created'][:19].replace('T', ' ')} UTC")
    print(f"  by      {state['command']}")
    outcomes = [f"{count} {outcome}" for outcome, count in state["outcomes"].items()]
    print(f"  cells   {state['planned']} planned, {', '.join(outcomes)}")
    if state["trials"]["planned"]:
        print(f"  tuning  {state['trials']['done']} of {state['trials']['planned']} trials done")
    print(f"  spent   {seconds(state['seconds'])} of one core")
    disk = [f"{size / 1e6:,.1f} MB of {kind}" for kind, size in state["disk"].items()]
    print(f"  disk    {', '.join(disk)}, of all matrices here")
    for failure in state["failures"]:
        print(f"  {failure['outcome']:<8}{failure['id']}  {failure['cell']}: {failure['reason']}")
    print(f"  report  {state['report'] or 'not built yet: harness report'}")
    print(f"  others  {', '.join(state['others']) or 'no other matrix here'}")
    warn(store.corrupted)


def gather(store: Any, matrix: str | None) -> dict[str, Any]:
    """The state of a matrix as plain values."""
    plan = store.plan(matrix)
    rows = store.results(plan["matrix"])
    trials = [store.get(cell["id"]) for cell in plan["cells"] if cell["kind"] == "trial"]
    tried = [trial.seconds.get("total", 0) for trial in trials if trial]
    page = store.out / "report" / plan["matrix"] / "index.html"
    return {
        "matrix": plan["matrix"],
        "created": plan["created"],
        "command": plan["command"],
        "planned": len(rows),
        "outcomes": dict(Counter(row["outcome"] for row in rows).most_common()),
        "trials": {"planned": len(trials), "done": len(tried)},
        "seconds": sum(row["seconds"] or 0 for row in rows) + sum(tried),
        "disk": store.disk_use(),
        "failures": [
            {name: row[name] for name in ("id", "outcome", "reason")}
            | {"cell": f"{row['task']} · {row['architecture']} · seed {row['seed']}"}
            for row in rows
            if row["outcome"] not in ("ok", "not-applicable", "pending")
        ],
        "report": str(page) if page.exists() else None,
        "others": [name for name in store.plans() if name != plan["matrix"]],
    }
