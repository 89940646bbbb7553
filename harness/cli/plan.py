"""harness plan"""

from typing import Any

from harness.cli.options import Json, print_json, requesting
from harness.experiment.request import Request
from harness.experiment.store import Store
from harness.experiment.user_data import choose
from reports.formats import seconds


@requesting("matrix", "tasks", "architectures", "parts", "seeds", "out", "plugins")
def main(request: Request, *, json: Json = False) -> None:
    """Say what 'harness run' would do: which cells, which are done, what the rest will cost.

    Example:

        harness plan --matrix quick --task 'recall*'
    """
    from harness.experiment.horizon import climbed
    from harness.experiment.plan import Costs, Wanted, expand, resolve, row_of, trials

    store = Store(request.out)
    asked = choose(request)
    chosen = asked.matrix
    cells = expand(chosen, asked.tasks, request.architectures, parts=request.parts)
    reported = resolve(cells, store)
    cells = list({c.id: c for c in trials(cells, store) + climbed(reported, store)}.values())
    later = len({c.id for c in reported} - {c.id for c in cells})
    costs = Costs([record for i in store.ids() if (record := store.get(i))])
    rows: list[dict[str, Any]] = []
    for cell in cells:
        record = store.get(cell.id)
        again = Wanted().again(cell, record)
        to_run = "not-applicable" if cell.refusal else "to run"
        rows.append(row_of(cell) | {
            "state": to_run if again else "cached",
            "outcome": str(record.outcome) if record else None,
            "predicted_seconds": round(costs.predict(cell), 2) if again else 0.0,
        })  # fmt: skip
    if json:
        print_json({"matrix": chosen.name, "budget": chosen.budget.model_dump(), "cells": rows})
        return
    for row in rows:
        note = f"about {seconds(row['predicted_seconds'])}" if row["state"] == "to run" else ""
        seed = "trial" if row["kind"] == "trial" else f"seed {row['seed']}"
        beside = f" · {row['part']}" if row["part"] else ""
        label = f"{row['task']} · {row['architecture']} · {seed}{beside}"
        print(f"{row['id']}  {row['state']:<14} {label}  {note}")
    states = [row["state"] for row in rows]
    needed = sum(row["predicted_seconds"] for row in rows)
    print(
        f"{len(rows)} cells: {states.count('cached')} cached, "
        f"{states.count('not-applicable')} not applicable, {states.count('to run')} to run, "
        f"about {seconds(needed)} of one core"
    )
    if later:
        print(f"{later} cells of longer lags follow only where shorter ones are learned (horizons)")
