"""Scores of predictions. A score never counts a step that is not to be scored.

Every metric is a mean over scored targets, so an example enters as a sum and a weight; models
can later be compared example by example from these.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

HIGHER_IS_BETTER = {
    "accuracy": True,
    "cross_entropy": False,
    "bits": False,
    "perplexity": False,
    "mse": False,
    "rmse": False,
    "mae": False,
}


@dataclass(frozen=True)
class Scores:
    """Metrics of a split, and the primary one's parts by example."""

    metrics: dict[str, float]
    sums: np.ndarray
    """``(examples,)`` what the primary metric adds up over an example's scored targets"""
    weights: np.ndarray
    """``(examples,)`` number of scored targets"""


Parts = dict[str, np.ndarray]


def discrete(log_probabilities: np.ndarray, targets: np.ndarray, scored: np.ndarray) -> Parts:
    """Right answers and surprise in nats, summed by example.

    log_probabilities: ``(batch[, time], size)``, natural logarithms; targets and scored:
    ``(batch[, time])``.
    """
    rows = scored.reshape(len(scored), -1)
    right = (log_probabilities.argmax(-1) == targets).reshape(rows.shape)
    nats = -np.take_along_axis(log_probabilities, targets[..., None], -1).reshape(rows.shape)
    return {
        "accuracy": _total(right, rows),
        "nats": _total(nats, rows),
        "weight": rows.sum(1),
    }


def real(predictions: np.ndarray, targets: np.ndarray, scored: np.ndarray, scale: float) -> Parts:
    """Sums of squared and absolute errors by example, in the target's own unit.

    predictions and targets: ``(batch[, time], dim)``; the mean over dim counts as one target.
    """
    rows = scored.reshape(len(scored), -1)
    error = (predictions.astype(np.float64) - targets) * scale
    return {
        "squared": _total((error**2).mean(-1).reshape(rows.shape), rows),
        "absolute": _total(np.abs(error).mean(-1).reshape(rows.shape), rows),
        "weight": rows.sum(1),
    }


def _total(values: np.ndarray, scored: np.ndarray) -> np.ndarray:
    return np.where(scored, values, 0).sum(1, dtype=np.float64)


def summary(parts: list[Parts], metric: str) -> Scores:
    """Put the parts of several batches together."""
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    weight = whole["weight"].sum()
    mean = {name: float(total.sum() / weight) for name, total in whole.items()}
    if "nats" in whole:
        metrics = {
            "accuracy": mean["accuracy"],
            "cross_entropy": mean["nats"],
            "bits": mean["nats"] / math.log(2),
            "perplexity": math.exp(min(mean["nats"], 700.0)),
        }
        sums = whole["accuracy"] if metric == "accuracy" else whole["nats"] / math.log(2)
    else:
        metrics = {
            "mse": mean["squared"],
            "rmse": math.sqrt(mean["squared"]) if mean["squared"] >= 0 else math.nan,
            "mae": mean["absolute"],
        }
        sums = whole["squared"]
    return Scores(metrics, sums, whole["weight"])


def skill(score: float, floor: float, ceiling: float) -> float:
    """Where a score lies between the floor (0) and the ceiling (1)."""
    return (score - floor) / (ceiling - floor)
