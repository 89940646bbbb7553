"""What the records say of tasks of the user's own: which architecture this data needs.

Two architectures are told apart here if their intervals over seeds do not overlap and the mean
of their differences over the test examples has a 95 % interval without zero (Student's t; scores
averaged over seeds first). With one seed only the second is asked, without stored scores of
examples only the first. Test examples that overlap, as windows of a series do, make the second
interval too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from harness.store import Store
from reports import formats
from reports.formats import listed, plural
from reports.ranking import standing
from reports.results import Group, Results, TaskInfo
from reports.statistics import Summary, separated, summarize


@dataclass(frozen=True)
class Own:
    """One task of the user's own."""

    task: TaskInfo
    control: TaskInfo | None
    """The same with the order of steps shuffled, where it was planned."""
    facts: dict[str, str]
    sentences: list[str]
    metric: str
    rows: list[dict[str, Any]]
    """One for each architecture with a score, best first."""


def read(store: Store, results: Results) -> list[Own]:
    """All tasks of the user's own in a matrix; empty where there are none with a record."""
    return [_Judge(store, results, task, control).own() for task, control in _pairs(results)]


def without_controls(results: Results) -> Results:
    """The results but for control rows, which are no tasks to be good at."""
    names = {control.name for _, control in _pairs(results) if control}
    if not names:
        return results
    return replace(
        results,
        cells=tuple(c for c in results.cells if c.task not in names),
        tasks=tuple(t for t in results.tasks if t.name not in names),
    )


def _pairs(results: Results) -> list[tuple[TaskInfo, TaskInfo | None]]:
    """Each task of the user's own with its control row."""
    rows: dict[tuple[str, str], dict[str, TaskInfo]] = {}
    for task in results.tasks:
        record = next((c.record for c in results.cells if c.task == task.name and c.record), None)
        if record and record.facts:
            told = record.key.get("task", {})
            parameters = dict(told.get("parameters", {}))
            order = parameters.pop("order", "kept")
            rows.setdefault((told.get("name", ""), str(sorted(parameters.items()))), {})[order] = (
                task
            )
    return [(row["kept"], row.get("shuffled")) for row in rows.values() if "kept" in row]


