"""The plan: a matrix expanded into cells, which of them are done, and what the rest will cost."""

import fnmatch
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.errors import UserError, nearest
from harness.experiment import tuning
from harness.experiment.cell import Cell
from harness.experiment.matrix import HORIZON, OWN_CELLS, SIZE, Budget, Matrix, Part, matches
from harness.experiment.record import Outcome, Record
from harness.experiment.registry import (
    MEASURED,
    Spec,
    architecture_declarations,
    at_lag,
    make_task,
    select,
    spec_of,
    task_declarations,
)
from harness.experiment.store import Store
from harness.experiment.tuning import ALWAYS_AGAIN, resolve, trials
from harness.experiment.user_data import opened
from tasks.task import Synthetic, Unavailable

__all__ = ["Costs", "Wanted", "document", "expand", "resolve", "trials"]

RETRIABLE = (Outcome.FAILED, Outcome.TIMEOUT, Outcome.OUT_OF_MEMORY)

GUESSED_SECONDS = 3.0
"""Cost of a cell of 500 updates while no record says more."""


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
        if record.outcome == Outcome.TIMEOUT:  # a longer cap may be enough
            cap = self.timeout or cell.budget.seconds
            return self.retry_failed or cap > 1.05 * record.seconds.get("total", cap)
        return self.retry_failed and record.outcome in RETRIABLE


def expand(
    matrix: Matrix,
    tasks: Sequence[str] | None = None,
    architectures: Sequence[str] | None = None,
    where: str = "",
    parts: Sequence[str] | None = None,
) -> list[Cell]:
    """The reported cells of a matrix, those of the first seed first; raises UserError.

    tasks, architectures: patterns to choose by, see ``registry.select``. parts: patterns of the
    parts that alone are wanted, ``matrix`` for the own cells. Without these, a matrix that is
    narrowed to some tasks or architectures is so without its parts. Where values are to be
    tuned, the cells say how; see ``resolve``.
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
    published(matrix, where)
    listed = [task.label for task in chosen_tasks]
    names = [*listed, *(task.name for task in chosen_tasks)]
    names += [name.split("[")[0] for part in matrix.parts for name in part.tasks]
    for pattern in matrix.budgets:
        if not any(matches(name, pattern) for name in names):
            raise UserError(
                f"{where}: budgets: {pattern!r} is no task of the matrix; {nearest(pattern, names)}"
            )
    everyone = chosen

    def wanted(name: str) -> bool:
        return not parts or any(fnmatch.fnmatchcase(name, pattern) for pattern in parts)

    own = bool(matrix.tasks) and wanted(OWN_CELLS)
    if not own:
        chosen_tasks = []
    elif tasks:
        chosen_tasks = select(tasks, chosen_tasks, known_tasks, "task", "--task")
    if own and architectures:
        chosen = select(architectures, chosen, known, "architecture", "--arch")
    chosen_tasks = opened(chosen_tasks)
    budgets = {task: matrix.budget_of(task.label) for task in chosen_tasks}
    for task in chosen_tasks:
        _check(task, where)
        _check_size(budgets[task], task, matrix.tuning.space if matrix.tuning else {}, where)
        if matrix.tuning:
            tuning.check(matrix.tuning, budgets[task], [*everyone, *chosen], where)
    cells = [
        Cell(task, architecture, seed, budgets[task], tuning=matrix.tuning)
        for seed in matrix.seeds
        for task in chosen_tasks
        for architecture in chosen
    ]
    if parts:
        names = [OWN_CELLS, *(part.name for part in matrix.parts)]
        for pattern in parts:
            if not fnmatch.filter(names, pattern):
                raise UserError(f"--part {pattern}: {where} has no such part; "
                                f"{nearest(pattern, names)}")  # fmt: skip
    narrowed = own and not parts and (tasks or architectures)
    for part in () if narrowed else matrix.parts:
        if wanted(part.name):
            cells += _cells_of(part, matrix, tasks, architectures, where)
    if not cells:
        raise UserError(f"{where}: nothing is left to run by --task, --arch and --part")
    return sorted(cells, key=lambda cell: matrix.seeds.index(cell.seed)
                  if cell.seed in matrix.seeds else cell.seed)  # fmt: skip


def _cells_of(
    part: Part,
    matrix: Matrix,
    tasks: Sequence[str] | None,
    architectures: Sequence[str] | None,
    where: str,
) -> list[Cell]:
    """The cells of a part, of a horizon those of all lags; see
    ``harness.experiment.horizon.climbed`` for which are run."""
    where = f"{where}: parts.{part.name}"
    known_tasks, known = task_declarations(), architecture_declarations()
    chosen = [spec_of(a, known, "architecture", where) for a in part.architectures]
    chosen_tasks: list[tuple[Spec, int | None]] = []
    for task in opened([spec_of(text, known_tasks, "task", where) for text in part.tasks]):
        if part.probe != HORIZON:
            chosen_tasks.append((task, None))
            continue
        chosen_tasks += [(at_lag(task, lag, where), lag) for lag in part.lags]
    measured = part.probe in MEASURED
    cells = []
    for task, lag in chosen_tasks:
        if tasks and not any(matches(task.label, pattern) for pattern in tasks):
            continue
        _check(task, where)
        budget = matrix.budget_of(task.label, part)
        if isinstance(budget.learning_rate, list):
            raise UserError(
                f"{where}: budget.learning_rate is a list, and nothing is tuned in a part; "
                "give one number in the part's budget"
            )
        _check_size(budget, task, {}, where)
        cells += [
            Cell(
                task,
                architecture,
                seed,
                budget,
                kind="probe" if measured else "score",
                probe=part.probe if measured else "",
                part=part.name,
                lag=lag,
            )
            for seed in (matrix.seeds if part.seeds is None else part.seeds)
            for architecture in chosen
            if not architectures or any(matches(architecture.label, p) for p in architectures)
        ]
    return cells


def _check_size(budget: Budget, task: Spec, tuned: Mapping[str, Any], where: str) -> None:
    """Raise UserError where sizes are to be matched by a term that is not given."""
    term = SIZE[budget.match]
    if getattr(budget, term) is None and term not in tuned:
        raise UserError(f"{where}: budget.match = {budget.match!r} needs a {term}, on {task.label}")


def published(matrix: Matrix, where: str = "") -> list[dict[str, Any]]:
    """The published scores of a matrix, with its own labels; raises UserError for others'."""
    where = f"{where or f'matrix {matrix.name}'}: published"
    known: dict[str, Any] = {"task": task_declarations()}
    known["architecture"] = architecture_declarations()
    rows = [entry.model_dump() for entry in matrix.published]
    for kind, names in (("task", matrix.tasks), ("architecture", matrix.architectures)):
        labels = [spec_of(name, known[kind], kind, where).label for name in names]
        for row in rows:
            row[kind] = spec_of(row[kind], known[kind], kind, where).label
            if row[kind] not in labels:
                raise UserError(
                    f"{where}: {row[kind]} is no {kind} of the matrix; {nearest(row[kind], labels)}"
                )
    return rows


