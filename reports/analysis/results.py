"""The records of one matrix, arranged for reading: cells, groups of seeds, tasks, parts."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from harness.experiment.record import PENDING, Outcome, Record
from harness.experiment.store import Store
from reports.analysis.cells import Cell, Group, finite

BASELINE = "baseline"
"""The column where each task's baseline stands."""
FIRST = ("problem", "metric", "unit", "higher_is_better", "ceiling_is_ideal")
"""What the first of a task's records says of it."""


@dataclass(frozen=True)
class TaskInfo:
    """What the records say about a task. Empty where no cell of it has run."""

    name: str
    slug: str
    problem: str = ""
    metric: str = ""
    unit: str = ""
    higher_is_better: bool = True
    floor: float | None = None
    ceiling: float | None = None
    ceiling_is_ideal: bool = False
    references: dict[str, float] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Results:
    """One matrix: its plan, and everything that has come of it so far."""

    plan: dict[str, Any]
    cells: tuple[Cell, ...]
    tasks: tuple[TaskInfo, ...]
    architectures: tuple[str, ...]
    """Those that are compared, in the order of the plan: all but the baselines."""
    baselines: tuple[str, ...]
    """Those that any of the others should beat; none where there are no others."""
    seeds: tuple[int, ...]
    environments: dict[str, dict[str, Any]]
    corrupted: tuple[str, ...]
    """Messages about records that could not be read just now; their cells count as pending."""
    parts: dict[str, Part] = field(default_factory=dict)
    """The matrix's parts by name, which have cells of their own."""
    standings: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `reports.analysis.difference.standing` says, by task: it is asked for often."""

    @property
    def name(self) -> str:
        """The matrix's."""
        return self.plan["matrix"]

    @property
    def probe(self) -> bool:
        """Whether ``harness probe`` made the matrix, which is about one thing alone."""
        return self.name.startswith("probe-")

    @cached_property
    def all_cells(self) -> tuple[Cell, ...]:
        """The matrix's own cells and those of its parts, each once."""
        cells = [*self.cells, *(c for part in self.parts.values() for c in part.results.cells)]
        return tuple({c.id: c for c in cells}.values())

    @cached_property
    def groups(self) -> dict[tuple[str, str], Group]:
        """Groups by task and architecture; pairs that were never planned are absent."""
        by_pair: dict[tuple[str, str], list[Cell]] = {}
        for cell in self.cells:
            by_pair.setdefault((cell.task, cell.architecture), []).append(cell)
        return {pair: Group(tuple(cells)) for pair, cells in by_pair.items()}

    @cached_property
    def best_baselines(self) -> dict[str, str]:
        """By task, the baseline that did best on validation, among those with a test score."""
        best = {}
        for task in self.tasks:
            sign = 1 if task.higher_is_better else -1
            scored = {
                b: -math.inf if g.validation is None else sign * g.validation
                for b in self.baselines
                if (g := self.groups.get((task.name, b))) and g.score.mean is not None
            }
            if scored:
                best[task.name] = max(scored, key=lambda b: scored[b])
        return best

    @property
    def columns(self) -> tuple[str, ...]:
        """The architectures, and before them the one column of the baselines, if there are any."""
        return (BASELINE, *self.architectures) if self.baselines else self.architectures

    def column(self, task: str, name: str) -> Group | None:
        """What stands in a task's row and a column: the seeds of the architecture or of the best
        baseline; where none has a score, the cells of all baselines; None if never planned."""
        if name != BASELINE or not self.baselines:
            return self.groups.get((task, name))
        if best := self.best_baselines.get(task):
            return self.groups[task, best]
        cells = [c for b in self.baselines if (task, b) in self.groups
                 for c in self.groups[task, b].cells]  # fmt: skip
        return Group(tuple(cells)) if cells else None

    def scored(self, task: TaskInfo) -> dict[str, Group]:
        """The architectures and baselines of a task, best mean first, those without a score last.
        Baselines that do not apply are left to the table of holes."""
        sign = -1 if task.higher_is_better else 1
        places = {
            name: math.inf if group.score.mean is None else sign * group.score.mean
            for name in (*self.architectures, *self.baselines)
            if (group := self.groups.get((task.name, name)))
            and not (name in self.baselines and all(c.refused for c in group.cells))
        }
        return {n: self.groups[task.name, n] for n in sorted(places, key=lambda n: places[n])}

    @cached_property
    def counts(self) -> dict[str, int]:
        """Cells by outcome: ok first, then the others that occur, pending last."""
        numbers = Counter(c.outcome for c in self.all_cells)
        order = [*(str(o) for o in Outcome), PENDING]
        return {o: numbers[o] for o in order if numbers[o] or o == Outcome.OK}

    @property
    def pending(self) -> int:
        """Cells that have not run yet."""
        return self.counts.get(PENDING, 0)

    @cached_property
    def failures(self) -> tuple[Cell, ...]:
        """Cells that ran and did not end well; not those that diverged where that is an answer."""
        answers = {cell.id for cell in self.answers}
        return tuple(
            c for c in self.all_cells if c.record is not None and not c.fine and c.id not in answers
        )

    @cached_property
    def answers(self) -> tuple[Cell, ...]:
        """Cells of parts that ask whether training diverges, and that did."""
        return tuple(
            cell
            for part in self.parts.values()
            if part.may_diverge
            for cell in part.results.cells
            if cell.outcome == Outcome.DIVERGED
        )


