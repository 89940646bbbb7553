"""A planned cell with what became of it, and the seeds of an architecture on a task."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from harness.experiment.matrix import Budget
from harness.experiment.record import LEARNED, PENDING, Outcome, Record
from harness.experiment.store import Store
from reports.analysis.exact import Rate, rate
from reports.analysis.solved import shown, solved_or_not
from reports.analysis.statistics import Summary, summarize

HOLES = {
    Outcome.FAILED: ("fail", "failed with an error"),
    Outcome.DIVERGED: ("div", "diverged: the loss was no longer a number"),
    Outcome.OUT_OF_MEMORY: ("oom", "ran out of memory"),
    Outcome.TIMEOUT: ("time", "ran out of time"),
    Outcome.UNAVAILABLE: ("no data", "the data is not on this machine"),
    Outcome.INTERRUPTED: ("stop", "interrupted"),
    PENDING: ("wait", "not run yet, or its record was lost"),
    "no-score": ("no score", "ended ok, but stored no test score"),
    "no-skill": ("no skill", "scored, but floor or ceiling is not known"),
    Outcome.NOT_APPLICABLE: ("n/a", "not applicable: the architecture cannot serve this task"),
}
"""What stands in a square without a number, and what it means; the gravest first."""
MEANINGS = dict(HOLES.values())

AT_CEILING = Budget.model_fields["solved"].default
"""Skill at which a training stops as solved, unless a matrix says otherwise."""
UNLEARNED, NOT_LEARNED = "∅", "not learned within the budget"
"""The mark of what ended well, but never rose above the floor, and what it means."""


@dataclass(frozen=True)
class Cell:
    """A planned cell and its record, None while there is none."""

    id: str
    task: str
    architecture: str
    seed: int
    record: Record | None
    lag: int | None = None
    """The dependency length that was set, where a horizon is sought."""
    store: Store | None = field(default=None, repr=False, compare=False)
    """Where its arrays are read from."""

    @property
    def task_key(self) -> Mapping[str, Any]:
        """``name`` and ``parameters`` of the task, those left at their defaults too; while there is
        no record, the name as far as its label tells it."""
        known = self.record.key.get("task") if self.record else None
        return known or {"name": self.task.partition("[")[0], "parameters": {}}

    @property
    def task_name(self) -> str:
        """The task's name alone."""
        return self.task_key["name"]

    @cached_property
    def outcome(self) -> str:
        """The record's outcome, or pending."""
        return PENDING if self.record is None else str(Outcome(self.record.outcome))

    @property
    def reason(self) -> str:
        """Why there is no score, in the record's words; never empty for a hole."""
        if self.record is None:
            return "not run yet"
        return self.record.reason or (MEANINGS[self.code] if self.hole else "")

    @property
    def ok(self) -> bool:
        """Ended with a trained and tested model."""
        return self.outcome == Outcome.OK

    @property
    def refused(self) -> bool:
        """The architecture cannot serve the task."""
        return self.outcome == Outcome.NOT_APPLICABLE

    @cached_property
    def score(self) -> float | None:
        """Test score in the task's metric; None unless the cell ended ok with a finite one."""
        return finite(self.record.test) if self.record and self.ok else None

    @cached_property
    def skill(self) -> float | None:
        """(score - floor) / (ceiling - floor); None where one of them is not known."""
        return finite(self.record.skill) if self.record and self.ok else None

    @cached_property
    def at_ceiling(self) -> bool:
        """Training stopped at the ceiling's tolerance, or what is fitted comes as near: how far
        beyond it one had gone when that was noticed says nothing of the architecture."""
        if not self.ok or self.record is None:
            return False
        reached = self.record.stopped == "fitted" and (self.skill or 0.0) >= AT_CEILING
        return reached or self.record.stopped == "solved"

    @property
    def level(self) -> float | None:
        """Skill as it enters means and ranks over tasks: cut off at 0 and 1; 1 at the ceiling."""
        return self.skill and (1.0 if self.at_ceiling else min(max(self.skill, 0.0), 1.0))

    @cached_property
    def learned(self) -> bool | None:
        """Whether training rose above the floor on validation; None where that is not known."""
        return self.record.learned if self.record else None

    @cached_property
    def examples(self) -> tuple[Any, Any] | None:
        """Score and weight of each test example, two arrays ``(examples,)``; None if not stored."""
        arrays = self.store.per_example(self.id) if self.store and not self.hole else {}
        return (arrays["score"], arrays["weight"]) if {"score", "weight"} <= arrays.keys() else None

    @property
    def hole(self) -> bool:
        """There is no score."""
        return self.score is None

    @property
    def code(self) -> str:
        """The short word for a hole; of a cell with a score, for the lack of a skill."""
        if not self.ok:
            return HOLES[self.outcome][0]
        return "no score" if self.score is None else "no skill"


