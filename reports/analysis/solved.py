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

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from harness.experiment.recommended import MEMORY
from harness.experiment.record import LEARNED
from reports.analysis.statistics import FEWEST, Numbers, Summary, summarize

BINARY = MEMORY | {"hierarchy"}
"""Tags of tasks that a seed solves or does not."""
RULE = (
    "On tasks whose best score is known to be reachable, or that ask for memory, order, counting "
    "or state, seeds solve a task or they do not: there the number of seeds with a skill of at "
    f"least {LEARNED:g} is shown, with Clopper and Pearson's interval of the success rate. "
    f"Elsewhere a mean over at least {FEWEST} seeds has Student's t interval."
)
"""The rule in plain sentences, for print."""


class Described(Protocol):
    """What a record or a `TaskInfo` says of a task."""

    @property
    def ceiling(self) -> float | None: ...

    @property
    def ceiling_is_ideal(self) -> bool: ...

    @property
    def tags(self) -> Sequence[str]: ...


def solved_or_not(task: Described) -> bool:
    """Whether seeds solve a task or do not, by what the task declares."""
    reachable = task.ceiling is not None and not task.ceiling_is_ideal
    return reachable or not BINARY.isdisjoint(task.tags)


def shown(mean: Summary, binary: bool) -> Summary:
    """A mean over seeds without its interval where ``binary``: seeds solve the task or do not."""
    return replace(mean, bounded=False) if binary else mean


def mean(values: Numbers, task: Described) -> Summary:
    """Mean over seeds, with its interval where it may have one."""
    return shown(summarize(values), solved_or_not(task))