def _check(task: Spec, where: str) -> None:
    """Raise UserError where no example can be drawn with a task's parameters."""
    try:
        made = make_task(task)
        assert made.inputs and made.outputs
        if isinstance(made, Synthetic):
            made.draw(np.random.default_rng(0), 2)
    except Unavailable:
        return  # the cell will say so
    except Exception as error:
        raise UserError(f"{where}: task {task.label}: no such task can be built: {error}") from None


def document(
    matrix: Matrix, cells: list[Cell], command: str, created: str, store: Store, partial: bool
) -> dict[str, Any]:
    """The plan as it is stored: what reports and the tracker read.

    partial: the run was narrowed by filters, so cells that an earlier run of the same matrix
    on the same terms planned, and this one did not, stay planned.
    """
    rows = _rows(cells, matrix.tuning.seeds if matrix.tuning else 1)
    terms: dict[str, Any] = {
        "budget": matrix.budget.model_dump(),
        "budgets": {
            row["task"]: differing for row in rows if (differing := matrix.terms(row["task"]))
        },
        "tuning": matrix.tuning.model_dump() if matrix.tuning else None,
    }
    if partial and matrix.name in store.plans():
        before = store.plan(matrix.name)
        others = {row["task"]: matrix.terms(row["task"]) for row in before["cells"]}
        same = terms | {
            "budgets": {task: differing for task, differing in others.items() if differing}
        }
        if all(before.get(name) == value for name, value in same.items()):
            slots = {_slot(row) for row in rows}
            rows = [row for row in before["cells"] if _slot(row) not in slots] + rows
            terms["budgets"] = same["budgets"] | terms["budgets"]
    return {
        "matrix": matrix.name,
        "description": matrix.description,
        **terms,
        "published": published(matrix),
        "parts": [part.model_dump() for part in matrix.parts],
        "command": command,
        "created": created,
        "cells": rows,
    }


def row_of(cell: Cell) -> dict[str, Any]:
    """A planned cell in plain values."""
    return {
        "id": cell.id,
        "task": cell.task.label,
        "architecture": cell.architecture.label,
        "seed": cell.seed,
        "kind": cell.kind,
        "part": cell.part,
        "lag": cell.lag,
    }


def _rows(cells: list[Cell], tuning_seeds: int) -> list[dict[str, Any]]:
    """A row for each cell; that of a tuning trial has the trial's number within its study."""
    rows = []
    tried: Counter[tuple[str, str]] = Counter()
    for cell in cells:
        row = row_of(cell)
        if cell.kind == "trial":
            pair = row["task"], row["architecture"]
            row["trial"] = tried[pair] // tuning_seeds
            tried[pair] += 1
        rows.append(row)
    return rows


def _slot(row: dict[str, Any]) -> tuple[str, str, str, int | None]:
    """What a row stands for: all trials of a pair are planned together, seeds one by one."""
    seed = None if row["kind"] == "trial" else row["seed"]
    return row.get("part", ""), row["task"], row["architecture"], seed


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
        """Seconds the cell will take: the median of its like, or a guess from its updates."""
        if cell.refusal:
            return 0.0
        pair = self.pairs.get((cell.task.label, cell.architecture.label))
        like = pair or (None if cell.probe else self.architectures.get(cell.architecture.label))
        if like:
            return statistics.median(like)
        return GUESSED_SECONDS * cell.budget.steps / 500