class _Judge:
    """Everything that is asked of one task."""

    def __init__(self, store: Store, results: Results, task: TaskInfo, control: TaskInfo | None):
        self.store, self.results, self.task, self.control = store, results, task, control
        order, shuffled = standing(results, task), control and standing(results, control)
        self.order = order.order if order else ()
        self.shuffled = shuffled.order if shuffled else ()
        self.baseline = results.best_baselines.get(task.name)
        scores = [c.score for c in results.cells if c.task in self._names]
        self.text = formats.scores_of(task, [task.floor, *scores])
        cells = [c for c in results.cells if c.task == task.name and c.record]
        self.facts = next((c.record.facts for c in cells if c.record and c.record.facts), {})

    @property
    def _names(self) -> tuple[str, ...]:
        return (self.task.name, self.control.name) if self.control else (self.task.name,)

    def own(self) -> Own:
        sentences = [self._needed(), self._scores(), self._cheapest(), self._order()]
        metric = formats.metric(self.task)
        found = [sentence for sentence in sentences if sentence]
        return Own(self.task, self.control, self.facts, found, metric, self._rows())

    # -- sentences --------------------------------------------------------------------------

    def _needed(self) -> str:
        """Whether a sequence model is needed at all, or anything."""
        name = self.task.name
        if not self._known:
            return f"No architecture has a score on {name} yet."
        best = self._group(min(self._known, key=self._loss))
        if (best.skill.mean or 0) <= 0 or (best.skill.low is not None and best.skill.low <= 0):
            return f"Nothing is shown to beat the best trivial predictor on {name}."
        if not self.order:
            return f"Only a baseline, {self.baseline}, has a score on {name}."
        first, base = self.order[0], self.baseline
        if not base:
            return f"Whether {name} needs a sequence model is open: no baseline was run beside it."
        if self._loss(first) >= self._loss(base):
            return (
                f"{name} is not shown to need a sequence model: none does better than the "
                f"baseline {base}."
            )
        if self._apart(self._group(first), self._group(base)):
            return f"{name} needs a sequence model: {first} does better than the baseline {base}."
        return (
            f"{name} is not shown to need a sequence model: the best, {first}, is not told apart "
            f"from the baseline {base}."
        )

    def _scores(self) -> str:
        """The scores that this rests on."""
        if not self._known:
            return ""
        top = self._group(self._known[0])
        interval = " with 95 % intervals" if top.score.half is not None else ", so no intervals"
        trivial = self.facts.get("trivial", "").split(";")[0]
        told = [f"{a} {self._told(a)}" for a in self._known]
        floor = f"the best trivial predictor {self.text(self.task.floor)}"
        return (
            f"Scores are {formats.metric(self.task)} ({formats.direction(self.task)}) on "
            f"{self._tested(top)}, means of {plural(top.score.n, 'seed')}{interval}: "
            f"{listed([*told, floor])}{f' ({trivial})' if trivial else ''}."
        )

    @property
    def _known(self) -> list[str]:
        """The best architecture and the best baseline, as far as there are any."""
        return [*self.order[:1], *([self.baseline] if self.baseline else [])]

    def _cheapest(self) -> str:
        """The best architecture, and the cheapest that is not shown to be worse."""
        if not self.order:
            return ""
        first, group = self.order[0], self._group(self.order[0])
        start = f"The best architecture is {first}, {self._told(first)}"
        near = [a for a in self.order[1:] if not self._apart(group, self._group(a))]
        if not near:
            alone = (
                "it is the only one" if len(self.order) == 1 else "it is told apart from all others"
            )
            return f"{start}; {alone}. {self._cost(first)}".strip()
        cheap = min([first, *near], key=self._seconds)
        others = listed(f"{a} ({self._told(a)})" for a in near)
        end = f"the cheapest of these is {cheap}" if cheap != first else "it is also the cheapest"
        costs = [self._cost(cheap)] + ([self._cost(first)] if cheap != first else [])
        return f"{start}; not told apart from it: {others}; {end}. {' '.join(costs)}".strip()

    def _order(self) -> str:
        """What is lost when the order of steps is shuffled."""
        if not self.control or not self.order:
            told = self.facts.get("control row", "")
            return (
                f"Whether order matters was not asked: {told}." if told.startswith("none") else ""
            )
        if not self.shuffled:
            return "The control row, with the order shuffled, has no score yet."
        kept, mixed = self._group(self.order[0]), self._group(self.shuffled[0], self.control)
        beyond = ""
        if "difference to the last value" in self.facts.get("trivial", ""):
            beyond = " beyond the last value, which every row is told"
        pair = (
            f"with the steps in random order the best, {self.shuffled[0]}, has "
            f"{self._told(self.shuffled[0], self.control)}, in their own order {self.order[0]} has "
            f"{self._told(self.order[0])}"
        )
        lost = self._loss(self.shuffled[0], self.control) - self._loss(self.order[0])
        if not self._apart(kept, mixed):
            return f"Order is not shown to carry anything{beyond}: not told apart, {pair}."
        if lost > 0:
            return f"Order carries something{beyond}: {pair}."
        return f"Order carries nothing that was found{beyond}, and its loss does good: {pair}."

    # -- what they are made of ----------------------------------------------------------------

    def _group(self, architecture: str, task: TaskInfo | None = None) -> Group:
        return self.results.groups[(task or self.task).name, architecture]

    def _told(self, architecture: str, task: TaskInfo | None = None) -> str:
        score = self._group(architecture, task).score
        return self.text(score.mean) + ("" if score.half is None else f" ±{self.text(score.half)}")

    def _loss(self, architecture: str, task: TaskInfo | None = None) -> float:
        mean = self._group(architecture, task).score.mean
        assert mean is not None
        return -mean if self.task.higher_is_better else mean

    def _seconds(self, architecture: str) -> float:
        return self._group(architecture).mean_of("training") or 0.0

    def _cost(self, architecture: str) -> str:
        group = self._group(architecture)
        spent, size = group.mean_of("training"), group.mean_of("parameters")
        if spent is None or size is None:
            return ""
        return (
            f"{architecture} takes {formats.seconds(spent)} of training and "
            f"{formats.number(size)} parameters."
        )

    def _tested(self, group: Group) -> str:
        examples = self._per_example(group)
        many = len(next(iter(examples.values()))[0]) if examples else 0
        return plural(many, "test example") if many else "the test split"

    def _per_example(self, group: Group) -> dict[int, Any]:
        """Score and weight of each test example, by seed."""
        found = {}
        for cell in group.cells:
            arrays = {} if cell.hole else self.store.per_example(cell.id)
            if {"score", "weight"} <= arrays.keys():
                found[cell.seed] = arrays["score"], arrays["weight"]
        return found

    def _differences(self, one: Group, other: Group) -> Summary:
        """Mean difference of scores over test examples; empty where they are not stored."""
        import numpy as np

        means = []
        for group in (one, other):
            arrays = self._per_example(group).values()
            if not arrays:
                return Summary()
            score = np.mean([score for score, _ in arrays], 0)
            means.append(score / np.mean([weight for _, weight in arrays]))
        if means[0].shape != means[1].shape:
            return Summary()
        return summarize(means[0] - means[1])

    def _apart(self, one: Group, other: Group) -> bool:
        found = self._differences(one, other)
        known = found.low is not None and found.high is not None
        over_examples = known and (found.low > 0 or found.high < 0)  # type: ignore[operator]
        if one.score.half is None or other.score.half is None:
            return over_examples
        return separated(one.score, other.score) and (over_examples or not known)

    def _rows(self) -> list[dict[str, Any]]:
        rows = []
        known = [a for a in (*self.order, *self.results.baselines) if self._has(a, self.task)]
        for architecture in sorted(known, key=self._loss):
            control = (
                self.control if self.control and self._has(architecture, self.control) else None
            )
            rows.append(
                {
                    "architecture": architecture,
                    "baseline": architecture in self.results.baselines,
                    "kept": self._told(architecture),
                    "shuffled": self._told(architecture, control) if control else "",
                    "skill": formats.skill_with_spread(self._group(architecture).skill),
                    "seconds": formats.seconds(self._seconds(architecture)),
                    "parameters": formats.number(self._group(architecture).mean_of("parameters")),
                }
            )
        return rows

    def _has(self, architecture: str, task: TaskInfo) -> bool:
        group = self.results.groups.get((task.name, architecture))
        return group is not None and group.score.mean is not None
