"""Where the models of a task err: test examples that all, some or none get right."""

from __future__ import annotations

from typing import Any

from reports.analysis.difference import standing
from reports.analysis.results import Results, TaskInfo
from reports.document import Block, Fold, Table
from reports.formats import listed, number

RIGHT = 0.999
"""Share of an example's answers that have to be right for it to count as right."""
WORST = 0.1
"""Of errors that are sizes: the share of examples whose part of the whole is given."""


def blocks(results: Results, task: TaskInfo) -> list[Block]:
    """A fold with a table; empty where the scores of test examples are not stored."""
    import numpy as np

    order = standing(results, task)
    models: dict[str, Any] = {}  # by architecture (seeds, examples), the score of each example
    for name in order.order:
        seeds = results.groups[task.name, name].examples
        if len({len(score) for score, _ in seeds.values()}) == 1:
            models[name] = np.stack([score / np.maximum(w, 1e-9) for score, w in seeds.values()])
    if not models or len({scores.shape[1] for scores in models.values()}) > 1:
        return []
    if task.metric == "accuracy":
        return _right_or_wrong(models)
    return [] if task.higher_is_better else _sizes(models)


def _right_or_wrong(models: dict[str, Any]) -> list[Block]:
    """Of accuracies: an example is right if all of its answers are."""
    import numpy as np

    right = {name: scores >= RIGHT for name, scores in models.items()}
    rows = []
    for name, seeds in right.items():
        every, none = seeds.all(0).mean(), (~seeds).all(0).mean()
        shares = (every, 1 - every - none, none)
        rows.append((name, *(f"{100 * abs(share):.1f} %" for share in shares)))
    every_model = np.concatenate(list(right.values()))
    sentence = (
        f"Of {number(every_model.shape[1])} test examples "
        f"{number(every_model.all(0).sum())} are wholly right with every model, "
        f"{number((~every_model).all(0).sum())} with none."
    )
    heads = ("architecture", "right with every seed", "with some seeds", "with no seed")
    return [Fold(f"Errors: {sentence}", (Table(heads, tuple(rows)),))]


def _sizes(models: dict[str, Any]) -> list[Block]:
    """Of errors and losses: how much of the whole the worst examples carry."""
    import numpy as np

    shares, hard = {}, []
    for name, scores in models.items():
        errors = scores.mean(0)
        worst = max(1, round(WORST * len(errors)))
        order = np.argsort(-errors, kind="stable")[:worst]
        if errors.sum() > 0 and errors.min() >= 0:
            shares[name] = f"{100 * errors[order].sum() / errors.sum():.1f} %"
            hard.append(set(order.tolist()))
    if not shares:
        return []
    first, share = next(iter(shares.items()))
    sentence = (
        f"The worst {number(worst)} of {number(len(errors))} test examples carry {share} of the "
        f"error of {first}, the best"
    )
    if len(shares) > 1:
        shared = len(set.intersection(*hard))
        sentence += f"; {number(shared)} are among the worst of {listed(shares, 4)}"
    heads = ("architecture", f"share of the error in its worst {100 * WORST:.0f} % of examples")
    return [Fold(f"Errors: {sentence}.", (Table(heads, tuple(shares.items())),))]
