"""What changed between two runs, cell by cell: task, architecture and seed are what pairs them,
in each part of the matrix.

Differences are B minus A. Whether two differ is decided in `difference.py`; the p-values of all
rows are corrected together (Holm). Rows of which nothing was computed anew are not tested.
"""

import filecmp
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas

from harness.experiment.record import Record
from harness.experiment.store import Store
from reports.analysis.cells import Cell, Group, finite
from reports.analysis.difference import BETTER, NOT_SHOWN, WORSE, Difference, corrected, difference
from reports.analysis.results import Results
from reports.analysis.statistics import Summary

PARTS = {
    "code": "code of training and scoring",
    "task.code": "code of the task",
    "task.data": "data version",
    "task.name": "task",
    "architecture.code": "code of the architecture",
    "architecture.name": "architecture",
    "probe.code": "code of the probe",
}
"""Parts of a key in words; of the others the name says enough."""
PAIR = ["part", "task", "architecture"]
"""Part of the matrix (empty for its own cells), task and architecture."""
SLOT = [*PAIR, "seed"]
VERDICTS = (BETTER, WORSE, NOT_SHOWN, "identical", "not comparable")


@dataclass(frozen=True)
class Comparison:
    """What changed from one run to another; the names are those of ``--json``."""

    counts: dict[str, int]
    only: dict[str, list[dict[str, Any]]]
    """Cells that ``a`` alone, or ``b`` alone, planned."""
    outcomes: list[dict[str, Any]]
    """Cells that ended otherwise in B, with both outcomes and the reason of the worse."""
    unlike: list[dict[str, Any]]
    """Cells with the same key and another result, with what differs."""
    keys: list[dict[str, Any]]
    """Each part of the key that changed: from what to what, in which cells."""
    environments: list[dict[str, str]]
    """What differs between the machines, where each run had one: ``name``, in ``a``, in ``b``."""
    rows: list[dict[str, Any]]
    """One for each architecture on each task, over the seeds that both runs have a score of;
    largest change of skill first. The changes are summaries."""
    seconds: float | None
    """Median of the ratio of seconds of training, B to A, over the cells that both scored."""

    def to_json(self) -> dict[str, Any]:
        """Plain values, with p-values and verdicts."""
        rows = [
            {of: {name: getattr(v, name) for name in ("n", "mean", "low", "high", "p")}
             if isinstance(v, Summary) else v for of, v in row.items()}
            for row in self.rows
        ]  # fmt: skip
        return asdict(replace(self, rows=[])) | {"rows": rows}


def compare(a: Results, b: Results) -> Comparison:
    """Compare run B with run A."""
    all_a, all_b = _cells(a), _cells(b)
    cells = all_a.join(all_b, how="inner", lsuffix="_a", rsuffix="_b").reset_index()
    cells = cells.rename(columns={"outcome_a": "before", "outcome_b": "after", "id_b": "id"})
    cells["differs"] = [differing(*pair) for pair in zip(cells.cell_a, cells.cell_b, strict=True)]
    cells["reason"] = cells.reason_a.where(cells.ok_b, cells.reason_b)
    cells["ratio"] = cells.seconds_b / cells.seconds_a
    same_key, alike = cells.id_a == cells.id, cells.differs.map(len) == 0
    cells["identical"] = same_key & alike
    ended = cells.record_a.notna() & cells.record_b.notna()
    same_result = ended & alike & (same_key | (cells.ok_a & cells.ok_b))
    only = {
        side: one.index.difference(other.index, sort=False).to_frame(index=False)
        for side, one, other in (("a", all_a, all_b), ("b", all_b, all_a))
    }
    which = {
        "same key": same_key,
        "same key, same result": same_key & same_result,
        "same key, another result": same_key & ~alike,
        "changed key": ~same_key,
        "changed key, same result": ~same_key & same_result,
        "changed outcome": cells.before != cells.after,
    }
    rows = _rows(cells[~cells.hole_a & ~cells.hole_b])
    machines = [list(run.environments.values()) for run in (a, b)]
    one_each = all(len(side) == 1 for side in machines)
    unlike_machines = changed(machines[0][0], machines[1][0]) if one_each else []
    moved = cells.loc[which["changed outcome"], [*SLOT, "before", "after", "reason"]]
    unlike = cells.loc[which["same key, another result"], [*SLOT, "id", "differs"]]
    return Comparison(
        {"paired": len(cells), **{f"only in {side}": len(slots) for side, slots in only.items()}}
        | {name: int(mask.sum()) for name, mask in which.items()}
        | {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS},
        {side: slots.to_dict("records") for side, slots in only.items()},
        moved.to_dict("records"),
        unlike.to_dict("records"),
        _keys(cells[ended & ~same_key]),
        [{"name": n, "a": x, "b": y} for n, x, y in unlike_machines],
        rows,
        finite(cells.ratio.median()),
    )


