"""harness plan"""

from collections import Counter
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
    from harness.experiment.cost import learned
    from harness.experiment.environment import describe
    from harness.experiment.horizon import climbed
    from harness.experiment.plan import Wanted, expand, resolve, row_of, trials
    from harness.experiment.record import Outcome

    store = Store(request.out)
    asked = choose(request)
    chosen = asked.matrix
    cells = expand(chosen, asked.tasks, request.architectures, parts=request.parts)
    reported = resolve(cells, store)
    cells = list({c.id: c for c in trials(cells, store) + climbed(reported, store)}.values())
    later = len({c.id for c in reported} - {c.id for c in cells})
    costs = learned(store, describe("cpu", 0))
    rows: list[dict[str, Any]] = []
    for cell in cells:
        record = store.get(cell.id)
        again = Wanted().again(cell, record)
        outcome = str(record.outcome) if record else None
        ended = "cached" if outcome == Outcome.OK else outcome
        rows.append(row_of(cell) | {
            "state": str(Outcome.NOT_APPLICABLE) if cell.refusal else "to run" if again else ended,
            "outcome": outcome,
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
    counts = {"cached": 0, str(Outcome.NOT_APPLICABLE): 0} | Counter(states) | {"to run": 0}
    counts["to run"] = states.count("to run")  # the last, beside what it takes
    said = ", ".join(f"{n} {state.replace('-', ' ')}" for state, n in counts.items())
    print(f"{len(rows)} cells: {said}, about {seconds(needed)} of one core")
    if later:
        print(f"{later} cells of longer lags follow only where shorter ones are learned (horizons)")
