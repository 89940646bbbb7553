"""On which tasks a mean over seeds may have an interval, and what is shown on the others.

On a task whose best score is known to be reachable, or that asks for memory, order, counting or
tracking of a state, seeds solve it or do not. Their scores lie at two ends, and Student's t
interval of the mean misses the truth in 6 to 74 % of the cases at 3 to 10 seeds
(docs/coverage.md). There the report shows how many seeds solved the task, with Clopper and
Pearson's interval, which holds at any number of seeds, and no interval of the mean.

Which task is which is declared with the task, and never read off the seeds: three seeds that agree
look alike on both kinds of task, and an interval that is shown where they happen to agree holds
the truth never (all of three solve it in half of the cases where 80 % do).
"""

from __future__ import annotations

from dataclasses import replace

from reports.analysis.cells import Group
from reports.analysis.exact import Rate, rate
from reports.analysis.horizon import LEARNED
from reports.analysis.results import TaskInfo
from reports.analysis.statistics import Numbers, Summary, summarize

BINARY = frozenset({"memory", "recall", "order", "counting", "state tracking", "hierarchy"})
"""Tags of tasks that a seed solves or does not."""
FEWEST = 3
"""Seeds from which on a mean may have an interval."""
RULE = (
    "On tasks whose best score is known to be reachable, or that ask for memory, order, counting "
    "or state, seeds solve a task or they do not: there the number of seeds with a skill of at "
    f"least {LEARNED:g} is shown, with Clopper and Pearson's interval of the success rate. "
    "Elsewhere a mean over at least three seeds has Student's t interval."
)
"""The rule in plain sentences, for print."""


def solved_or_not(task: TaskInfo) -> bool:
    """Whether seeds solve a task or do not, by what the task declares."""
    reachable = task.ceiling is not None and not task.ceiling_is_ideal
    return reachable or not BINARY.isdisjoint(task.tags)


def solved(group: Group, threshold: float = LEARNED) -> Rate:
    """How many seeds have at least this skill, of those that ended with a score or diverged."""
    ended = [cell for cell in group.cells if cell.skill is not None or cell.outcome == "diverged"]
    return rate((cell.skill or 0.0) >= threshold for cell in ended)


def mean(values: Numbers, task: TaskInfo) -> Summary:
    """Mean over seeds, with an interval only where Student's t holds its level."""
    found = summarize(values)
    shown = found.n >= FEWEST and not solved_or_not(task)
    return found if shown else replace(found, half=None)
