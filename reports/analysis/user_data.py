"""What the records say of tasks of the user's own: which architecture this data needs.

Whether two architectures differ is decided in `difference.py`. What is judged here of one task is
the ground of `reports.analysis.advice`, for any task.
"""

from __future__ import annotations

from dataclasses import replace

from reports import formats
from reports.analysis.difference import Difference, beats_floor, difference, standing
from reports.analysis.results import Group, Results, TaskInfo
from reports.formats import listed, plural


def read(results: Results) -> list[Judge]:
    """All tasks of the user's own in a matrix; empty where there are none with a record."""
    return [Judge(results, task, control) for task, control in controls(results)]


def without_controls(results: Results) -> Results:
    """The results but for control rows, which are no tasks to be good at."""
    names = {control.name for _, control in controls(results) if control}
    if not names:
        return results
    return replace(
        results,
        cells=tuple(c for c in results.cells if c.task not in names),
        tasks=tuple(t for t in results.tasks if t.name not in names),
    )


def controls(results: Results) -> list[tuple[TaskInfo, TaskInfo | None]]:
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


class Judge:
    """Everything that is asked of one task."""

    def __init__(self, results: Results, task: TaskInfo, control: TaskInfo | None):
        self.results, self.task, self.control = results, task, control
        self.standing, shuffled = standing(results, task), control and standing(results, control)
        self.order = self.standing.order if self.standing else ()
        self.shuffled = shuffled.order if shuffled else ()
        self.baseline = results.best_baselines.get(task.name)
        scores = [c.score for c in results.cells if c.task in self._names]
        self.text = formats.scores_of(task, [task.floor, *scores])
        cells = [c for c in results.cells if c.task == task.name and c.record]
        self.facts = next((c.record.facts for c in cells if c.record and c.record.facts), {})

    @property
    def _names(self) -> tuple[str, ...]:
        return (self.task.name, self.control.name) if self.control else (self.task.name,)

    @property
    def sentences(self) -> list[str]:
        """Whether anything is needed, the scores that it rests on, the cheapest, the order."""
        found = [self._needed(), self._scores(), self._cheapest(), self._order()]
        return [sentence for sentence in found if sentence]

    # -- the judgement ----------------------------------------------------------------------

    @property
    def against(self) -> dict[str, Difference]:
        """The best architecture minus each other one with a score, and minus the best baseline."""
        return self.standing.differences if self.standing else {}

    @property
    def near(self) -> list[str]:
        """The other architectures that are not shown to differ from the best."""
        return [a for a in self.order[1:] if not self.against[a].differs]

    @property
    def known(self) -> list[str]:
        """The best architecture and the best baseline, as far as there are any."""
        return [*self.order[:1], *([self.baseline] if self.baseline else [])]

    @property
    def trivial(self) -> bool:
        """Whether the better of these is not shown to beat the best trivial predictor."""
        return not beats_floor(self.group(min(self.known, key=self.loss)).skill)

    # -- sentences --------------------------------------------------------------------------

    def _needed(self) -> str:
        """Whether a sequence model is needed at all, or anything."""
        name = self.task.name
        if not self.known:
            return f"No architecture has a score on {name} yet."
        if self.trivial:
            return f"Nothing is shown to beat the best trivial predictor on {name}."
        if not self.order:
            return f"Only a baseline, {self.baseline}, has a score on {name}."
        first, base = self.order[0], self.baseline
        if not base:
            return f"Whether {name} needs a sequence model is open: no baseline was run beside it."
        if self.loss(first) >= self.loss(base):
            return (
                f"{name} is not shown to need a sequence model: none does better than the "
                f"baseline {base}."
            )
        if self.against[base].differs:
            return f"{name} needs a sequence model: {first} does better than the baseline {base}."
        return (
            f"{name} is not shown to need a sequence model: the best, {first}, is not shown to "
            f"differ from the baseline {base}."
        )

    def _scores(self) -> str:
        """The scores that this rests on."""
        if not self.known:
            return ""
        top = self.group(self.known[0])
        interval = " with 95 % intervals" if top.score.half is not None else ", so no intervals"
        trivial = self.facts.get("trivial", "").split(";")[0]
        told = [f"{a} {self.told(a)}" for a in self.known]
        floor = f"the best trivial predictor {self.text(self.task.floor)}"
        return (
            f"Scores are {formats.metric(self.task)} ({formats.direction(self.task)}) on "
            f"{self.tested(top)}, means of {plural(top.score.n, 'seed')}{interval}: "
            f"{listed([*told, floor])}{f' ({trivial})' if trivial else ''}."
        )

    def _cheapest(self) -> str:
        """The best architecture, and the cheapest that is not shown to be worse."""
        if not self.order:
            return ""
        first, near = self.order[0], self.near
        start = f"The best architecture is {first}, {self.told(first)}"
        if not near:
            alone = "it is the only one" if len(self.order) == 1 else "it differs from all others"
            return f"{start}; {alone}. {self.cost(first)}".strip()
        cheap = min([first, *near], key=self.seconds)
        others = listed(f"{a} ({self.told(a)})" for a in near)
        end = f"the cheapest of these is {cheap}" if cheap != first else "it is also the cheapest"
        costs = [self.cost(cheap)] + ([self.cost(first)] if cheap != first else [])
        return f"{start}; not shown to differ from it: {others}; {end}. {' '.join(costs)}".strip()

    def _order(self) -> str:
        """What is lost when the order of steps is shuffled."""
        if not self.control or not self.order:
            told = self.facts.get("control row", "")
            return (
                f"Whether order matters was not asked: {told}." if told.startswith("none") else ""
            )
        if not self.shuffled:
            return "The control row, with the order shuffled, has no score yet."
        kept, mixed = self.group(self.order[0]), self.group(self.shuffled[0], self.control)
        beyond = ""
        if "difference to the last value" in self.facts.get("trivial", ""):
            beyond = " beyond the last value, which every row is told"
        both = (
            f"with the steps in random order the best, {self.shuffled[0]}, has "
            f"{self.told(self.shuffled[0], self.control)}, in their own order {self.order[0]} has "
            f"{self.told(self.order[0])}"
        )
        lost = self.loss(self.shuffled[0], self.control) - self.loss(self.order[0])
        if not difference(kept, mixed).differs:
            return f"Order is not shown to carry anything{beyond}: {both}; not shown to differ."
        if lost > 0:
            return f"Order carries something{beyond}: {both}."
        return f"Order carries nothing that was found{beyond}, and its loss does good: {both}."

    # -- what they are made of ----------------------------------------------------------------

    def group(self, architecture: str, task: TaskInfo | None = None) -> Group:
        return self.results.groups[(task or self.task).name, architecture]

    def told(self, architecture: str, task: TaskInfo | None = None) -> str:
        score = self.group(architecture, task).score
        return self.text(score.mean) + ("" if score.half is None else f" ±{self.text(score.half)}")

    def loss(self, architecture: str, task: TaskInfo | None = None) -> float:
        mean = self.group(architecture, task).score.mean
        assert mean is not None
        return -mean if self.task.higher_is_better else mean

    def seconds(self, architecture: str) -> float:
        return self.group(architecture).mean_of("training") or 0.0

    def cost(self, architecture: str) -> str:
        group = self.group(architecture)
        spent, size = group.mean_of("training"), group.mean_of("parameters")
        if spent is None or size is None:
            return ""
        return (
            f"{architecture} takes {formats.seconds(spent)} of training and "
            f"{formats.number(size)} parameters."
        )

    def tested(self, group: Group) -> str:
        many = len(next(iter(group.examples.values()))[0]) if group.examples else 0
        return plural(many, "test example") if many else "the test split"

    def has(self, architecture: str, task: TaskInfo) -> bool:
        group = self.results.groups.get((task.name, architecture))
        return group is not None and group.score.mean is not None