@dataclass(frozen=True)
class Part:
    """Cells beside the matrix's own, planned for a question of their own."""

    name: str
    probe: str
    """horizon, a probe's name, or nothing: see ``harness.experiment.matrix.Part``"""
    results: Results
    lags: tuple[int, ...] = ()
    """Where a horizon is sought: the dependency lengths that would be tried."""
    may_diverge: bool = False
    """A training that diverges is an answer here, and no failure."""


def read(store: Store, matrix: str | None = None) -> Results:
    """Read a matrix from the store, each record once; raises UserError when it is unknown."""
    plan = store.plan(matrix)
    before = len(store.corrupted)
    records: dict[str, Record | None] = {}
    by_part: dict[str, dict[str, Cell]] = {}
    for row in plan["cells"]:
        if row["kind"] == "trial":
            continue
        if row["id"] not in records:
            records[row["id"]] = store.get(row["id"])
        pair = row["task"], row["architecture"]
        cell = Cell(row["id"], *pair, row["seed"], records[row["id"]], row.get("lag"), store)
        by_part.setdefault(row.get("part", ""), {})[cell.id] = cell
    corrupted = tuple(store.corrupted[before:])
    parts = {
        part["name"]: Part(
            part["name"],
            part["probe"],
            _results(store, plan, tuple(by_part.get(part["name"], {}).values()), ()),
            tuple(part["lags"]) if part["probe"] == "horizon" else (),
            part.get("may_diverge", False),
        )
        for part in plan.get("parts", [])
    }
    return _results(store, plan, tuple(by_part.get("", {}).values()), corrupted, parts)


def _results(
    store: Store,
    plan: dict[str, Any],
    cells: tuple[Cell, ...],
    corrupted: tuple[str, ...],
    parts: dict[str, Part] | None = None,
) -> Results:
    every = [*cells, *(c for part in (parts or {}).values() for c in part.results.cells)]
    names = sorted({c.record.environment for c in every if c.record and c.record.environment})
    architectures = tuple(dict.fromkeys(c.architecture for c in cells))
    known = {c.architecture for c in cells if c.record and c.record.baseline}
    baselines = tuple(a for a in architectures if a in known and len(known) < len(architectures))
    return Results(
        plan=plan,
        cells=cells,
        tasks=_tasks(cells),
        architectures=tuple(a for a in architectures if a not in baselines),
        baselines=baselines,
        seeds=tuple(sorted({c.seed for c in cells})),
        environments={name: store.environment(name) for name in names},
        corrupted=corrupted,
        parts=parts or {},
    )


def slugs(names: Iterable[str]) -> dict[str, str]:
    """A distinct word for each name, fit for an anchor or a file name."""
    given: dict[str, str] = {}
    for name in names:
        word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "x"
        slug, count = word, 1
        while slug in given.values():
            count += 1
            slug = f"{word}-{count}"
        given[name] = slug
    return given


def _tasks(cells: tuple[Cell, ...]) -> tuple[TaskInfo, ...]:
    """What is known of each task. An ok record knows most, a refused or failed one less."""
    named = slugs(dict.fromkeys(c.task for c in cells))
    infos = []
    for name, slug in named.items():
        records = [c.record for c in cells if c.task == name and c.record is not None]
        records.sort(key=lambda r: (r.outcome != Outcome.OK, not r.metric))
        if not records:
            infos.append(TaskInfo(name, slug))
            continue
        said = {field: getattr(records[0], field) for field in FIRST}
        references = {k: v for k, v in records[0].references.items() if finite(v) is not None}
        infos.append(
            TaskInfo(
                name,
                slug,
                **said,
                floor=next((r.floor for r in records if finite(r.floor) is not None), None),
                ceiling=next((r.ceiling for r in records if finite(r.ceiling) is not None), None),
                references=references,
                tags=tuple(next((r.tags for r in records if r.tags), ())),
            )
        )
    return tuple(infos)