@dataclass(frozen=True)
class Group:
    """The seeds of one architecture on one task."""

    cells: tuple[Cell, ...]

    @cached_property
    def binary(self) -> bool:
        """Seeds solve this task or do not; so a mean over them has no interval."""
        return any(solved_or_not(c.record) for c in self.cells if c.record)

    @cached_property
    def rate(self) -> Rate:
        """How many seeds solved the task, with a skill of at least `LEARNED`, of those that ended
        with a skill or diverged."""
        ended = [c for c in self.cells if c.skill is not None or c.outcome == Outcome.DIVERGED]
        return rate((cell.skill or 0.0) >= LEARNED for cell in ended)

    @cached_property
    def score(self) -> Summary:
        """Test score over the seeds that have one, in the metric's own unit."""
        return shown(summarize(c.score for c in self.cells), self.binary)

    @cached_property
    def skill(self) -> Summary:
        """Skill over the seeds that have one."""
        return shown(summarize(c.skill for c in self.cells), self.binary)

    @cached_property
    def level(self) -> Summary:
        """Skill as it enters means over tasks; see ``Cell.level``."""
        return shown(summarize(c.level for c in self.cells), self.binary)

    @cached_property
    def reached(self) -> frozenset[int]:
        """Seeds that came to the ceiling's tolerance."""
        return frozenset(c.seed for c in self.cells if c.at_ceiling)

    @cached_property
    def at_ceiling(self) -> bool:
        """Every seed came to the ceiling's tolerance."""
        return bool(self.cells) and all(c.at_ceiling for c in self.cells)

    @cached_property
    def learned(self) -> bool | None:
        """Whether any seed was learned within the budget; None where that is not known."""
        known = [c.learned for c in self.cells if c.learned is not None]
        return any(known) if known else None

    @property
    def not_learned(self) -> int:
        """Seeds that were not learned within the budget."""
        return sum(c.learned is False for c in self.cells)

    @cached_property
    def examples(self) -> dict[int, tuple[Any, Any]]:
        """Score and weight of each test example, by seed."""
        return {c.seed: arrays for c in self.cells if (arrays := c.examples)}

    @cached_property
    def validation(self) -> float | None:
        """Mean validation score over the seeds that have one."""
        return summarize(c.record.validation for c in self.cells if c.record and c.ok).mean

    @property
    def code(self) -> str:
        """The word for this group's hole: the gravest among its seeds."""
        codes = [c.code for c in self.cells if c.skill is None] or [HOLES[PENDING][0]]
        return min(codes, key=list(MEANINGS).index)

    def mean_of(self, number: str) -> float | None:
        """Mean over the scored seeds: ``training`` (seconds), ``flops`` (of all its updates) or
        another number of the record."""
        records = [c.record for c in self.cells if c.record is not None and not c.hole]
        if number == "training":
            return summarize(r.seconds.get(number) for r in records).mean
        if number == "flops":
            return summarize(r.flops * r.steps if r.flops else None for r in records).mean
        return summarize(getattr(r, number) for r in records).mean


def finite(value: float | None) -> float | None:
    """The value, if it is a finite number."""
    return value if value is not None and math.isfinite(value) else None


def skill_on(record: Record, split: str) -> float | None:
    """Skill on a test split."""
    return record.skills.get(split, record.skill if split == "test" else None)
