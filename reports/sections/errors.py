"""Where the models of a task err: test examples that all, some or none get right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports.analysis.difference import standing
from reports.analysis.results import Results, TaskInfo
from reports.formats import listed, number
from reports.sections.section import Table

RIGHT = 0.999
"""Share of an example's answers that have to be right for it to count as right."""
WORST = 0.1
"""Of errors that are sizes: the share of examples whose part of the whole is told."""


@dataclass(frozen=True)
class Errors:
    """What is told of one task."""

    sentence: str
    table: Table


def read(results: Results) -> dict[str, Errors]:
    """By task, where the scores of test examples are stored."""
    found = {task.name: _errors(results, task) for task in results.tasks}
    return {name: errors for name, errors in found.items() if errors}


def _errors(results: Results, task: TaskInfo) -> Errors | None:
    import numpy as np

    order = standing(results, task)
    models: dict[str, Any] = {}  # by architecture (seeds, examples), the score of each example
    for a in order.order if order else ():
        seeds = results.groups[task.name, a].examples
        if len({len(score) for score, _ in seeds.values()}) == 1:
            models[a] = np.stack([score / np.maximum(w, 1e-9) for score, w in seeds.values()])
    if not models or len({scores.shape[1] for scores in models.values()}) > 1:
        return None
    return _right_or_wrong(models) if task.metric == "accuracy" else _sizes(task, models)


def _right_or_wrong(models: dict[str, Any]) -> Errors:
    """Of accuracies: an example is right if all of its answers are."""
    import numpy as np

    right = {a: scores >= RIGHT for a, scores in models.items()}
    count = next(iter(models.values())).shape[1]
    rows = []
    for a, of_seeds in right.items():
        every, none = of_seeds.all(0).mean(), (~of_seeds).all(0).mean()
        shares = (every, 1 - every - none, none)
        rows.append((a, *(f"{100 * abs(share):.1f} %" for share in shares)))
    never = int((~np.concatenate(list(right.values()))).all(0).sum())
    always = int(np.concatenate(list(right.values())).all(0).sum())
    sentence = (
        f"Of {number(count)} test examples every model gets {number(always)} wholly right, and "
        f"none gets {number(never)}."
    )
    heads = ("architecture", "right with every seed", "with some seeds", "with no seed")
    return Errors(sentence, Table(heads, tuple(rows)))


def _sizes(task: TaskInfo, models: dict[str, Any]) -> Errors | None:
    """Of errors and losses: how much of the whole the worst examples carry."""
    import numpy as np

    if task.higher_is_better:
        return None
    means = {a: scores.mean(0) for a, scores in models.items()}
    count = len(next(iter(means.values())))
    worst = max(1, round(WORST * count))
    rows, hard = [], []
    for a, errors in means.items():
        ordered = np.sort(errors)[::-1]
        if ordered.sum() <= 0 or ordered[-1] < 0:
            continue
        rows.append((a, f"{100 * ordered[:worst].sum() / ordered.sum():.1f} %"))
        hard.append(set(np.argsort(-errors, kind="stable")[:worst].tolist()))
    if not rows:
        return None
    shared = len(set.intersection(*hard))
    sentence = (
        f"The worst {number(worst)} of {number(count)} test examples carry "
        f"{rows[0][1]} of the error of {rows[0][0]}, the best"
    )
    if len(rows) > 1:
        sentence += f"; {number(shared)} are among the worst of {listed([r[0] for r in rows], 4)}"
    heads = ("architecture", f"share of the error in its worst {100 * WORST:.0f} % of examples")
    return Errors(f"{sentence}.", Table(heads, tuple(rows)))
