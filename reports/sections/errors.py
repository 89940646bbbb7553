"""Where the models of a task err: test examples that all, some or none get right."""

from __future__ import annotations

from typing import Any

from reports.analysis.difference import standing
from reports.analysis.results import Results, TaskInfo
from reports.document import Block, Fold, table_of
from reports.formats import number

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
        return [_right_or_wrong(models)]
    return [] if task.higher_is_better else _sizes(models)


def _right_or_wrong(models: dict[str, Any]) -> Fold:
    """Of accuracies: an example is right if all of its answers are."""
    import numpy as np

    right = {name: scores >= RIGHT for name, scores in models.items()}
    shares = {"right with every seed": {a: of.all(0).mean() for a, of in right.items()},
              "with some seeds": {a: (of.any(0) & ~of.all(0)).mean() for a, of in right.items()},
              "with no seed": {a: (~of.any(0)).mean() for a, of in right.items()}}  # fmt: skip
    columns = {head: {a: f"{100 * share:.1f} %" for a, share in of.items()}
               for head, of in shares.items()}  # fmt: skip
    models_of = np.concatenate(list(right.values()))
    sentence = (
        f"Errors: Of {number(models_of.shape[1])} test examples {number(models_of.all(0).sum())} "
        f"are wholly right with every model, {number((~models_of.any(0)).sum())} with none."
    )
    return Fold(sentence, (table_of(right, {"architecture": str, **columns}),))


def _sizes(models: dict[str, Any]) -> list[Block]:
    """Of errors and losses: how much of the whole the worst examples carry."""
    import numpy as np

    shares = {}
    for name, scores in models.items():
        errors = np.sort(scores.mean(0))[::-1]
        worst = max(1, round(WORST * len(errors)))
        if errors.sum() > 0 and errors.min() >= 0:
            shares[name] = f"{100 * errors[:worst].sum() / errors.sum():.1f} %"
    if not shares:
        return []
    first, share = next(iter(shares.items()))
    sentence = (
        f"Errors: The worst {number(worst)} of {number(len(errors))} test examples carry {share} "
        f"of the error of {first}, the best."
    )
    head = f"share of the error in its worst {100 * WORST:.0f} % of examples"
    return [Fold(sentence, (table_of(shares, {"architecture": str, head: shares}),))]
