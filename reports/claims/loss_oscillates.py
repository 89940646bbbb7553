"""The training loss of an RNN swings; clipping the gradient calms it.

Source: Pascanu, Mikolov and Bengio 2013 (On the difficulty of training recurrent neural networks,
ICML).

This is about plain gradient descent at one learning rate. Adam divides by the gradients' usual
size, and so takes over much of what clipping does. In a training that diverged the 99th percentile
counts as 1,024 times the median.
"""

import math
from collections.abc import Mapping

import numpy as np

from harness.experiment.matrix import Part
from harness.experiment.record import Outcome
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import (
    Measured,
    Statement,
    all_of,
    mean_above,
    mean_over,
    needs_clipping,
)
from reports.claims.measures import clipped_share
from reports.claims.parts import CLIPPED, UNCLIPPED

CELLS = (CLIPPED, UNCLIPPED)
RNN, OTHERS = "rnn[start=orthogonal]", ("lstm", "cnn")
WATCHED = CLIPPED.budget["watched"]
OF = {"loss": f"loss of the same {WATCHED} examples", "gradient": "norm of the gradient"}

TENTH, BEYOND = math.log2(1.1), 10.0
"""Doublings: a tenth more, and what stands for a training that diverged."""
AT_LEAST = 0.01
"""Of the updates: as many as are compared with the median. Fewer that are clipped show nothing."""
RARE = (
    "the 99th percentile of the {}, divided by their median (mean of the ratio over adding and "
    "text), is more than a tenth larger"
)
CHANGES = f"changes per update of the logarithm of the RNN's loss on the same {WATCHED} examples"
NORMS = "norms of the RNN's gradient (before clipping)"
STATEMENTS = {
    "swinging loss": Statement(
        f"Without clipping, {RARE.format(CHANGES)} than the LSTM's, and than the CNN's."
    ),
    "swinging gradient": Statement(
        f"Without clipping, {RARE.format(NORMS)} than the LSTM's, and than the CNN's."
    ),
    "calmer loss": Statement(
        f"Without clipping, {RARE.format(CHANGES)} than with the gradient's norm clipped at 1, "
        f"which acts in at least {AT_LEAST:.0%} of the updates."
    ),
    "calmer gradient": Statement(
        f"Without clipping, {RARE.format(NORMS)} than with the norm clipped at 1, which acts in "
        f"at least {AT_LEAST:.0%} of the updates."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    measured, acted = {}, clipped_share(evidence, CLIPPED, RNN)
    for name, what in OF.items():
        wild = _tails(evidence, UNCLIPPED, RNN, name)
        against = {
            f"rnn against {other}: {what}": _tails(evidence, UNCLIPPED, other, name)
            for other in OTHERS
        }
        calm = _tails(evidence, CLIPPED, RNN, name)
        label = f"rnn, without clipping against with: {what}"
        measured[f"swinging {name}"] = all_of(
            _larger(label, wild, other) for label, other in against.items()
        )
        measured[f"calmer {name}"] = needs_clipping(_larger(label, wild, calm), acted, AT_LEAST)
    return measured


def _larger(label: str, one: BySeed, other: BySeed) -> Measured:
    return mean_above(label, one - other, TENTH, "doublings of the ratio")


def _tails(evidence: Evidence, part: Part, architecture: str, name: str) -> BySeed:
    """How many times the median the largest hundredth is, in doublings; mean over the tasks."""
    return mean_over(_tail(evidence, part, task, architecture, name) for task in part.tasks)


def _tail(evidence: Evidence, part: Part, task: str, architecture: str, name: str) -> BySeed:
    updates = evidence.updates(part, task, architecture)
    cells = evidence.cells(part, task, architecture)
    diverged = {c.seed: BEYOND for c in cells if c.outcome == Outcome.DIVERGED}
    ended = {s: ratio(_sizes(of, name)) for s, of in updates.items() if s not in diverged}
    return BySeed(ended | diverged)


def _sizes(updates: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """Of each update: the change of the logarithm of the loss, or the norm of the gradient."""
    if name == "gradient":
        return updates["norm"].astype(float)
    return np.abs(np.diff(np.log(np.maximum(updates["watched"].astype(float), 1e-12))))


def ratio(sizes: np.ndarray) -> float:
    """The 99th percentile over the median, in doublings."""
    median, rare = np.quantile(sizes, [0.5, 0.99])
    return min(BEYOND, math.log2(rare / median)) if median > 0 else BEYOND * (rare > 0)
