"""What a cell will cost, learned from the records of cells like it; and which is to run first.

The seconds of a cell are those of its updates and the rest: its data, its scores. An update is
taken to be 6 x batch x length x parameters operations: two a weight and a step forward, four
backward (Kaplan et al. 2020, section 2.1). How long an operation takes is measured, on cells as
like as there are; so what the rule says of a single architecture plays no part, only what it says
of more steps, longer sequences, larger batches.

What was measured on other machines, and the rates that come with Harness, are scaled to this
machine by what was measured on both.
"""

import functools
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from harness.experiment.cell import Cell
from harness.experiment.rates import LENGTH, RATES
from harness.experiment.record import Outcome, Record
from harness.experiment.registry import Spec, architecture_declarations, make_task
from harness.experiment.store import Store
from tasks.task import Synthetic

TELLING = (Outcome.OK, Outcome.DIVERGED, Outcome.TIMEOUT)
"""Outcomes of cells that ran as long as such cells run."""
REST = 0.5
"""Seconds of a cell beside its updates, while no record says."""
SAMPLE = 2000
"""Records that are read at most: a second's worth."""
ALL = float("inf")
"""Updates of a training that was not stopped before its cap."""

Key = tuple[str | int | float, ...]
Times = Mapping[Key, list[float]]
SHIPPED: Times = {("update", "", name): [rate] for name, rate in RATES.items()}


class Costs:
    """Predicts the seconds of cells on one core, and learns from records as they come.

    here: the name of this machine. machines: names by what records call their environment.
    """

    def __init__(
        self,
        records: Iterable[Record] = (),
        here: str = "",
        machines: Mapping[str, str] | None = None,
    ):
        self._here, self._machines = here, machines or {}
        self._times: dict[str, dict[Key, list[float]]] = {here: defaultdict(list)}
        self._updates: dict[Key, list[float]] = defaultdict(list)
        self._lengths: dict[str, int] = {}
        self._known: dict[Key, float] = {}
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """Learn from one more record."""
        total = record.seconds.get("total")
        if total is None or record.outcome not in TELLING:
            return
        if record.longest:
            self._lengths[record.task] = record.longest
        budget, pair = record.key["budget"], (record.probe, record.task, record.architecture)
        machine = self._machines.get(record.environment, self._here)
        times = self._times.setdefault(machine, defaultdict(list))
        times["total", *pair, budget["steps"], operations(budget)].append(total)
        alike = _alike(*pair, record.key["architecture"]["name"], record.problem)
        training = record.seconds.get("training", 0.0) if record.steps else 0.0
        for place, likeness in enumerate(alike):
            times["rest", *likeness].append(total - training)
            if training:
                length = self._lengths.get(record.task, LENGTH) if place else 1
                work = record.steps * operations(budget) * length
                times["update", *likeness].append(training / work)
        if record.steps:
            early = record.stopped not in ("", "steps")
            for key in (pair, pair[:2]):
                self._updates[key].append(record.steps if early else ALL)
        self._known.clear()

    def predict(self, cell: Cell) -> float:
        """Seconds that the cell will take."""
        pair = cell.probe, cell.task.label, cell.architecture.label
        key = ("total", *pair, cell.budget.steps, operations(vars(cell.budget)))
        if key not in self._known:
            same = 0.0 if cell.refusal else self._measured([key])
            self._known[key] = self._put_together(cell, pair) if same is None else same
        return self._known[key]

    def remaining(self, cells: Iterable[Cell]) -> float:
        """Seconds that some cells will take together."""
        return sum(map(self.predict, cells))

    def rates(self) -> dict[str, float]:
        """Seconds an operation, as measured here, by architecture."""
        here, kind = self._times[self._here], ("update", "")
        return {str(k[2]): statistics.median(v) for k, v in here.items() if k[:-1] == kind}

    def _put_together(self, cell: Cell, pair: tuple[str, str, str]) -> float:
        """From what is known of cells that are like it, though not the same."""
        alike = _alike(*pair, cell.architecture.name, str(make_task(cell.task).problem))
        rest = self._measured([("rest", *likeness) for likeness in alike])
        rest = REST if rest is None else rest
        if not architecture_declarations()[cell.architecture.name].facts["neural"]:
            return rest
        cap = cell.budget.steps
        stops = self._updates.get(pair) or self._updates.get(pair[:2]) or [ALL]
        work = statistics.median(min(s, cap) for s in stops) * operations(vars(cell.budget))
        rate = self._measured([("update", *alike[0])])
        if rate is None:
            work *= self._lengths.get(cell.task.label) or length_of(cell.task)
            rate = self._measured([("update", *likeness) for likeness in alike[1:]], SHIPPED)
        return rest + work * (statistics.median(RATES.values()) if rate is None else rate)

    def _measured(self, keys: list[Key], *more: Times) -> float | None:
        """The median of the first key of which something is known, here or else elsewhere."""
        here = self._times[self._here]
        elsewhere = [times for name, times in self._times.items() if name != self._here]
        for key in keys:
            if here.get(key):
                return statistics.median(here[key])
            for times in (*elsewhere, *more):
                if times.get(key):
                    return statistics.median(times[key]) * _slower(here, times)
        return None


def learned(store: Store, here: Mapping[str, Any]) -> Costs:
    """What the records of a store tell; of many a sample, their names being random.

    here: the description of this machine, as in ``environment.describe``.
    """
    machines = {name: _machine(store.environment(name)) for name in store.environments()}
    records = (store.get(cell) for cell in store.ids()[:SAMPLE])
    return Costs((r for r in records if r), _machine(here), machines)


def _machine(description: Mapping[str, Any]) -> str:
    return " ".join(str(description.get(name)) for name in ("processor", "cores", "device"))


def longest_first(
    cells: Iterable[Cell], predict: Callable[[Cell], float], first: int
) -> list[Cell]:
    """The order in which cells are started: those that take longest first, so that at the end no
    worker is left alone with a long one (Graham 1969).

    The first seed comes before the others all the same, so that a run that is stopped early has
    something of everything. What is alike in both stays in order, beside its task's others.
    """
    return sorted(cells, key=lambda cell: (cell.seed != first, -predict(cell)))


def operations(budget: Mapping[str, Any]) -> float:
    """Floating-point operations of one update, for one step of a sequence."""
    match = budget.get("match", "parameters")
    if match == "flops":
        return float(budget["flops"]) / LENGTH
    size = budget["parameters"] if match == "parameters" else 4 * budget["width"] ** 2
    return 6.0 * budget["batch"] * size


def _alike(probe: str, task: str, label: str, name: str, problem: str) -> tuple[Key, ...]:
    """By what cells are alike, the most alike first: the same architecture on the same task; its
    family on a problem of the same structure; its family; the family, and scored."""
    return (probe, task, label), (probe, name, problem), (probe, name), ("", name)


def _slower(here: Times, there: Times) -> float:
    """How much longer the same takes here, by what was measured on both; 1 if nothing was."""
    both = [(here[key], times) for key, times in there.items() if here.get(key)]
    ratios = [statistics.median(ours) / statistics.median(theirs) for ours, theirs in both]
    return statistics.median(ratios or [1.0])


@functools.cache
def length_of(task: Spec) -> int:
    """Steps of a task's sequences, of some that are drawn; no data is opened for it."""
    made = make_task(task)
    if not isinstance(made, Synthetic):
        return LENGTH
    return int(made.draw(np.random.default_rng(0), 8).lengths.max())
