"""The records of a matrix as tidy pandas frames: cells, scores, learning curves.

    cells(results)     one row a cell                          `harness.frame(out)`
    scores(results)    one row a cell, split and metric        `harness.scores(out)`
    curves(results)    one row a cell and evaluation           `harness.curves(out)`

Column names are stable; what each holds is said in `CELLS`, `SCORES` and `CURVES`, and in
docs/frames.md. Every cell but tuning trials is there once, whatever became of it. What is not
known is NaN, NA or None.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas

from harness.experiment.record import Record
from harness.experiment.store import row_of
from reports.analysis.cells import Cell, skill_on
from reports.analysis.results import Results, TaskInfo

TEXT, WHOLE, NUMBER, TRUTH = "object", "Int64", "float64", "boolean"

NAMES = {
    "id": (TEXT, "the cell's id"),
    "task": (TEXT, "the task's label, with the parameters that were set"),
    "architecture": (TEXT, "the architecture's label"),
    "seed": (WHOLE, "the seed"),
    "part": (TEXT, "the parts that it was planned for; empty for one of the matrix alone"),
}
"""What names a cell."""

MAIN = {"main": (TRUTH, "one of the matrix's own cells, and not only of a part")}
"""Besides names in every frame, but not among the columns of results."""

RESULTS = NAMES | {
    "outcome": (TEXT, "ok, diverged, failed, timeout, ..., or pending"),
    "reason": (TEXT, "why it ended so"),
    "metric": (TEXT, "the task's primary metric"),
    "validation": (NUMBER, "its value on the validation split"),
    "test": (NUMBER, "its value on the test split"),
    "skill": (NUMBER, "(test - floor) / (ceiling - floor)"),
    "learned": (TRUTH, "training rose above the floor on validation"),
    "parameters": (WHOLE, "free parameters, the shared embedding included"),
    "seconds": (NUMBER, "wall clock of the whole cell"),
}
"""Columns of ``harness.results``."""

CSV = RESULTS | {
    "baseline": (TRUTH, "any sequence model should beat it"),
    "unit": (TEXT, "the metric's unit"),
    "higher_is_better": (TRUTH, "the metric's direction"),
    "floor": (NUMBER, "score of the best trivial predictor"),
    "ceiling": (NUMBER, "best reachable score"),
    "problem": (TEXT, "how inputs and outputs line up"),
    "test_examples": (WHOLE, "examples of the test split; of a drawn task all different"),
    "matched_parameters": (WHOLE, "parameters that the budget is about"),
    "width": (WHOLE, "hidden width that was chosen for them"),
    "steps": (WHOLE, "training updates"),
    "best_step": (WHOLE, "update whose weights were kept"),
    "stopped": (TEXT, "why training ended: steps, solved or patience"),
    "flops": (NUMBER, "floating-point operations of one update"),
    "examples_per_second": (NUMBER, "in training"),
    "peak_memory": (NUMBER, "MiB"),
    "environment": (TEXT, "name of the stored description of the machine"),
    "seconds_data": (NUMBER, "wall clock of making or reading data"),
    "seconds_training": (NUMBER, "wall clock of training"),
    "seconds_evaluation": (NUMBER, "wall clock of evaluation"),
    "tags": (TEXT, "the task's tags, joined by ;"),
}
"""Columns of a report's ``results.csv``."""

CELLS = CSV | MAIN | {
    "level": (NUMBER, "skill cut off at 0 and 1, and 1 where training stopped as solved"),
    "task_name": (TEXT, "the task's name without parameters"),
    "lag": (WHOLE, "dependency length that was set, where a horizon is sought"),
    "probe": (TEXT, "what was measured in place of a score"),
    "readout": (TEXT, "how hidden vectors become an output"),
    "receptive_field": (WHOLE, "steps that an output can depend on, where finite"),
    "examples": (WHOLE, "training examples seen"),
    "started": (TEXT, "when, in UTC"),
    "ended": (TEXT, "when, in UTC"),
}  # fmt: skip
"""Columns of ``cells``."""

SCORES = NAMES | MAIN | {
    "split": (TEXT, "validation, test, or another test split such as test@2x"),
    "metric": (TEXT, "the metric"),
    "primary": (TRUTH, "it is the task's primary metric"),
    "score": (NUMBER, "its value"),
    "skill": (NUMBER, "of the primary metric on test splits: with the floor and ceiling of each"),
}  # fmt: skip
"""Columns of ``scores``."""

CURVES = NAMES | MAIN | {
    "step": (WHOLE, "updates so far"),
    "examples": (WHOLE, "training examples so far"),
    "seconds": (NUMBER, "wall clock of training so far"),
    "loss": (NUMBER, "mean training loss since the evaluation before"),
    "validation": (NUMBER, "primary metric on the validation split"),
    "skill": (NUMBER, "skill on the validation split"),
}  # fmt: skip
"""Columns of ``curves``."""

