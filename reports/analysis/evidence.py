"""What records say, in the form in which claims ask for it: numbers by seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from harness.experiment import matrix
from harness.experiment.record import LEARNED, Outcome
from harness.experiment.store import Store
from reports.analysis.cells import Cell, finite, skill_on
from reports.analysis.horizon import Horizon, climbed, horizon
from reports.analysis.results import Part, Results, read

PartName = str | matrix.Part | Part


class BySeed(dict[int, float]):
    """A number for each seed; a difference holds the seeds that both have."""

    def __sub__(self, other: Mapping[int, float]) -> BySeed:
        return BySeed({seed: n - other[seed] for seed, n in self.items() if seed in other})

    def __neg__(self) -> BySeed:
        return BySeed({seed: -n for seed, n in self.items()})


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
        name = part if isinstance(part, str) else part.name
        if name in ("", matrix.OWN_CELLS):
            return self.results
        planned = self.results.parts.get(name)
        return planned.results if planned else replace(self.results, cells=())

    def first(self, seeds: int) -> Evidence:
        """Of each part, and of the matrix's own cells, the first so many seeds alone; where
        horizons are sought, as far as these come, whatever was added later."""

        def cut(results: Results, ladder: bool = False) -> Results:
            kept = sorted({cell.seed for cell in results.cells})[:seeds]
            cells = tuple(c for c in results.cells if c.seed in kept)
            return replace(results, cells=climbed(cells) if ladder else cells)

        parts = {
            name: replace(part, results=cut(part.results, bool(part.lags)))
            for name, part in self.results.parts.items()
        }
        return replace(self, results=replace(cut(self.results), parts=parts))

    def parts(self, *names: str, probe: str = "") -> list[Part]:
        """The parts with one of these names, or those with this probe, of which there is any
        record."""
        every = self.results.parts.values()
        chosen = [part for part in every if (part.probe == probe if probe else part.name in names)]
        return [p for p in chosen if any(c.record and not c.refused for c in p.results.cells)]

    def tasks(self, part: PartName) -> tuple[str, ...]:
        """The labels of a part's tasks, in the order of the plan."""
        return tuple(task.name for task in self.part(part).tasks)

    def task_name(self, part: PartName, task: str) -> str:
        """A task's name without its parameters."""
        return self._task_key(part, task)["name"]

    def tasks_by(self, part: PartName, parameter: str, name: str = "") -> dict[Any, str]:
        """The labels of a part's tasks by a parameter's value, in rising order; ``name``: only of
        the tasks with this name."""
        keys = {task: self._task_key(part, task) for task in self.tasks(part)}
        values = {
            value: task
            for task, key in keys.items()
            if name in ("", key["name"]) and (value := key["parameters"].get(parameter)) is not None
        }
        return dict(sorted(values.items()))

    def architectures(self, part: PartName, baselines: bool = False) -> tuple[str, ...]:
        """The labels of a part's architectures, in the order of the plan."""
        results = self.part(part)
        return (*results.architectures, *(results.baselines if baselines else ()))

    def cells(self, part: PartName, task: str, architecture: str) -> tuple[Cell, ...]:
        """The planned cells of a pair, whatever became of them."""
        group = self.part(part).groups.get((task, architecture))
        return group.cells if group else ()

    def numbers(
        self, part: PartName, task: str, architecture: str, of: str | Callable[[Any], float | None]
    ) -> BySeed:
        """A number of the record, such as ``parameters``, ``flops`` or ``steps``."""
        records = {c.seed: c.record for c in self.cells(part, task, architecture) if c.ok}
        values = {s: getattr(r, of) if isinstance(of, str) else of(r) for s, r in records.items()}
        known = {s: float(value) for s, v in values.items() if (value := finite(v)) is not None}
        return BySeed(known)

    def scores(self, part: PartName, task: str, architecture: str, metric: str) -> BySeed:
        """A metric on the test split, in its own unit; a seed that diverged has none."""
        return self.numbers(
            part, task, architecture, lambda r: r.scores.get("test", {}).get(metric)
        )

    def skills(self, part: PartName, task: str, architecture: str, split: str = "test") -> BySeed:
        """Skill on a test split."""
        return self.numbers(part, task, architecture, lambda r: skill_on(r, split))

    def clipped(self, part: PartName, task: str, architecture: str, split: str = "test") -> BySeed:
        """Skill cut off at 0 and 1; 0 where training diverged."""
        cells = self.cells(part, task, architecture)
        diverged = {cell.seed: 0.0 for cell in cells if cell.outcome == Outcome.DIVERGED}
        skills = self.skills(part, task, architecture, split)
        return BySeed(diverged | {seed: min(max(s, 0.0), 1.0) for seed, s in skills.items()})

    def solved(
        self,
        part: PartName,
        task: str,
        architecture: str,
        split: str = "test",
        threshold: float = LEARNED,
    ) -> dict[int, bool]:
        """Whether each seed reaches a skill; one that diverged does not."""
        skills = self.clipped(part, task, architecture, split)
        return {seed: skill >= threshold for seed, skill in skills.items()}

    def ahead(self, part: PartName, task: str, one: str, other: str, split: str = "test") -> BySeed:
        """How much more skill, cut off at 0 and 1, one architecture has than the other, for the
        seeds of both."""
        return self.clipped(part, task, one, split) - self.clipped(part, task, other, split)

    def best_on_validation(self, part: PartName, task: str, architectures: Iterable[str]) -> str:
        """Which of these has the best mean score on validation; ``""``: no record says."""
        results = self.part(part)
        turned = {t.name: t.turned for t in results.tasks}
        groups = {a: results.groups.get((task, a)) for a in architectures}
        means = {a: g.validation for a, g in groups.items() if g and g.validation is not None}
        return max(means, key=lambda a: turned[task](means[a]), default="")

    def measured(self, part: PartName, task: str, architecture: str) -> dict[int, dict[str, Any]]:
        """What a probe measured."""
        cells = self.cells(part, task, architecture)
        return {c.seed: c.record.measured for c in cells if c.record and c.ok and c.record.measured}

    def updates(
        self, part: PartName, task: str, architecture: str
    ) -> dict[int, dict[str, np.ndarray]]:
        """``loss``, ``norm`` of the gradient before clipping and, where examples are watched, their
        loss as ``watched``: an array with one number an update; of trainings that diverged too."""
        cells = self.cells(part, task, architecture)
        by_seed = {c.seed: dict(self.read_updates(c.id)) for c in cells if c.record}
        return {seed: arrays for seed, arrays in by_seed.items() if arrays}

    def horizon(self, part: PartName, task: str, architecture: str) -> Horizon:
        """The memory horizon on a task, given by its name alone."""
        planned = self.results.parts.get(part if isinstance(part, str) else part.name)
        return horizon(planned, task, architecture) if planned else Horizon()

    def _task_key(self, part: PartName, task: str) -> Mapping[str, Any]:
        """As a record has it, if there is any: it knows most of its task."""
        cells = [cell for cell in self.part(part).cells if cell.task == task]
        return min(cells, key=lambda cell: cell.record is None).task_key


def gather(store: Store, name: str | None = None) -> Evidence:
    """The evidence in a store; raises UserError where the matrix was never run there."""
    return Evidence(read(store, name), store.updates)