def _cells(results: Results) -> pandas.DataFrame:
    """A row for each of the matrix's own cells and those of its parts, by `SLOT`."""
    own = {"": results} | {name: part.results for name, part in results.parts.items()}
    names = ("task", "architecture", "seed", "id", "outcome", "reason", "ok", "hole", "record")
    rows = [
        {"part": part, "cell": c, **{name: getattr(c, name) for name in names},
         "seconds": (c.record and c.ok and c.record.seconds.get("training")) or math.nan}
        for part, of in own.items() for c in of.cells
    ]  # fmt: skip
    return pandas.DataFrame(rows).set_index(SLOT)


def differing(one: Cell, other: Cell) -> list[str]:
    """What is not the same, bit for bit, of two results; times are passed over."""
    if one.record is None or other.record is None or one.store is None or other.store is None:
        return []
    if (one.id, one.store.out) == (other.id, other.store.out):
        return []
    if one.outcome != other.outcome:
        return ["outcome"]
    first, second = _told(one.record, one.store), _told(other.record, other.store)
    unlike = [name for name in first if first[name] != second[name]]
    files = one.store.weights_file(one.id), other.store.weights_file(other.id)
    if all(f.exists() for f in files) and not filecmp.cmp(*files, shallow=False):
        unlike.append("weights")
    return unlike


def _told(record: Record, store: Store) -> dict[str, Any]:
    arrays = store.per_example(record.id)
    return {
        **{name: getattr(record, name) for name in ("scores", "skill", "measured")},
        "curve": [{k: v for k, v in point.items() if k != "seconds"} for point in record.curve],
        "scores of examples": {name: array.tobytes() for name, array in arrays.items()},
    }


def _rows(cells: pandas.DataFrame) -> list[dict[str, Any]]:
    rows: dict[Any, dict[str, Any]] = {}
    tested: dict[Any, Difference] = {}
    for pair, of in cells.groupby(PAIR, sort=False):
        one, other = Group(tuple(of.cell_a)), Group(tuple(of.cell_b))
        change, metric, untested = _change(one, other)
        identical = bool(of.identical.all())
        if not identical:
            tested[pair] = change
        rows[pair] = dict(zip(PAIR, pair, strict=True)) | {
            "verdict": "identical" if identical else "not comparable",
            "metric": metric, "higher_is_better": change.higher_is_better,
            "before": one.score.mean, "after": other.score.mean, "seeds": one.score.n,
            "change": change.seeds,
            "change_in_skill": change.skills,
            "change_over_examples": change.examples,
            "solved": [g.rate.solved for g in (one, other)] if one.binary else None,
            "p": change.p, "p_holm": None, "untested": untested,
            "seconds_ratio": finite(of.ratio.median()),
            "parameters": [one.mean_of("parameters"), other.mean_of("parameters")],
        }  # fmt: skip
    for pair, change in corrected(tested).items():
        verdict = change.verdict if change.seeds.n else "not comparable"
        rows[pair] |= {"verdict": verdict, "p_holm": change.adjusted}
    return sorted(rows.values(), key=lambda row: -abs(row["change_in_skill"].mean or 0))


def _change(one: Group, other: Group) -> tuple[Difference, str, str]:
    """The difference, the metric, and why test examples, or anything, cannot be compared."""
    pairs = zip(one.cells, other.cells, strict=True)
    records = [(x.record, y.record) for x, y in pairs if x.record and y.record]
    before, metric = (record.metric for record in records[0])
    if before != metric:
        return Difference(), metric, f"the metric was {before}, it is {metric}"
    same_task = all(x.key.get("task") == y.key.get("task") for x, y in records)
    change = difference(other, one, same_task)
    why = "" if change.examples.n else "their scores are not stored in both"
    if not same_task:
        why = "code or data of the task changed"
    return change, metric, why and f"test examples are not compared: {why}"


def _keys(cells: pandas.DataFrame) -> list[dict[str, Any]]:
    """Alike changes together, the commonest first; cells without a record have no key to read."""
    changes = pandas.DataFrame([
        {"part": part, "means": PARTS.get(part, ""), "before": before, "after": after,
         "task": c.task, "architecture": c.architecture}
        for c in cells.itertuples()
        for part, before, after in changed(c.record_a.key, c.record_b.key)
    ])  # fmt: skip
    if changes.empty:
        return []
    # A hash says nothing; and each architecture has its own.
    changes.loc[changes.part.str.endswith("code"), ["before", "after"]] = ""
    alike = changes.groupby(["part", "means", "before", "after"], sort=False).agg(
        cells=("task", "size"),
        tasks=("task", lambda names: list(names.unique())),
        architectures=("architecture", lambda names: list(names.unique())),
    )
    alike = alike.sort_values("cells", ascending=False, kind="stable")
    return alike.reset_index().to_dict("records")


def changed(one: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The entries of two nested dictionaries that differ, by dotted name."""
    before, after = dict(_flat(one)), dict(_flat(other))
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield name, before.get(name, "none"), after.get(name, "none")


def _flat(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", "none" if inner is None else str(inner)
