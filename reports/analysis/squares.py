"""Skill as the squares of a heat map: by task, and by what tasks ask for."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.experiment.record import Outcome
from reports.analysis.cells import HOLES, MEANINGS
from reports.analysis.difference import Standing, standing
from reports.analysis.exact import Rate
from reports.analysis.ranking import behind
from reports.analysis.results import BASELINE, Results
from reports.analysis.statistics import Summary, combine

REFUSED = HOLES[Outcome.NOT_APPLICABLE][0]
"""The code of what cannot be served."""
NONE = "none"
"""The code of a tag on which nothing has a skill, for several reasons."""


@dataclass(frozen=True)
class Square:
    """A mean skill, or a hole. ``known`` of the ``of`` seeds (or tasks) have a skill."""

    skill: Summary = Summary()
    code: str = ""
    """Of a hole; empty where nothing was planned."""
    known: int = 0
    of: int = 0
    rate: Rate | None = None
    """How many seeds solved it, on a task that they solve or do not."""
    rank: str = ""
    """best, near or empty, within its row"""
    baseline: str = ""
    """Which baseline it is, in their column."""
    behind: bool = False
    """No better than the baseline."""
    not_learned: int = 0
    """Seeds that were not learned within the budget."""

    @property
    def serves(self) -> bool:
        """The architecture could have a number here."""
        return bool(self.of) and not (self.hole and self.code == REFUSED)

    @property
    def hole(self) -> bool:
        return self.skill.mean is None


Squares = Mapping[tuple[str, str], Square]
"""By row and column."""


def by_task(results: Results) -> dict[tuple[str, str], Square]:
    """Skill by task and column."""
    squares = {}
    for task in results.tasks:
        order = standing(results, task)
        for name in results.columns:
            group = results.column(task.name, name)
            squares[task.name, name] = Square() if group is None else Square(
                group.skill, group.code, group.skill.n, len(group.cells),
                group.rate if group.binary else None, rank_of(name, order),
                results.best_baselines.get(task.name, "") if name == BASELINE else "",
                behind(results, task.name, name), group.not_learned,
            )  # fmt: skip
    return squares


def rank_of(architecture: str, order: Standing) -> str:
    """best, near or empty. Alone on a task, nobody is best."""
    if len(order.order) < 2:
        return ""
    if architecture in order.best:
        return "best"
    return "near" if architecture in order.alike else ""


def by_capability(results: Results) -> dict[tuple[str, str], Square]:
    """Mean skill by tag and column, over the tasks with that tag, tags in order of the tasks."""
    squares = {}
    for tag in dict.fromkeys(tag for task in results.tasks for tag in task.tags):
        tasks = [task.name for task in results.tasks if tag in task.tags]
        for name in results.columns:
            groups = [group for task in tasks if (group := results.column(task, name))]
            skills = [group.level for group in groups if group.level.mean is not None]
            codes = {group.code for group in groups}
            code = codes.pop() if len(codes) == 1 else NONE
            squares[tag, name] = Square(combine(skills), code, len(skills), len(tasks))
    return squares


def codes_used(squares: Squares) -> dict[str, str]:
    """The codes of the holes that occur, with their meanings."""
    used = {square.code for square in squares.values() if square.hole}
    meanings = MEANINGS | {NONE: "no result on any task with this tag, for several reasons"}
    return {code: meaning for code, meaning in meanings.items() if code in used}
