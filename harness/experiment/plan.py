"""The plan: a matrix expanded into cells, which of them are done, and what the rest will cost."""

import fnmatch
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.errors import UserError, unknown
from harness.experiment import recommended, tuning
from harness.experiment.cell import Cell
from harness.experiment.matrix import HORIZON, OWN_CELLS, SIZE, Matrix, Part, matches
from harness.experiment.record import Outcome, Record
from harness.experiment.registry import MEASURED, Spec, at_lag, make_task, select, spec_of
from harness.experiment.store import Store
from harness.experiment.tuning import ALWAYS_AGAIN, resolve, trials
from harness.experiment.user_data import opened
from tasks.task import Synthetic, Unavailable

__all__ = ["Wanted", "document", "expand", "resolve", "trials"]

RETRIABLE = (Outcome.FAILED, Outcome.TIMEOUT, Outcome.OUT_OF_MEMORY)


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
    listed = _listed(matrix.tasks, "task", where)
    everyone = chosen = _listed(matrix.architectures, "architecture", where)
    published(matrix, where)
    names = [*(task.label for task in listed), *(task.name for task in listed)]
    names += [name.split("[")[0] for part in matrix.parts for name in part.tasks]
    for pattern in matrix.budgets:
        if not any(matches(name, pattern) for name in names):
            message = f"{where}: budgets: {pattern!r} is no task of the matrix"
            raise unknown(message, pattern, names)
    names = [OWN_CELLS, *(part.name for part in matrix.parts)]
    for pattern in parts or ():
        if not fnmatch.filter(names, pattern):
            raise unknown(f"--part {pattern}: {where} has no such part", pattern, names)
    wanted = [n for n in names if not parts or any(fnmatch.fnmatchcase(n, p) for p in parts)]
    cells, own = [], bool(matrix.tasks) and OWN_CELLS in wanted
    if own:
        if tasks:
            listed = select(tasks, listed, "task", "--task")
        if architectures:
            chosen = select(architectures, chosen, "architecture", "--arch")
        listed = opened(listed)
        cells = _cells_of(None, matrix, [(task, None) for task in listed], chosen, where)
        if matrix.tuning:
            for budget in (matrix.budget_of(task.label) for task in listed):
                tuning.check(matrix.tuning, budget, [*everyone, *chosen], where)
    narrowed = own and not parts and (tasks or architectures)
    for part in () if narrowed else matrix.parts:
        if part.name in wanted:
            place = f"{where}: parts.{part.name}"
            rows = _tasks_of(part, place)
            if tasks:
                rows = [row for row in rows if any(matches(row[0].label, p) for p in tasks)]
            chosen = [spec_of(a, "architecture", place) for a in part.architectures]
            if architectures:
                chosen = [a for a in chosen if any(matches(a.label, p) for p in architectures)]
            cells += _cells_of(part, matrix, rows, chosen, place)
    if not cells:
        raise UserError(f"{where}: nothing is left to run by --task, --arch and --part")
    return sorted(cells, key=lambda cell: matrix.seeds.index(cell.seed)
                  if cell.seed in matrix.seeds else cell.seed)  # fmt: skip


def _listed(names: Sequence[str], kind: str, where: str) -> list[Spec]:
    specs = [spec_of(name, kind, f"{where}: {kind}s") for name in names]
    for label, times in Counter(spec.label for spec in specs).items():
        if times > 1:
            raise UserError(f"{where}: {kind}s: {label} is listed twice")
    return specs


def _tasks_of(part: Part, where: str) -> list[tuple[Spec, int | None]]:
    """The tasks of a part; of a horizon at all lags, see ``horizon.climbed`` for which are run."""
    tasks = opened([spec_of(text, "task", where) for text in part.tasks])
    if part.probe != HORIZON:
        return [(task, None) for task in tasks]
    return [(at_lag(task, lag, where), lag) for task in tasks for lag in part.lags]


