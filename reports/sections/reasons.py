"""Why an architecture is advised for a task, in sentences."""

from __future__ import annotations

from reports import formats
from reports.analysis.advice import Choice
from reports.analysis.results import Group, TaskInfo
from reports.formats import listed, plural


class Reasons:
    """What the records of one task say: whether anything is needed, the scores that this rests on,
    the cheapest architecture that will do, and whether the order of steps matters."""

    def __init__(self, choice: Choice):
        self.choice = choice
        of_tasks = (choice.task.name, choice.control.name if choice.control else "")
        scores = [c.score for c in choice.results.cells if c.task in of_tasks]
        self.text = formats.scores_of(choice.task, [choice.task.floor, *scores])

    @property
    def sentences(self) -> list[str]:
        """The most important first."""
        said = [self._needed(), self._scores(), self._cheapest(), self._order()]
        return [sentence for sentence in said if sentence]

    @property
    def trivial(self) -> str:
        """What the best trivial predictor does, where the task says it."""
        return self.choice.facts.get("trivial", "").split(";")[0]

    def score(self, architecture: str, task: TaskInfo | None = None) -> str:
        """``91.5 ±1.2``, on the task or on its control."""
        return formats.with_half(self.choice.group(architecture, task).score, self.text)

    def cost(self, architecture: str) -> str:
        """Seconds of training and parameters, in a sentence."""
        group = self.choice.group(architecture)
        seconds, parameters = group.mean_of("training"), group.mean_of("parameters")
        if seconds is None or parameters is None:
            return ""
        return (
            f"{architecture} takes {formats.seconds(seconds)} of training and "
            f"{formats.number(parameters)} parameters."
        )

    def tested_on(self, group: Group) -> str:
        """How many test examples, where their scores are stored."""
        many = len(next(iter(group.examples.values()))[0]) if group.examples else 0
        return plural(many, "test example") if many else "the test split"

    def _needed(self) -> str:
        """Whether a sequence model is needed at all, or anything."""
        choice, name, base = self.choice, self.choice.task.name, self.choice.baseline
        if not choice.leaders:
            return f"No architecture has a score on {name} yet."
        if choice.trivial:
            return f"Nothing is shown to beat the best trivial predictor on {name}."
        if not choice.order:
            return f"Only a baseline, {base}, has a score on {name}."
        first = choice.order[0]
        if not base:
            return f"Whether {name} needs a sequence model is open: no baseline was run beside it."
        if choice.loss(first) < choice.loss(base) and choice.against[base].differs:
            return f"{name} needs a sequence model: {first} does better than the baseline {base}."
        why = f"the best, {first}, is not shown to differ from the baseline {base}"
        if choice.loss(first) >= choice.loss(base):
            why = f"none does better than the baseline {base}"
        return f"{name} is not shown to need a sequence model: {why}."

    def _scores(self) -> str:
        """The scores that this rests on."""
        choice = self.choice
        if not choice.leaders:
            return ""
        top = choice.group(choice.leaders[0])
        interval = " with 95 % intervals" if top.score.half is not None else ", so no intervals"
        scores = {a: self.score(a) for a in choice.leaders}
        scores["the best trivial predictor"] = self.text(choice.task.floor)
        return (
            f"Scores are {formats.metric(choice.task)} ({formats.direction(choice.task)}) on "
            f"{self.tested_on(top)}, means of {plural(top.score.n, 'seed')}{interval}: "
            f"{formats.each(scores, str)}{f' ({self.trivial})' if self.trivial else ''}."
        )

    def _cheapest(self) -> str:
        """The best architecture, and the cheapest that is not shown to be worse."""
        choice = self.choice
        if not choice.order:
            return ""
        first, alike = choice.order[0], choice.alike
        start = f"The best architecture is {first}, {self.score(first)}"
        if not alike:
            alone = "it is the only one" if len(choice.order) == 1 else "it differs from all others"
            return f"{start}; {alone}. {self.cost(first)}".strip()
        cheap = min([first, *alike], key=choice.seconds)
        others = listed(f"{a} ({self.score(a)})" for a in alike)
        end = f"the cheapest of these is {cheap}" if cheap != first else "it is also the cheapest"
        costs = " ".join(self.cost(a) for a in dict.fromkeys((cheap, first)))
        return f"{start}; not shown to differ from it: {others}; {end}. {costs}".strip()

    def _order(self) -> str:
        """What is lost when the order of steps is shuffled."""
        choice, control = self.choice, self.choice.control
        if not control or not choice.order:
            row = choice.facts.get("control row", "")
            return f"Whether order matters was not asked: {row}." if row.startswith("none") else ""
        if not choice.shuffled:
            return "The control row, with the order shuffled, has no score yet."
        first, mixed = choice.order[0], choice.shuffled[0]
        known = "difference to the last value" in choice.facts.get("trivial", "")
        beyond = " beyond the last value, which every row is told" if known else ""
        both = (
            f"with the steps in random order the best, {mixed}, has {self.score(mixed, control)}, "
            f"in their own order {first} has {self.score(first)}"
        )
        if not choice.of_order.differs:
            return f"Order is not shown to carry anything{beyond}: {both}; not shown to differ."
        if choice.loss(mixed, control) > choice.loss(first):
            return f"Order carries something{beyond}: {both}."
        return f"Order carries nothing that was found{beyond}, and its loss does good: {both}."
