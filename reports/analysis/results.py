"""The records of one matrix, arranged for reading: cells, groups of seeds, tasks, parts."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from harness.experiment.record import FINE, PENDING, Outcome
from harness.experiment.store import Store
from reports.analysis.cells import Cell, Group, finite

BASELINE = "baseline"
"""The column where each task's baseline stands."""


@dataclass(frozen=True)
class TaskInfo:
    """What the records say about a task. Empty where no cell of it has run."""

    name: str
    slug: str
    problem: str = ""
    causal: bool = False
    metric: str = ""
    unit: str = ""
    higher_is_better: bool = True
    floor: float | None = None
    ceiling: float | None = None
    ceiling_is_ideal: bool = False
    references: dict[str, float] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    test_examples: int | None = None
    test_is_whole: bool = False

    def turned(self, score: float | None) -> float:
        """A score so that higher is better; the lowest of all where there is none."""
        return -math.inf if score is None else score if self.higher_is_better else -score


@dataclass(frozen=True)
class Results:
    """One matrix: its plan, and everything that has come of it so far."""

    plan: dict[str, Any]
    cells: tuple[Cell, ...]
    store: Store
    parts: "dict[str, Part]" = field(default_factory=dict)
    """The matrix's parts by name, which have cells of their own."""
    corrupted: tuple[str, ...] = ()
    """Messages about records that could not be read just now; their cells count as pending."""
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
    def tasks(self) -> tuple[TaskInfo, ...]:
        """What is known of each task, in the order of the plan."""
        named = slugs(dict.fromkeys(c.task for c in self.cells))
        return tuple(_task(name, slug, self.of_task[name]) for name, slug in named.items())

    @cached_property
    def of_task(self) -> dict[str, tuple[Cell, ...]]:
        """The matrix's own cells by task."""
        found: dict[str, list[Cell]] = {}
        for cell in self.cells:
            found.setdefault(cell.task, []).append(cell)
        return {task: tuple(cells) for task, cells in found.items()}

    @cached_property
    def baselines(self) -> tuple[str, ...]:
        """Those that any of the others should beat; none where there are no others."""
        planned = dict.fromkeys(c.architecture for c in self.cells)
        known = {c.architecture for c in self.cells if c.record and c.record.baseline}
        return tuple(a for a in planned if a in known and len(known) < len(planned))

    @cached_property
    def architectures(self) -> tuple[str, ...]:
        """Those that are compared, in the order of the plan: all but the baselines."""
        planned = dict.fromkeys(c.architecture for c in self.cells)
        return tuple(a for a in planned if a not in self.baselines)

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        """All that were planned."""
        return tuple(sorted({c.seed for c in self.cells}))

    @cached_property
    def environments(self) -> dict[str, dict[str, Any]]:
        """The machines that cells ran on, by the name in their records."""
        names = sorted({c.record.environment for c in self.all_cells if c.record} - {""})
        return {name: self.store.environment(name) for name in names}

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
            groups = {b: self.groups.get((task.name, b)) for b in self.baselines}
            scored = {b: task.turned(g.validation) for b, g in groups.items() if g and g.score.n}
            if scored:
                best[task.name] = max(scored, key=lambda b: scored[b])
        return best

    @cached_property
    def controls(self) -> "list[tuple[TaskInfo, TaskInfo | None]]":
        """Each task of the user's own with a record, and with its control row: the same task with
        the order of steps shuffled; None where that was not planned."""
        rows: dict[str, dict[str, TaskInfo]] = {}
        for task in self.tasks:
            records = [c.record for c in self.of_task[task.name] if c.record]
            if records and records[0].facts:
                key = {"name": "", "parameters": {}} | records[0].key.get("task", {})
                others = {k: v for k, v in key["parameters"].items() if k != "order"}
                row = rows.setdefault(f"{key['name']} {sorted(others.items())}", {})
                row[key["parameters"].get("order", "kept")] = task
        return [(row["kept"], row.get("shuffled")) for row in rows.values() if "kept" in row]

    @cached_property
    def without_controls(self) -> "Results":
        """The results but for control rows, which are no tasks to be good at."""
        names = {control.name for _, control in self.controls if control}
        kept = tuple(c for c in self.cells if c.task not in names)
        return replace(self, cells=kept) if names else self

    @property
    def only_user_data(self) -> bool:
        """Whether there are tasks of the user's own, and no others."""
        return 0 < len(self.controls) == len(self.without_controls.tasks)

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
        groups = {
            name: group
            for name in (*self.architectures, *self.baselines)
            if (group := self.groups.get((task.name, name)))
            and not (name in self.baselines and all(c.refused for c in group.cells))
        }
        order = sorted(groups, key=lambda name: -task.turned(groups[name].score.mean))
        return {name: groups[name] for name in order}

    @cached_property
    def counts(self) -> dict[str, int]:
        """Cells by outcome: ok first, then the others that occur, pending last."""
        numbers = Counter(c.outcome for c in self.all_cells)
        order = [*map(str, Outcome), PENDING]
        return {o: numbers[o] for o in order if numbers[o] or o == Outcome.OK}

    @cached_property
    def answers(self) -> tuple[Cell, ...]:
        """Cells of parts that ask whether training diverges, and that did."""
        asked = [c for part in self.parts.values() if part.may_diverge for c in part.results.cells]
        return tuple(c for c in asked if c.outcome == Outcome.DIVERGED)

    @cached_property
    def failures(self) -> tuple[Cell, ...]:
        """Cells that ran and did not end well; not those that diverged where that is an answer."""
        fine = {*FINE, PENDING}
        return tuple(c for c in self.all_cells if c.outcome not in fine and c not in self.answers)


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
    rows = [row for row in plan["cells"] if row["kind"] != "trial"]
    records = {name: store.get(name) for name in dict.fromkeys(row["id"] for row in rows)}
    by_part: dict[str, dict[str, Cell]] = {}
    for row in rows:
        names = row["id"], row["task"], row["architecture"], row["seed"]
        cell = Cell(*names, records[row["id"]], row.get("lag"), store)
        by_part.setdefault(row.get("part", ""), {})[cell.id] = cell
    cells = {part: tuple(of.values()) for part, of in by_part.items()}
    parts = {
        part["name"]: Part(
            part["name"],
            part["probe"],
            Results(plan, cells.get(part["name"], ()), store),
            tuple(part["lags"]) if part["probe"] == "horizon" else (),
            part.get("may_diverge", False),
        )
        for part in plan.get("parts", [])
    }
    return Results(plan, cells.get("", ()), store, parts, tuple(store.corrupted[before:]))


