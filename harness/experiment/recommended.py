"""Recommended terms: the learning rate and the start of each architecture on each kind of task.

They are in ``recommended.csv``, which ``harness run --matrix recommend`` makes on validation of
tuning seeds: a row for each setting that was tried, with its skill there. `best` says which counts.
"""

from __future__ import annotations

import csv
import functools
import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UserError
from harness.experiment.cell import Cell
from harness.experiment.matrix import SHIPPED, Value
from harness.experiment.registry import architecture_declarations, make_task, split_name
from tasks.task import Problem

FILE = "harness/matrices/recommended.csv"
TABLE = SHIPPED / "recommended.csv"
OF_TRAINED = ("writing", "gate-times")
"""Probes of networks that have learned; others look at starts and costs."""
MEMORY = frozenset({"memory", "recall", "state tracking", "counting", "order"})
"""Tags of tasks whose answer depends on what was read long before."""


@dataclass(frozen=True)
class Tried:
    """A setting that was tried: its mean skill on validation, each seed's cut off at 0 and 1, over
    the tasks of a kind and the tuning seeds."""

    kind: str
    architecture: str
    learning_rate: float
    start: str
    """empty where the architecture has none to choose"""
    trainings: int
    skill: float


def kind_of(problem: str, tags: Iterable[str]) -> str:
    """What a task asks for: memory, an output for each step, one for the whole sequence, or a
    sequence to be written."""
    if Problem(problem).decoded:
        return "written"
    if MEMORY & set(tags):
        return "memory"
    return "each step" if problem == Problem.MANY_TO_MANY else "whole sequence"


@functools.cache
def tried(path: Path = TABLE) -> tuple[Tried, ...]:
    """The rows of the table, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Tried(
                row["kind"], row["architecture"], float(row["learning_rate"]), row["start"],
                int(row["trainings"]), float(row["skill"]),
            )
            for row in csv.DictReader(file)
        )  # fmt: skip


def terms(architecture: str, kind: str, start: str = "") -> Mapping[str, Value]:
    """The recommended values by name; empty where nothing was tried. start: the one that is
    given, if it is."""
    rows = [row for row in tried() if (row.architecture, row.kind) == (architecture, kind)]
    rows = [row for row in rows if start in ("", row.start)]
    if not rows:
        return {}
    chosen = best(rows)
    values: dict[str, Value] = {"learning_rate": chosen.learning_rate}
    return values | ({"start": chosen.start} if chosen.start else {})


def best(rows: Iterable[Tried]) -> Tried:
    """Of one architecture on one kind of task, the setting with the most skill. Where several have
    the same to two decimals, as where all solve their tasks, the rate in the middle of those tried
    counts: it is the furthest from where training fails. Of starts, then, the one with the most
    skill over all rates."""
    several = list(rows)
    at = {s: [row.skill for row in several if row.start == s] for s in {r.start for r in several}}
    over_rates = {start: statistics.mean(skills) for start, skills in at.items()}
    middle = math.log(statistics.median({row.learning_rate for row in several}))
    off = {row: abs(math.log(row.learning_rate) - middle) for row in several}
    return max(several, key=lambda r: (round(r.skill, 2), -off[r], over_rates[r.start]))


def settled(cell: Cell, rate_given: bool = False, needed: str = "") -> Cell:
    """The cell on recommended terms. What its architecture's label sets stays as it is, and so
    does the learning rate where the matrix gives one. What the table has no row for stays as the
    budget has it or, if it is ``needed`` (by which part), raises UserError: unless the table is
    empty."""
    declared = architecture_declarations()[cell.architecture.name]
    measured = cell.probe and cell.probe not in OF_TRAINED
    if not declared.facts["neural"] or cell.refusal or measured or cell.study:
        return cell
    task = make_task(cell.task)
    given = split_name(cell.architecture.label, "")[1].get("start", "")
    kind, starts = kind_of(task.problem, task.tags), "start" in declared.parameters and not given
    values = dict(terms(cell.architecture.name, kind, given))
    if needed and not values and tried() and (starts or not rate_given):
        of = cell.architecture.name + (f" from start {given}" if given else "")
        raise UserError(f"{needed}: no row of {FILE} is for {of} on {kind} tasks")
    if rate_given:
        values.pop("learning_rate", None)
    if not starts:
        values.pop("start", None)
    return cell.settled(values) if values else cell
