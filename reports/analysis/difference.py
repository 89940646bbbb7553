"""Who is told apart from the best on a task, test example by test example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.experiment.store import Store
from reports.analysis.across_tasks import ALPHA
from reports.analysis.example_tests import Pair
from reports.analysis.example_tests import pairs as all_pairs
from reports.analysis.pairs import p_text, per_example
from reports.analysis.ranking import standing
from reports.analysis.results import Results, TaskInfo
from reports.formats import listed
from reports.sections.section import Table
from reports.sections.shown import as_csv


@dataclass(frozen=True)
class Apart:
    """The best architecture of a task against the others with stored scores of examples."""

    best: str
    worse: tuple[str, ...]
    """Those that are worse than the best on these examples, after Holm's correction."""
    level: tuple[str, ...]
    """The others, which are not shown to be worse."""
    examples: int
    pairs: tuple[Pair, ...]
    refused: str = ""
    """Why there is no comparison, if there is none."""


def read(store: Store, results: Results) -> dict[str, Apart]:
    """By task; tasks on which fewer than two architectures have scores of examples are absent."""
    found = {task.name: _apart(store, results, task) for task in results.tasks}
    return {name: apart for name, apart in found.items() if apart}


def _apart(store: Store, results: Results, task: TaskInfo) -> Apart | None:
    order = standing(results, task)
    if order is None:
        return None
    best = order.order[0]
    models = {a: per_example(store, results.groups[task.name, a]) for a in order.order}
    models = {a: seeds for a, seeds in models.items() if seeds}
    if len(models) < 2 or best not in models:
        return None
    try:
        pairs = all_pairs(models)
    except ValueError as error:
        return Apart(best, (), (), 0, (), str(error))
    # The best comes first in the order, so it is always the first of its pairs.
    against = {p.b: p for p in pairs if p.a == best}
    sign = 1 if task.higher_is_better else -1
    worse = tuple(b for b, p in against.items() if p.adjusted < ALPHA and sign * p.difference > 0)
    return Apart(best, worse, tuple(b for b in against if b not in worse),
                 max(p.n for p in pairs), pairs)  # fmt: skip


def table(apart: Mapping[str, Apart]) -> Table:
    """A row for each task."""
    return Table(
        ("task", "best", "shown to be worse", "not shown to be worse", "examples"),
        tuple(
            (task, a.best, listed(a.worse, 99), a.refused or listed(a.level, 99),
             f"{a.examples:,}" if a.examples else "")
            for task, a in apart.items()
        ),
    )  # fmt: skip


def data(apart: Mapping[str, Apart]) -> str:
    """Every pair of every task as CSV."""
    heads = ("task", "a", "b", "difference", "low", "high", "p", "p_holm", "examples")
    return as_csv(
        heads,
        [
            (task, p.a, p.b, p.difference, p.low, p.high, p.p, p.adjusted, p.n)
            for task, a in apart.items()
            for p in a.pairs
        ],
    )


def sentence(apart: Apart | None) -> str:
    """Who is not told apart from the best, for the caption of a task."""
    if apart is None or not apart.pairs:
        return ""
    how = f"over {apart.examples:,} test examples (sign-flip test, Holm)"
    if not apart.level:
        others = "the other is" if len(apart.worse) == 1 else f"all {len(apart.worse)} others are"
        return f"{others.capitalize()} shown to be worse {how}."
    if not apart.worse:
        return f"None is shown to be worse {how}."
    most = max(p.adjusted for p in apart.pairs if p.a == apart.best and p.b in apart.worse)
    return (
        f"Not shown to be worse {how}: {listed(apart.level, 8)}; the others are "
        f"(p {p_text(most) if most < 0.001 else f'at most {p_text(most)}'})."
    )
