"""Scores of predictions. A score never counts a step that is not to be scored.

Every metric is a mean over scored targets, so an example enters as a sum and a weight; models
can later be compared example by example from these.
"""

import math
from dataclasses import dataclass

import numpy as np

from tasks.examples import edits, until_end
from tasks.task import END, Examples

HIGHER_IS_BETTER = {
    "accuracy": True,
    "f1": True,
    "cross_entropy": False,
    "bits": False,
    "perplexity": False,
    "mse": False,
    "rmse": False,
    "mae": False,
    "nll": False,
    "token_error_rate": False,
    "sequence_error_rate": False,
}


@dataclass(frozen=True)
class Scores:
    """Metrics of a split, and the primary one by example."""

    metrics: dict[str, float]
    sums: np.ndarray
    """``(examples,)`` what the primary metric adds up over an example's scored targets"""
    weights: np.ndarray
    """``(examples,)`` number of scored targets"""


Sums = dict[str, tuple[np.ndarray, np.ndarray]]
"""By measure: its sum over each example's scored targets, and their number."""


def discrete(log_probabilities: np.ndarray, targets: np.ndarray, loss_mask: np.ndarray) -> Sums:
    """Right answers and surprise in nats, by example.

    log_probabilities: ``(batch[, time], size)``, natural logarithms; targets and loss_mask:
    ``(batch[, time])``.
    """
    right = log_probabilities.argmax(-1) == targets
    nats = -np.take_along_axis(log_probabilities, targets[..., None], -1)
    return {"accuracy": _total(right, loss_mask), "nats": _total(nats, loss_mask)}


def real(predictions: np.ndarray, targets: np.ndarray, loss_mask: np.ndarray, scale: float) -> Sums:
    """Squared and absolute errors by example, in the target's own unit.

    predictions and targets: ``(batch[, time], dim)``; the mean over dim counts as one target.
    """
    error = (predictions.astype(np.float64) - targets) * scale
    return {
        "squared": _total((error**2).mean(-1), loss_mask),
        "absolute": _total(np.abs(error).mean(-1), loss_mask),
    }


def binary(log_odds: np.ndarray, targets: np.ndarray, loss_mask: np.ndarray) -> Sums:
    """Surprise in nats, summed over the yes-or-no targets of a step, by example.

    log_odds and targets: ``(batch[, time], dim)``.
    """
    wrong_way = np.where(targets > 0.5, -log_odds, log_odds).astype(np.float64)
    return {"nll": _total(np.logaddexp(0, wrong_way).sum(-1), loss_mask)}


def decoded(written: np.ndarray, examples: Examples) -> Sums:
    """How far sequences that were written are from the right ones, by example.

    written: ``(batch, steps)``, closed by ``END``. accuracy: places that hold the right symbol,
    the closing one included. token_error_rate: insertions, deletions and substitutions to the
    nearest right answer, over its length (Levenshtein 1966). sequence_error_rate: whether the
    whole differs from every right answer.
    """
    steps = examples.targets.shape[1]
    padded = np.full((len(written), max(steps, written.shape[1])), END)
    padded[:, : written.shape[1]] = written
    wrong, symbols = edits(map(until_end, written), examples)
    ones = np.ones(len(written))
    return {
        "accuracy": _total(padded[:, :steps] == examples.targets, examples.loss_mask),
        "token_error_rate": (wrong, np.maximum(symbols, 1)),
        "sequence_error_rate": ((wrong > 0).astype(float), ones),
    }


def _total(values: np.ndarray, loss_mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows = loss_mask.reshape(len(loss_mask), -1)
    return np.where(rows, values.reshape(rows.shape), 0).sum(1, dtype=np.float64), rows.sum(1)


def summary(batches: list[Sums], metric: str) -> Scores:
    """Metrics of several batches together; ``metric`` is the primary one."""
    whole = {
        name: (
            np.concatenate([sums[name][0] for sums in batches]),
            np.concatenate([sums[name][1] for sums in batches]),
        )
        for name in batches[0]
    }
    metrics = {name: float(sums.sum() / weights.sum()) for name, (sums, weights) in whole.items()}
    sums, weights = whole[metric] if metric in whole else next(iter(whole.values()))
    if "nats" in whole:
        nats = metrics.pop("nats")
        metrics |= {
            "cross_entropy": nats,
            "bits": nats / math.log(2),
            "perplexity": math.exp(min(nats, 700.0)),
        }
        if metric not in whole and metric in metrics:
            sums = whole["nats"][0] / math.log(2)
    if "squared" in whole:
        squared = metrics.pop("squared")
        metrics = {
            "mse": squared,
            "rmse": math.sqrt(squared) if squared >= 0 else math.nan,
            "mae": metrics["absolute"],
        }
    return Scores(metrics, sums, weights)


def skill(score: float, floor: float, ceiling: float) -> float:
    """Where a score lies between the floor (0) and the ceiling (1)."""
    return (score - floor) / (ceiling - floor)
