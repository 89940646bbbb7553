"""The plan: a matrix expanded into cells, which of them are done, and what the rest will cost."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.cell import TUNING_SEED, Cell
from harness.errors import UserError
from harness.matrix import Matrix
from harness.record import Outcome, Record
from harness.registry import (
    Spec,
    architecture_declarations,
    make_task,
    select,
    spec_of,
    task_declarations,
)
from harness.store import Store
from tasks.task import Synthetic

ALWAYS_AGAIN = (Outcome.INTERRUPTED, Outcome.UNAVAILABLE)
"""Outcomes that say nothing of the cell itself, so that it is run again without being asked."""

RETRIABLE = (Outcome.FAILED, Outcome.TIMEOUT, Outcome.OUT_OF_MEMORY)

GUESSED_SECONDS = 3.0
"""Cost of a cell of 500 steps when no record tells better."""


@dataclass(frozen=True)
class Wanted:
    """Which cells are to be run although there is a record of them."""

    retry_failed: bool = False
    fresh: bool = False
    timeout: float | None = None

    def again(self, cell: Cell, record: Record | None) -> bool:
        """Whether the cell has to be run."""
        if record is None or self.fresh or record.outcome in ALWAYS_AGAIN:
            return True
        if record.outcome == Outcome.TIMEOUT:  # a longer cap may see it through
            cap = self.timeout or cell.budget.seconds
            return self.retry_failed or cap > 1.05 * record.seconds.get("total", cap)
        return self.retry_failed and record.outcome in RETRIABLE


def expand(
    matrix: Matrix,
    tasks: list[str] | None = None,
    architectures: list[str] | None = None,
    where: str = "",
) -> list[Cell]:
    """The reported cells of a matrix, those of the first seed first; raises UserError.

    tasks, architectures: patterns to choose by, see ``harness.registry.select``. Where the
    learning rate is to be tuned, the cells carry the whole list; see ``resolve``.
    """
    where = where or f"matrix {matrix.name}"
    known_tasks, known = task_declarations(), architecture_declarations()
    chosen_tasks = [spec_of(t, known_tasks, "task", f"{where}: tasks") for t in matrix.tasks]
    chosen = [spec_of(a, known, "architecture", f"{where}: architectures")
              for a in matrix.architectures]  # fmt: skip
    for specs, kind in ((chosen_tasks, "tasks"), (chosen, "architectures")):
        labels = [spec.label for spec in specs]
        for label in labels:
            if labels.count(label) > 1:
                raise UserError(f"{where}: {kind}: {label} is listed twice")
    if tasks:
        chosen_tasks = select(tasks, chosen_tasks, known_tasks, "task", "--task")
    if architectures:
        chosen = select(architectures, chosen, known, "architecture", "--arch")
    for task in chosen_tasks:
        _check(task, where)
    return [
        Cell(task, architecture, seed, matrix.budget)
        for seed in matrix.seeds
        for task in chosen_tasks
        for architecture in chosen
    ]


def _check(task: Spec, where: str) -> None:
    """Raise UserError where no example can be drawn with a task's parameters."""
    try:
        made = make_task(task)
        assert made.inputs and made.outputs
        if isinstance(made, Synthetic):
            made.draw(np.random.default_rng(0), 2)
    except Exception as error:
        raise UserError(f"{where}: task {task.label}: no such task can be built: {error}") from None


def trials(cells: list[Cell]) -> list[Cell]:
    """The tuning round of cells whose learning rate is a list: one trial for each rate."""
    found: dict[str, Cell] = {}
    for cell in cells:
        if not _tunable(cell):
            continue
        for rate in _rates(cell):
            trial = Cell(cell.task, cell.architecture, TUNING_SEED, cell.budget, "trial")
            trial = trial.with_learning_rate(rate)
            found[trial.id] = trial
    return list(found.values())


def resolve(cells: list[Cell], store: Store) -> list[Cell]:
    """The cells with the learning rate that did best on validation in the stored trials.

    Those whose trials are not all done stay as they are. Where no trial came to a score, the
    first rate stands, and the cell will show what is wrong.
    """
    best: dict[tuple[str, str], float | None] = {}
    return [_resolved(cell, store, best) for cell in cells]


def _resolved(cell: Cell, store: Store, best: dict[tuple[str, str], float | None]) -> Cell:
    if not cell.budget.tuned:
        return cell
    rates = _rates(cell)
    if not _tunable(cell):
        return cell.with_learning_rate(rates[0])
    pair = (cell.task.label, cell.architecture.label)
    if pair not in best:
        records = [(trial, store.get(trial.id)) for trial in trials([cell])]
        if any(record is None or record.outcome in ALWAYS_AGAIN for _, record in records):
            best[pair] = None
        else:
            scored = [
                (record.validation * (1 if record.higher_is_better else -1), rate)
                for (_, record), rate in zip(records, rates, strict=True)
                if record and record.validation is not None
            ]
            best[pair] = max(scored, key=lambda s: s[0])[1] if scored else rates[0]
    rate = best[pair]
    return cell if rate is None else cell.with_learning_rate(rate)


def _rates(cell: Cell) -> list[float]:
    rates = cell.budget.learning_rate
    return list(dict.fromkeys(rates)) if isinstance(rates, list) else [rates]


def _tunable(cell: Cell) -> bool:
    neural = architecture_declarations()[cell.architecture.name].facts["neural"]
    return cell.budget.tuned and neural and cell.refusal is None


def document(
    matrix: Matrix, cells: list[Cell], command: str, created: str, store: Store, partial: bool
) -> dict[str, Any]:
    """The plan as it is stored: what reports and the tracker read.

    partial: the run was narrowed by filters, so cells that an earlier run of the same matrix
    under the same budget planned, and this one did not, stay planned.
    """
    rows = [
        {
            "id": cell.id,
            "task": cell.task.label,
            "architecture": cell.architecture.label,
            "seed": cell.seed,
            "kind": cell.kind,
        }
        for cell in cells
    ]
    budget = matrix.budget.model_dump()
    if partial and matrix.name in store.plans():
        before = store.plan(matrix.name)
        if before["budget"] == budget:
            slots = {_slot(row) for row in rows if row["kind"] == "report"}
            ids = {row["id"] for row in rows}
            rows = [
                row
                for row in before["cells"]
                if row["id"] not in ids and (row["kind"] == "trial" or _slot(row) not in slots)
            ] + rows
    return {
        "matrix": matrix.name,
        "description": matrix.description,
        "budget": budget,
        "command": command,
        "created": created,
        "cells": rows,
    }


def _slot(row: dict[str, Any]) -> tuple[str, str, int]:
    return row["task"], row["architecture"], row["seed"]


class Costs:
    """Predicts the seconds of a cell from the records there are."""

    def __init__(self, records: list[Record]):
        self.pairs: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.architectures: dict[str, list[float]] = defaultdict(list)
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """Learn from one more record."""
        total = record.seconds.get("total")
        if total is not None and record.outcome not in (Outcome.INTERRUPTED,):
            self.pairs[record.task, record.architecture].append(total)
            self.architectures[record.architecture].append(total)

    def predict(self, cell: Cell) -> float:
        """Seconds the cell will take: the median of its like, or a guess from its steps."""
        if cell.refusal:
            return 0.0
        pair = self.pairs.get((cell.task.label, cell.architecture.label))
        like = pair or self.architectures.get(cell.architecture.label)
        if like:
            return statistics.median(like)
        return GUESSED_SECONDS * cell.budget.steps / 500
