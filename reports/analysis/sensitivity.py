"""How much the learning rate matters: skill on validation by rate, over the tasks of a kind."""

from typing import TYPE_CHECKING

from harness.experiment import recommended
from harness.experiment.record import Outcome
from harness.experiment.store import Store
from reports.analysis.results import Results

if TYPE_CHECKING:
    from pandas import DataFrame

SETTING = ["kind", "architecture", "learning_rate", "start"]


def settings(store: Store, results: Results) -> "DataFrame":
    """A row for each setting that was tried, with the columns of `recommended.Tried`: of the
    matrix's own trials, or, where it takes recommended terms, of those behind them.

    ``skill`` is the mean over trainings of validation skill, each cut off at 0 and 1; a training
    without a score counts as 0. Empty where nothing was tried.
    """
    import pandas

    if results.plan.get("recommended"):
        return pandas.DataFrame(recommended.tried())
    rows = []
    for row in results.plan["cells"]:
        record = store.get(row["id"]) if row["kind"] == "trial" else None
        if record is None or not record.problem or "budget" not in record.key:
            continue
        known = record.skills.get("validation", 0.0) if record.outcome == Outcome.OK else 0.0
        start = record.key["architecture"]["parameters"].get("start", "")
        rows.append({
            "kind": recommended.kind_of(record.problem, record.tags),
            "architecture": record.architecture,
            "learning_rate": record.key["budget"]["learning_rate"],
            "start": start,
            "skill": min(max(known, 0.0), 1.0),
        })  # fmt: skip
    if not rows:
        return pandas.DataFrame(columns=[*SETTING, "trainings", "skill"])
    by_setting = pandas.DataFrame(rows).groupby(SETTING, sort=False)["skill"]
    return by_setting.agg(trainings="size", skill="mean").reset_index()


def by_rate(tried: "DataFrame") -> "DataFrame":
    """The best start at each rate: kind, architecture, learning_rate, skill."""
    best = tried.groupby(["kind", "architecture", "learning_rate"], sort=False)["skill"].max()
    return best.reset_index()