def _cells_of(
    part: Part | None,
    matrix: Matrix,
    tasks: Sequence[tuple[Spec, int | None]],
    architectures: Sequence[Spec],
    where: str,
) -> list[Cell]:
    """The cells of a part, or, without one, the matrix's own."""
    fields: dict[str, Any] = {"tuning": matrix.tuning}
    if part:
        measured = {"kind": "probe", "probe": part.probe} if part.probe in MEASURED else {}
        fields = {"part": part.name, **measured}
    fields["keep_weights"] = matrix.keep_weights
    seeds = matrix.seeds if part is None or part.seeds is None else part.seeds
    cells = []
    for task, lag in tasks:
        _check(task, where)
        budget = matrix.budget_of(task.label, part)
        if part and part.probe and isinstance(budget.learning_rate, list):
            right = "nothing is tuned for a probe; give one number in the part's budget"
            raise UserError(f"{where}: budget.learning_rate is a list, and {right}")
        term, tuned = SIZE[budget.match], fields.get("tuning")
        if getattr(budget, term) is None and not (tuned and term in tuned.space):
            needs = f"budget.match = {budget.match!r} needs a {term}, on {task.label}"
            raise UserError(f"{where}: {needs}")
        made = [
            Cell(task, architecture, seed, budget, lag=lag, **fields)
            for seed in seeds
            for architecture in architectures
        ]
        if matrix.recommended:
            given = matrix.gives_rate(task.label, part)
            # Criteria are stated for recommended terms: a budget's rate in their place would be
            # another experiment.
            needed = where if matrix.criteria else ""
            made = [recommended.settled(cell, given, needed) for cell in made]
        cells += made
    return cells


def published(matrix: Matrix, where: str = "") -> list[dict[str, Any]]:
    """The published scores of a matrix, with its own labels; raises UserError for others'."""
    where = f"{where or f'matrix {matrix.name}'}: published"
    rows = [entry.model_dump() for entry in matrix.published]
    for kind, names in (("task", matrix.tasks), ("architecture", matrix.architectures)):
        labels = [spec_of(name, kind, where).label for name in names]
        for row in rows:
            row[kind] = spec_of(row[kind], kind, where).label
            if row[kind] not in labels:
                message = f"{where}: {row[kind]} is no {kind} of the matrix"
                raise unknown(message, row[kind], labels)
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

    def terms(rows: list[dict[str, Any]]) -> dict[str, Any]:
        differing = {row["task"]: matrix.terms(row["task"]) for row in rows}
        return {
            "budget": matrix.budget.model_dump(),
            "budgets": {task: terms for task, terms in differing.items() if terms},
            "tuning": matrix.tuning.model_dump() if matrix.tuning else None,
            "recommended": matrix.from_table,
        }

    rows = _rows(cells, matrix.tuning.seeds if matrix.tuning else 1)
    known = terms(rows)
    if partial and matrix.name in store.plans():
        before = store.plan(matrix.name)
        same = terms(before["cells"])
        if all(before.get(name) == value for name, value in same.items()):
            slots = {_slot(row) for row in rows}
            rows = [row for row in before["cells"] if _slot(row) not in slots] + rows
            known["budgets"] = same["budgets"] | known["budgets"]
    return {
        "matrix": matrix.name,
        "description": matrix.description,
        **known,
        "keep_weights": matrix.keep_weights,
        "published": published(matrix),
        "parts": [part.model_dump() for part in matrix.parts],
        "criteria": _criteria(matrix, created, store),
        "command": command,
        "created": created,
        "cells": rows,
    }


def _criteria(matrix: Matrix, created: str, store: Store) -> dict[str, str]:
    """When each hash of the criteria was first planned with."""
    before = store.plan(matrix.name) if matrix.name in store.plans() else {}
    known: dict[str, str] = before.get("criteria", {})
    return known if matrix.criteria in ("", *known) else known | {matrix.criteria: created}


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
    rows = []
    tried: Counter[tuple[str, str, str]] = Counter()
    for cell in cells:
        row = row_of(cell)
        if cell.kind == "trial":
            pair = row["part"], row["task"], row["architecture"]
            row["trial"] = tried[pair] // tuning_seeds
            tried[pair] += 1
        rows.append(row)
    return rows


def _slot(row: dict[str, Any]) -> tuple[str, str, str, int | None]:
    """What a row stands for: all trials of a pair are planned together, seeds one by one."""
    seed = None if row["kind"] == "trial" else row["seed"]
    return row.get("part", ""), row["task"], row["architecture"], seed