POINTS = 60
"""Points kept of a curve: more make no difference in print."""


def cells(results: Results) -> pandas.DataFrame:
    """One row a cell, with the columns `CELLS`: the matrix's own first, then those of parts."""
    return _frame([_row(cell, name) for cell, name in _named(results)], CELLS)


def planned(results: Results) -> pandas.DataFrame:
    """One row for each cell that the matrix or one of its parts plans, in the order of the plan:
    `RESULTS`. A cell that two parts ask for has two rows."""
    rows = [row for row in results.plan["cells"] if row["kind"] != "trial"]
    table = cells(results).set_index("id").loc[[row["id"] for row in rows]].reset_index()
    return table.assign(part=[row.get("part", "") for row in rows])[list(RESULTS)]


def scores(results: Results) -> pandas.DataFrame:
    """One row for each metric on each split of each cell that has scores: `SCORES`."""
    rows = [
        name | {"split": split, "metric": metric, "primary": metric == record.metric,
                "score": value,
                "skill": skill_on(record, split) if metric == record.metric else None}
        for cell, name in _named(results) if (record := cell.record)
        for split, of_split in record.scores.items()
        for metric, value in of_split.items()
    ]  # fmt: skip
    return _frame(rows, SCORES)


def curves(results: Results) -> pandas.DataFrame:
    """One row for each evaluation on validation during the training of each cell: `CURVES`."""
    rows = [
        name | point
        for cell, name in _named(results) if cell.record
        for point in cell.record.curve
    ]  # fmt: skip
    return _frame(rows, CURVES)


def bands(results: Results, task: TaskInfo) -> dict[str, pandas.DataFrame]:
    """The architectures that have curves on a task, in the order of the plan: by updates the
    ``middle`` (mean), ``low`` (lowest) and ``high`` (highest) over the seeds.

    A seed that stopped early counts with its last value, so that the mean does not jump.
    """
    found = {}
    for name in results.architectures:
        group = results.groups.get((task.name, name))
        cells = sorted(group.cells, key=lambda c: c.seed) if group else ()
        seeds = {c.seed: _validation(c.record) for c in cells if c.record and c.record.curve}
        table = pandas.DataFrame(seeds, dtype=float).sort_index().dropna(axis=1, how="all")
        if not table.empty:
            if table.isna().any(axis=None):
                table = table.interpolate("index", limit_direction="both")
            table = table.iloc[evenly(len(table), POINTS)]
            values = table.to_numpy()
            ends = {"low": values.min(axis=1), "high": values.max(axis=1)}
            found[name] = pandas.DataFrame({"middle": values.mean(axis=1)} | ends, table.index)
    return found


def _validation(record: Record) -> dict[float, float]:
    """The validation score by updates, where there is one."""
    points = ((point.get("step"), point.get("validation")) for point in record.curve)
    return {float(step): v for step, v in points if step is not None and v is not None}


def evenly(length: int, most: int) -> np.ndarray:
    """At most so many of the places 0 to ``length`` - 1, evenly spread, with the first and last."""
    return np.unique(np.linspace(0, length - 1, min(most, length)).round().astype(int))


def parts_of(results: Results) -> dict[str, str]:
    """By cell, the names of the parts that it was planned for; empty for one of the matrix's own
    cells alone."""
    names: dict[str, list[str]] = {cell.id: [] for cell in results.all_cells}
    for part in results.parts.values():
        for cell in part.results.cells:
            names[cell.id].append(part.name)
    return {cell: ", ".join(parts) for cell, parts in names.items()}


def _named(results: Results) -> Iterator[tuple[Cell, dict[str, Any]]]:
    parts, main = parts_of(results), {cell.id for cell in results.cells}
    for cell in results.all_cells:
        names = {name: getattr(cell, name) for name in ("id", "task", "architecture", "seed")}
        yield cell, names | {"part": parts[cell.id], "main": cell.id in main}


def _row(cell: Cell, name: dict[str, Any]) -> dict[str, Any]:
    record = cell.record
    row = name | row_of(name, record)
    row |= {n: getattr(record, n, None) for n in CELLS if n not in row}
    row |= {"task_name": cell.task_name, "lag": cell.lag}
    row["level"] = cell.level
    for part in ("data", "training", "evaluation"):
        row[f"seconds_{part}"] = record.seconds.get(part) if record else None
    return row | {"tags": ";".join(record.tags) if record else None}


def _frame(rows: list[dict[str, Any]], columns: Mapping[str, tuple[str, str]]) -> pandas.DataFrame:
    frame = pandas.DataFrame(rows, columns=list(columns), dtype="object")
    return frame.astype({name: kind for name, (kind, _) in columns.items()})
