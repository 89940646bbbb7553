"""What changed between two runs, cell by cell: task, architecture and seed are what pairs them,
in each part of the matrix.

Differences are B minus A. Whether two differ is decided in `difference.py`; the p-values of all
rows are corrected together (Holm). Rows of which nothing was computed anew are not tested.
"""

from __future__ import annotations

import filecmp
import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from harness.experiment.record import Record
from harness.experiment.store import Store
from reports.analysis.difference import BETTER, NOT_SHOWN, WORSE, Difference, corrected, difference
from reports.analysis.results import Cell, Group, Results
from reports.analysis.statistics import Summary

PARTS = {
    "code": "code of training and scoring",
    "task.code": "code of the task",
    "task.data": "data version",
    "task.name": "task",
    "architecture.code": "code of the architecture",
    "architecture.name": "architecture",
}
"""Parts of a key in words; of the others the name says enough."""

Slot = tuple[str, str, str, int]
"""Part of the matrix (empty for its own cells), task, architecture, seed."""
SLOT = ("part", "task", "architecture", "seed")


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
    higher_is_better: bool
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
    """All that is told of two runs."""

    counts: dict[str, int]
    only: tuple[list[Slot], list[Slot]]
    """Cells that A alone, or B alone, planned."""
    outcomes: list[dict[str, Any]]
    """Cells that ended otherwise in B, with both outcomes and the reason of the worse."""
    unlike: list[dict[str, Any]]
    """Cells with the same key and another result, with what differs."""
    keys: list[dict[str, Any]]
    """Each part of the key that changed: from what to what, in which cells."""
    environments: list[tuple[str, str, str]]
    """What differs between the machines, where each run had one: name, in A, in B."""
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
                "metric": r.metric, "higher_is_better": r.higher_is_better,
                "before": r.before.mean, "after": r.after.mean, "seeds": r.before.n,
                "change": _interval(r.difference.seeds),
                "change_in_skill": _interval(r.difference.skills),
                "change_over_examples": _interval(r.difference.examples),
                "p": r.difference.p, "p_holm": r.difference.adjusted, "untested": r.untested,
                "seconds_ratio": r.seconds, "parameters": list(r.parameters),
            }
            for r in self.rows
        ]  # fmt: skip
        only = {
            side: [dict(zip(SLOT, slot, strict=True)) for slot in slots]
            for side, slots in zip(("a", "b"), self.only, strict=True)
        }
        environments = [{"name": n, "a": a, "b": b} for n, a, b in self.environments]
        return asdict(replace(self, rows=[], only=([], []), environments=[])) | {
            "only": only, "rows": rows, "environments": environments,
        }  # fmt: skip


def compare(a: Run, b: Run) -> Comparison:
    """Compare run B with run A."""
    both = {slot: (a.cells[slot], b.cells[slot]) for slot in a.cells if slot in b.cells}
    pairs = list(both.values())
    unlike, outcomes, alike, anew = [], [], 0, 0
    for slot, (one, other) in both.items():
        named = dict(zip(SLOT, slot, strict=True))
        found = differing(a.store, one, b.store, other)
        if one.id == other.id and found:
            unlike.append(named | {"id": other.id, "differs": found})
        if one.outcome != other.outcome:
            worse = one if other.ok else other
            outcomes.append(
                named | {"before": one.outcome, "after": other.outcome, "reason": worse.reason}
            )
        computed = one.record is not None and other.record is not None and not found
        alike += one.id == other.id and computed
        anew += one.id != other.id and one.ok and other.ok and computed
    same = sum(one.id == other.id for one, other in pairs)
    only = ([s for s in a.cells if s not in b.cells], [s for s in b.cells if s not in a.cells])
    rows = _rows(a, b, both)
    counts = {
        "paired": len(both),
        "only in a": len(only[0]),
        "only in b": len(only[1]),
        "same key": same,
        "same key, same result": alike,
        "same key, another result": len(unlike),
        "changed key": len(both) - same,
        "changed key, same result": anew,
        "changed outcome": len(outcomes),
        **{
            verdict: sum(row.verdict == verdict for row in rows)
            for verdict in (BETTER, WORSE, NOT_SHOWN, "identical", "not comparable")
        },
    }
    return Comparison(counts, only, outcomes, unlike, _keys(pairs), _environments(a, b), rows,
                      _ratio(pairs))  # fmt: skip


