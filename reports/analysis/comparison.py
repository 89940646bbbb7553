"""What changed between two runs, cell by cell: task, architecture and seed are what pairs them,
in each part of the matrix.

Differences are B minus A. Whether two differ is decided in `difference.py`; the p-values of all
rows are corrected together (Holm). Rows of which nothing was computed anew are not tested.
"""

from __future__ import annotations

import filecmp
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from harness.experiment.record import Record
from harness.experiment.store import Store
from reports.analysis.cells import Cell, Group
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

Slot = tuple[str, str, str, int]
"""Part of the matrix (empty for its own cells), task, architecture, seed."""
SLOT = ("part", "task", "architecture", "seed")
Cells = Mapping[Slot, tuple[Cell, Cell]]


@dataclass(frozen=True)
class Run:
    """One side: where it is, and what is in it."""

    store: Store
    results: Results

    @cached_property
    def cells(self) -> dict[Slot, Cell]:
        """The matrix's own cells and those of its parts."""
        own = {"": self.results} | {name: p.results for name, p in self.results.parts.items()}
        return {
            (part, c.task, c.architecture, c.seed): c
            for part, results in own.items()
            for c in results.cells
        }


@dataclass(frozen=True)
class Row:
    """One architecture on one task, over the seeds that both runs have a score of."""

    part: str
    task: str
    architecture: str
    metric: str
    before: Summary
    after: Summary
    difference: Difference
    identical: bool
    """All its cells have the same key in both runs, and the same result bit for bit."""
    untested: str
    """Why test examples, or anything, cannot be compared; empty if all can."""
    seconds: float | None
    """Median of the ratio of seconds of training, B to A."""
    parameters: tuple[float | None, float | None]

    @property
    def verdict(self) -> str:
        """identical, better, worse or not shown to differ; else not comparable."""
        if self.identical:
            return "identical"
        return "not comparable" if self.difference.seeds.mean is None else self.difference.verdict


@dataclass(frozen=True)
class Comparison:
    """What changed from one run to another."""

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
    rows: list[Row]
    """Largest change of skill first."""
    seconds: float | None
    """Median of the ratio of seconds of training, B to A, over the cells that both scored."""

    def to_json(self) -> dict[str, Any]:
        """Plain values, with p-values and verdicts."""
        rows = [
            {
                "part": r.part, "task": r.task, "architecture": r.architecture,
                "verdict": r.verdict,
                "metric": r.metric, "higher_is_better": r.difference.higher_is_better,
                "before": r.before.mean, "after": r.after.mean, "seeds": r.before.n,
                "change": _interval(r.difference.seeds),
                "change_in_skill": _interval(r.difference.skills),
                "change_over_examples": _interval(r.difference.examples),
                "p": r.difference.p, "p_holm": r.difference.adjusted, "untested": r.untested,
                "seconds_ratio": r.seconds, "parameters": list(r.parameters),
            }
            for r in self.rows
        ]  # fmt: skip
        return asdict(replace(self, rows=[])) | {"rows": rows}


def compare(a: Run, b: Run) -> Comparison:
    """Compare run B with run A."""
    both = {slot: (a.cells[slot], b.cells[slot]) for slot in a.cells if slot in b.cells}
    unlike = {slot: differing(one, other) for slot, (one, other) in both.items()}
    only = {
        side: [_named(slot) for slot in one.cells if slot not in other.cells]
        for side, one, other in (("a", a, b), ("b", b, a))
    }
    same_key = {slot for slot, (one, other) in both.items() if one.id == other.id}
    same_result = {
        slot
        for slot, (one, other) in both.items()
        if one.record and other.record and not unlike[slot]
        and (slot in same_key or (one.ok and other.ok))
    }  # fmt: skip
    other_result = [
        _named(slot) | {"id": both[slot][1].id, "differs": unlike[slot]}
        for slot in both if slot in same_key and unlike[slot]
    ]  # fmt: skip
    outcomes = [
        _named(slot) | {"before": one.outcome, "after": other.outcome,
                        "reason": (one if other.ok else other).reason}
        for slot, (one, other) in both.items() if one.outcome != other.outcome
    ]  # fmt: skip
    rows = _rows(both, unlike)
    verdicts = (BETTER, WORSE, NOT_SHOWN, "identical", "not comparable")
    counts = {
        "paired": len(both),
        "only in a": len(only["a"]),
        "only in b": len(only["b"]),
        "same key": len(same_key),
        "same key, same result": len(same_key & same_result),
        "same key, another result": len(other_result),
        "changed key": len(both) - len(same_key),
        "changed key, same result": len(same_result - same_key),
        "changed outcome": len(outcomes),
        **{verdict: sum(row.verdict == verdict for row in rows) for verdict in verdicts},
    }
    pairs = list(both.values())
    return Comparison(counts, only, outcomes, other_result, _keys(pairs), _environments(a, b),
                      rows, _ratio(pairs))  # fmt: skip


