"""What records say, in the form in which claims ask for it: numbers by seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.experiment import matrix
from harness.experiment.record import Outcome
from harness.experiment.store import Store
from reports.analysis.horizon import Horizon, horizon
from reports.analysis.results import Cell, Part, Results, read
from reports.analysis.statistics import summarize

if TYPE_CHECKING:
    from pandas import DataFrame


PartName = str | matrix.Part | Part


@dataclass(frozen=True)
class Evidence:
    """The records of a matrix and of its parts. A part that was not planned is empty.

    Every method takes a part or its name first, ``""`` for the matrix's own cells, then a task's
    and an architecture's label; what it returns is by seed, and holds only seeds that have it.
    """

    results: Results
    read_updates: Callable[[str], Mapping[str, np.ndarray]] = field(default=lambda cell: {})

    def part(self, part: PartName) -> Results:
        """The cells of a part; there are none where it was not planned."""
        name = _name(part)
        if name in ("", matrix.OWN_CELLS):
            return self.results
        if planned := self.results.parts.get(name):
            return planned.results
        return replace(self.results, cells=())

    def tasks(self, part: PartName) -> tuple[str, ...]:
        """The labels of a part's tasks, in the order of the plan."""
        return tuple(task.name for task in self.part(part).tasks)

    def parts(self, *names: str, probe: str = "") -> list[Part]:
        """The parts with one of these names, or those with this probe, of which there is any
        record."""
        every = self.results.parts.values()
        chosen = [part for part in every if (part.probe == probe if probe else part.name in names)]
        return [p for p in chosen if any(c.record and not c.refused for c in p.results.cells)]

    def task_name(self, part: PartName, task: str) -> str:
        """A task's name without its parameters."""
        return next((cell.task_name for cell in self._of_task(part, task)), task)

    def parameter(self, part: PartName, task: str, name: str) -> Any:
        """A parameter of a task, as its records have it; None while there are none."""
        return next((c.task_key["parameters"].get(name) for c in self._of_task(part, task)), None)

    def tasks_by(self, part: PartName, parameter: str, name: str = "") -> dict[Any, str]:
        """The labels of a part's tasks by a parameter's value, in rising order; ``name``: only of
        the tasks with this name."""
        values = {
            self.parameter(part, task, parameter): task
            for task in self.tasks(part)
            if not name or self.task_name(part, task) == name
        }
        return dict(sorted((value, task) for value, task in values.items() if value is not None))

    def architectures(self, part: PartName, baselines: bool = False) -> tuple[str, ...]:
        """The labels of a part's architectures, in the order of the plan."""
        results = self.part(part)
        return (*results.architectures, *(results.baselines if baselines else ()))

    def cells(self, part: PartName, task: str, architecture: str) -> tuple[Cell, ...]:
        """The planned cells of a pair, whatever became of them."""
        group = self.part(part).groups.get((task, architecture))
        return group.cells if group else ()

    def skills(
        self, part: PartName, task: str, architecture: str, split: str = "test"
    ) -> dict[int, float]:
        """Skill on a test split."""

        def skill(record: Any) -> float | None:
            return record.skills.get(split, record.skill if split == "test" else None)

        return self._of_records(part, task, architecture, skill)

    def by_task(
        self, part: PartName, architectures: Iterable[str] = ()
    ) -> dict[str, dict[str, dict[int, float]]]:
        """Skill by task, then by architecture; of all architectures, if none is named."""
        names = tuple(architectures) or self.architectures(part, baselines=True)
        return {task: {a: self.skills(part, task, a) for a in names} for task in self.tasks(part)}

    def ahead(
        self, part: PartName, task: str, one: str, other: str, split: str = "test"
    ) -> dict[int, float]:
        """How much more skill one architecture has than the other, for the seeds of both."""
        skills, others = (self.skills(part, task, a, split) for a in (one, other))
        return {seed: skills[seed] - others[seed] for seed in skills if seed in others}

    def leads(self, part: PartName, one: str, other: str) -> dict[str, dict[int, float]]:
        """The same by task, of the tasks that have it."""
        every = {task: self.ahead(part, task, one, other) for task in self.tasks(part)}
        return {task: lead for task, lead in every.items() if lead}

    def skills_or_zero(self, part: PartName, task: str, architecture: str) -> dict[int, float]:
        """Skill; 0 where training diverged, as nothing was learned."""
        cells = self.cells(part, task, architecture)
        diverged = {cell.seed: 0.0 for cell in cells if cell.outcome == Outcome.DIVERGED}
        return diverged | self.skills(part, task, architecture)

    def best_on_validation(self, part: PartName, task: str, architectures: Iterable[str]) -> str:
        """Which of these has the best mean score on validation; ``""``: no record says."""
        results = self.part(part)
        better = {t.name: t.higher_is_better for t in results.tasks} if results else {}
        means = {
            a: summarize(self.scores(part, task, a, split="validation")).mean for a in architectures
        }
        known = {a: mean for a, mean in means.items() if mean is not None}
        best = max if better.get(task, True) else min
        return best(known, key=lambda a: known[a], default="")

    def diverged(
        self, part: PartName, tasks: Iterable[str] = (), architectures: Iterable[str] = ()
    ) -> int:
        """How many trainings diverged; of all tasks and architectures, if none is named."""
        names = tuple(architectures) or self.architectures(part, baselines=True)
        return sum(
            cell.outcome == Outcome.DIVERGED
            for task in tuple(tasks) or self.tasks(part)
            for a in names
            for cell in self.cells(part, task, a)
        )

    def scores(
        self, part: PartName, task: str, architecture: str, metric: str = "", split: str = "test"
    ) -> dict[int, float]:
        """A metric on a split, in its own unit; the task's own metric if none is named."""
        return self._of_records(
            part, task, architecture, lambda r: r.scores.get(split, {}).get(metric or r.metric)
        )

    def numbers(self, part: PartName, task: str, architecture: str, name: str) -> dict[int, float]:
        """A number of the record, such as ``parameters``, ``flops`` or ``steps``."""
        return self._of_records(part, task, architecture, lambda r: getattr(r, name))

    def measured(self, part: PartName, task: str, architecture: str) -> dict[int, dict[str, Any]]:
        """What a probe measured."""
        return {
            cell.seed: cell.record.measured
            for cell in self.cells(part, task, architecture)
            if cell.record is not None and cell.ok and cell.record.measured
        }

    def updates(
        self, part: PartName, task: str, architecture: str
    ) -> dict[int, dict[str, np.ndarray]]:
        """``loss`` and ``norm`` of the gradient before clipping, an array with one number an
        update; of trainings that diverged too."""
        by_seed = {
            cell.seed: dict(self.read_updates(cell.id))
            for cell in self.cells(part, task, architecture)
            if cell.record is not None and not cell.refused
        }
        return {seed: arrays for seed, arrays in by_seed.items() if arrays}

    def horizon(self, part: PartName, task: str, architecture: str) -> Horizon:
        """The memory horizon on a task, given by its name alone."""
        planned = self.results.parts.get(_name(part))
        return horizon(planned, task, architecture) if planned else Horizon()

    def terms(self, part: PartName) -> str:
        """The budget that the records of a part were made on, in words."""
        for cell in self.part(part).cells:
            budget = cell.record.key.get("budget") if cell.record is not None else None
            if budget:
                size = f"{budget['parameters']:,} parameters"
                if budget["match"] == "none":
                    size = f"a width of {budget['width']}"
                return f"at most {budget['steps']:,} updates and {size}"
        return "the same budget"

    def _of_task(self, part: PartName, task: str) -> list[Cell]:
        """Those with a record first: they know most of their task."""
        cells = [cell for cell in self.part(part).cells if cell.task == task]
        return sorted(cells, key=lambda cell: cell.record is None)

    def _of_records(
        self, part: PartName, task: str, architecture: str, of: Callable[[Any], float | None]
    ) -> dict[int, float]:
        numbers = {}
        for cell in self.cells(part, task, architecture):
            value = of(cell.record) if cell.record is not None and cell.ok else None
            if value is not None and np.isfinite(value):
                numbers[cell.seed] = float(value)
        return numbers


def _name(part: PartName) -> str:
    return part if isinstance(part, str) else part.name


def frame_of(rows: Iterable[Mapping[str, Any]]) -> DataFrame:
    """Rows as a frame, None as NaN: a column of numbers stays one where all are missing."""
    import pandas

    nan = float("nan")
    return pandas.DataFrame([{k: nan if v is None else v for k, v in row.items()} for row in rows])


def gather(store: Store, name: str | None = None) -> Evidence:
    """The evidence in a store; raises UserError where the matrix was never run there."""
    return Evidence(read(store, name), store.updates)