def differing(store: Store, one: Cell, others: Store, other: Cell) -> list[str]:
    """What is not the same, bit for bit, of two results; times are passed over."""
    if (one.id, store.out) == (other.id, others.out) or one.record is None or other.record is None:
        return []
    if one.outcome != other.outcome:
        return ["outcome"]
    found = [
        n
        for n in ("scores", "skill", "measured")
        if getattr(one.record, n) != getattr(other.record, n)
    ]
    if _curve(one.record) != _curve(other.record):
        found.append("curve")
    arrays = [store.per_example(one.id), others.per_example(other.id)]
    bits = [{name: array.tobytes() for name, array in side.items()} for side in arrays]
    if bits[0] != bits[1]:
        found.append("scores of examples")
    files = [store.weights_file(one.id), others.weights_file(other.id)]
    if all(f.exists() for f in files) and not filecmp.cmp(files[0], files[1], shallow=False):
        found.append("weights")
    return found


def _curve(record: Record) -> list[dict[str, float]]:
    return [{k: v for k, v in point.items() if k != "seconds"} for point in record.curve]


# -- scores and cost -----------------------------------------------------------------------------


def _rows(a: Run, b: Run, both: dict[Slot, tuple[Cell, Cell]]) -> list[Row]:
    groups: dict[tuple[str, str, str], list[tuple[Cell, Cell]]] = {}
    for slot, (one, other) in both.items():
        if one.score is not None and other.score is not None:
            groups.setdefault(slot[:3], []).append((one, other))
    rows = {slot: _row(slot[0], a.store, b.store, pairs) for slot, pairs in groups.items()}
    tested = corrected({s: row.difference for s, row in rows.items() if not row.identical})
    made = [replace(row, difference=tested.get(s, row.difference)) for s, row in rows.items()]
    return sorted(made, key=lambda row: -abs(row.difference.skills.mean or 0))


def _row(part: str, store: Store, others: Store, pairs: list[tuple[Cell, Cell]]) -> Row:
    one, other = (Group(tuple(side)) for side in zip(*pairs, strict=True))
    records = [(x.record, y.record) for x, y in pairs if x.record and y.record]
    first, second = records[0]
    alike = first.metric == second.metric
    same = all(x.key.get("task") == y.key.get("task") for x, y in records)
    found = difference(other, one, same) if alike else Difference()
    untested = ""
    if not alike:
        untested = f"the metric was {first.metric}, it is {second.metric}"
    elif not same:
        untested = "test examples are not compared: code or data of the task changed"
    elif not found.examples.n:
        untested = "test examples are not compared: their scores are not stored in both"
    return Row(
        part=part,
        task=first.task,
        architecture=first.architecture,
        metric=second.metric,
        higher_is_better=second.higher_is_better,
        before=one.score,
        after=other.score,
        difference=found,
        identical=all(x.id == y.id and not differing(store, x, others, y) for x, y in pairs),
        untested=untested,
        seconds=_ratio(pairs),
        parameters=(one.mean_of("parameters"), other.mean_of("parameters")),
    )


def _ratio(pairs: list[tuple[Cell, Cell]]) -> float | None:
    """Median ratio of seconds of training, the second to the first."""
    ratios = []
    for one, other in pairs:
        if one.record and other.record and one.ok and other.ok:
            before, after = (r.seconds.get("training") for r in (one.record, other.record))
            if before and after:
                ratios.append(after / before)
    return statistics.median(ratios) if ratios else None


def _interval(summary: Summary) -> dict[str, Any]:
    return {"n": summary.n, "mean": summary.mean, "low": summary.low, "high": summary.high,
            "p": summary.p}  # fmt: skip


# -- keys and machines ---------------------------------------------------------------------------


def _keys(pairs: list[tuple[Cell, Cell]]) -> list[dict[str, Any]]:
    """Alike changes together, the commonest first; cells without a record have no key to read."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one, other in pairs:
        if one.id == other.id or one.record is None or other.record is None:
            continue
        for part, before, after in _changed(one.record.key, other.record.key):
            if part.endswith("code"):
                before = after = ""  # a hash says nothing; and each architecture has its own
            entry = found.setdefault(
                (part, before, after),
                {"part": part, "means": PARTS.get(part, ""), "before": before, "after": after,
                 "cells": 0, "tasks": [], "architectures": []},
            )  # fmt: skip
            entry["cells"] += 1
            for where, name in (("tasks", other.task), ("architectures", other.architecture)):
                entry[where] += [name] * (name not in entry[where])
    return sorted(found.values(), key=lambda entry: -entry["cells"])


def _environments(a: Run, b: Run) -> list[tuple[str, str, str]]:
    """Empty where they are the same, or a run had several."""
    sides = [list(run.results.environments.values()) for run in (a, b)]
    if any(len(side) != 1 for side in sides):
        return []
    return list(_changed(sides[0][0], sides[1][0]))


def _changed(one: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
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