def differing(one: Cell, other: Cell) -> list[str]:
    """What is not the same, bit for bit, of two results; times are passed over."""
    if one.record is None or other.record is None or one.store is None or other.store is None:
        return []
    if (one.id, one.store.out) == (other.id, other.store.out):
        return []
    if one.outcome != other.outcome:
        return ["outcome"]
    names = ("scores", "skill", "measured")
    differing_in = [n for n in names if getattr(one.record, n) != getattr(other.record, n)]
    if _curve(one.record) != _curve(other.record):
        differing_in.append("curve")
    arrays = [cell.store.per_example(cell.id) for cell in (one, other) if cell.store]
    bits = [{name: array.tobytes() for name, array in side.items()} for side in arrays]
    if bits[0] != bits[1]:
        differing_in.append("scores of examples")
    files = [cell.store.weights_file(cell.id) for cell in (one, other) if cell.store]
    if all(f.exists() for f in files) and not filecmp.cmp(files[0], files[1], shallow=False):
        differing_in.append("weights")
    return differing_in


def _named(slot: Slot) -> dict[str, Any]:
    return dict(zip(SLOT, slot, strict=True))


def _curve(record: Record) -> list[dict[str, float]]:
    return [{k: v for k, v in point.items() if k != "seconds"} for point in record.curve]


# -- scores and cost -----------------------------------------------------------------------------


def _rows(both: Cells, unlike: Mapping[Slot, list[str]]) -> list[Row]:
    groups: dict[tuple[str, str, str], list[Slot]] = {}
    for slot, (one, other) in both.items():
        if not one.hole and not other.hole:
            groups.setdefault(slot[:3], []).append(slot)
    rows = {}
    for key, slots in groups.items():
        same = all(both[s][0].id == both[s][1].id and not unlike[s] for s in slots)
        rows[key] = _row(key[0], [both[slot] for slot in slots], same)
    tested = corrected({k: row.difference for k, row in rows.items() if not row.identical})
    made = [replace(row, difference=tested.get(k, row.difference)) for k, row in rows.items()]
    return sorted(made, key=lambda row: -abs(row.difference.skills.mean or 0))


def _row(part: str, pairs: list[tuple[Cell, Cell]], identical: bool) -> Row:
    one, other = (Group(tuple(side)) for side in zip(*pairs, strict=True))
    records = [(x.record, y.record) for x, y in pairs if x.record and y.record]
    first, second = records[0]
    same_metric = first.metric == second.metric
    same_task = all(x.key.get("task") == y.key.get("task") for x, y in records)
    change = difference(other, one, same_task) if same_metric else Difference()
    untested = ""
    if not same_metric:
        untested = f"the metric was {first.metric}, it is {second.metric}"
    elif not same_task:
        untested = "test examples are not compared: code or data of the task changed"
    elif not change.examples.n:
        untested = "test examples are not compared: their scores are not stored in both"
    return Row(
        part=part,
        task=first.task,
        architecture=first.architecture,
        metric=second.metric,
        before=one.score,
        after=other.score,
        difference=change,
        identical=identical,
        untested=untested,
        seconds=_ratio(pairs),
        parameters=(one.mean_of("parameters"), other.mean_of("parameters")),
    )


def _ratio(pairs: list[tuple[Cell, Cell]]) -> float | None:
    """Median ratio of seconds of training, the second to the first."""
    seconds = [tuple(c.record.seconds.get("training") or 0 if c.record and c.ok else 0
                     for c in pair) for pair in pairs]  # fmt: skip
    ratios = [after / before for before, after in seconds if before and after]
    return statistics.median(ratios) if ratios else None


def _interval(summary: Summary) -> dict[str, Any]:
    return {name: getattr(summary, name) for name in ("n", "mean", "low", "high", "p")}


# -- keys and machines ---------------------------------------------------------------------------


def _keys(pairs: list[tuple[Cell, Cell]]) -> list[dict[str, Any]]:
    """Alike changes together, the commonest first; cells without a record have no key to read."""
    changes: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one, other in pairs:
        if one.id == other.id or one.record is None or other.record is None:
            continue
        for part, before, after in changed(one.record.key, other.record.key):
            if part.endswith("code"):
                before = after = ""  # a hash says nothing; and each architecture has its own
            entry = changes.setdefault(
                (part, before, after),
                {"part": part, "means": PARTS.get(part, ""), "before": before, "after": after,
                 "cells": 0, "tasks": [], "architectures": []},
            )  # fmt: skip
            entry["cells"] += 1
            for where, name in (("tasks", other.task), ("architectures", other.architecture)):
                entry[where] += [name] * (name not in entry[where])
    return sorted(changes.values(), key=lambda entry: -entry["cells"])


def _environments(a: Run, b: Run) -> list[dict[str, str]]:
    """Empty where they are the same, or a run had several."""
    sides = [list(run.results.environments.values()) for run in (a, b)]
    if any(len(side) != 1 for side in sides):
        return []
    return [{"name": n, "a": x, "b": y} for n, x, y in changed(sides[0][0], sides[1][0])]


def changed(one: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The entries of two nested dictionaries that differ, by dotted name."""
    before, after = dict(_flat(one)), dict(_flat(other))
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield name, before.get(name, "not there"), after.get(name, "not there")


def _flat(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", "none" if inner is None else str(inner)