def slugs(names: Iterable[str]) -> dict[str, str]:
    """A distinct word for each name, fit for an anchor or a file name."""
    given: dict[str, str] = {}
    for name in names:
        word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "x"
        tried = (word, *(f"{word}-{count}" for count in range(2, len(given) + 2)))
        given[name] = next(slug for slug in tried if slug not in given.values())
    return given


def _task(name: str, slug: str, cells: Iterable[Cell]) -> TaskInfo:
    """An ok record knows most of a task, a refused or failed one less."""
    records = [c.record for c in cells if c.record]
    if not records:
        return TaskInfo(name, slug)
    records.sort(key=lambda r: (r.outcome != Outcome.OK, not r.metric))
    first = records[0]
    said = ("problem", "causal", "metric", "unit", "higher_is_better", "ceiling_is_ideal",
            "test_examples", "test_is_whole")  # fmt: skip
    return TaskInfo(
        name,
        slug,
        **{of: getattr(first, of) for of in said},
        floor=next((r.floor for r in records if finite(r.floor) is not None), None),
        ceiling=next((r.ceiling for r in records if finite(r.ceiling) is not None), None),
        references={k: v for k, v in first.references.items() if finite(v) is not None},
        tags=tuple(next((r.tags for r in records if r.tags), ())),
    )
