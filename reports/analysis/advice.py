"""Which architecture to take for a task, from records alone: the numbers; words are elsewhere.

The rule: the cheapest in training of those that are not shown to differ from the best
(`difference.py`) and whose mean skill is at most MARGIN below its: not shown to differ does not
mean as good. The best stays if none is cheaper by CHEAPER. A baseline for which the same holds
goes before, whatever it costs: it is the simpler model. Where nothing is shown to beat the best
trivial predictor, nothing is recommended.
"""

import shlex
from argparse import ArgumentParser
from functools import cached_property
from typing import Any

from reports.analysis.cells import NOT_LEARNED
from reports.analysis.difference import (
    BETTER,
    NOT_SHOWN,
    WORSE,
    Difference,
    Standing,
    beats_floor,
    difference,
    standing,
)
from reports.analysis.results import Group, Results, TaskInfo
from reports.analysis.statistics import Summary

MARGIN = 0.05
CHEAPER = 0.1
ENOUGH = 5
"""Seeds; with fewer, more of them are advised."""


class Choice:
    """What to take for one task, and everything that this rests on.

    ``control`` is the same task with the order of its steps shuffled, where it was planned.
    """

    def __init__(self, results: Results, task: TaskInfo, control: TaskInfo | None = None):
        self.results, self.task, self.control = results, task, control
        best = standing(results, task)
        self.order, self.alike, self.against = best.order, best.alike, best.differences
        self.shuffled = (standing(results, control) if control else Standing()).order
        """The architectures with a score on the control, best first."""
        self.baseline = results.best_baselines.get(task.name)
        self.leaders = [*self.order[:1], *([self.baseline] if self.baseline else [])]
        """The best architecture and the best baseline, as far as there are any."""
        scored = results.scored(task).items()
        self.scored = [name for name, group in scored if group.score.mean is not None]
        """Architectures and baselines with a score, best first."""
        lost = [a for a in self.scored if self.group(a).learned is False]
        self.lost = [a for a in lost if a not in best.best]
        """Those that did not learn the task within the budget."""
        self.cells = [c for c in results.cells if c.task == task.name]
        facts = (c.record.facts for c in self.cells if c.record and c.record.facts)
        self.facts = next(facts, {})
        """What was found in the user's own file; empty for any other task."""

    @property
    def trivial(self) -> bool:
        """Whether the better of the leaders is not shown to beat the best trivial predictor."""
        return not beats_floor(self.group(min(self.leaders, key=self.loss)))

    @cached_property
    def of_order(self) -> Difference:
        """The best in the steps' own order minus the best with the order shuffled."""
        return difference(self.group(self.order[0]), self.group(self.shuffled[0], self.control))

    @cached_property
    def recommended(self) -> str | None:
        """None where nothing is shown to beat the best trivial predictor, or has a score."""
        if not self.leaders or self.trivial:
            return None
        if not self.order:
            return self.baseline
        first, base = self.order[0], self.baseline
        if base and (self.loss(base) <= self.loss(first) or self._as_good(base)):
            return base
        cheapest = min([first, *filter(self._as_good, self.alike)], key=self.seconds)
        saves = self.seconds(cheapest) <= (1 - CHEAPER) * self.seconds(first)
        return cheapest if saves else first

    def _as_good(self, architecture: str) -> bool:
        """Not shown to differ from the best, close to it, and learned if the best is."""
        against = self.against[architecture]
        if architecture in self.lost and self.order[0] not in self.lost:
            return False
        return not against.differs and (against.skills.mean or 0) <= MARGIN

    @property
    def short_of_examples(self) -> list[str]:
        """Those not shown to differ from the best, whose difference from it varies more over test
        examples than over seeds."""
        return [
            a for a, d in self.against.items()
            if not d.differs and d.both.p is not None
            and (d.examples.error or 0) > (d.both.seeds.error or 0)
        ]  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """One for each architecture with a score, best first, with plain numbers."""
        how = {BETTER: WORSE, WORSE: BETTER, NOT_SHOWN: NOT_SHOWN}
        rows: list[dict[str, Any]] = []
        for name in self.scored:
            group, against = self.group(name), self.against.get(name)
            ahead = against.skills if against else Summary()
            other = "best" if name in self.order[:1] else "not compared"
            found = how[against.verdict] if against else other
            unlearned = name in self.lost and name != self.recommended
            rows.append({
                "architecture": name,
                "baseline": name in self.results.baselines,
                "seeds": group.score.n,
                "score": group.score.mean, "score_half": group.score.half,
                "skill": group.skill.mean, "skill_half": group.skill.half,
                "solved": group.rate.solved if group.binary else None,
                "best_ahead": ahead.mean, "best_ahead_half": ahead.half,
                "p": against.p if against else None,
                "p_holm": against.adjusted if against else None,
                "standing": NOT_LEARNED if unlearned else found,
                "learned": group.learned,
                "seconds": group.mean_of("training"),
                "parameters": group.mean_of("parameters"),
            })  # fmt: skip
        return rows

    @property
    def command(self) -> str:
        """The stored command for this task with more seeds; empty if it was no command."""
        words = shlex.split(self.results.plan.get("command") or "")
        if words[:2] != ["harness", "run"]:
            return ""
        replaced = ArgumentParser(add_help=False, allow_abbrev=False)
        for option in ("--seeds",) if self.facts else ("--seeds", "--task"):
            replaced.add_argument(option)
        _, kept = replaced.parse_known_args(words)
        chosen = [] if self.facts else ["--task", self.task.name]
        seeds = max(ENOUGH, 2 * len({c.seed for c in self.results.cells}))
        return shlex.join([*kept, *chosen, "--seeds", str(seeds)])

    def group(self, architecture: str, task: TaskInfo | None = None) -> Group:
        """The seeds of an architecture on the task, or on its control."""
        return self.results.groups[(task or self.task).name, architecture]

    def loss(self, architecture: str, task: TaskInfo | None = None) -> float:
        """The mean test score, turned so that lower is better."""
        return -self.task.turned(self.group(architecture, task).score.mean)

    def seconds(self, architecture: str) -> float:
        """Of training, mean over seeds."""
        return self.group(architecture).mean_of("training") or 0.0
