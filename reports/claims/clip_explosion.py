"""Clipping the gradient cures exploding gradients, but not vanishing ones.

Source: Pascanu, Mikolov and Bengio 2013 (On the difficulty of training recurrent neural networks,
ICML).

Adam rescales gradients itself, so exploding ones are judged by plain descent. A training that no
longer blows up need not learn, and clipping never lengthens a gradient: whatever it adds where
gradients vanish comes from another course of training.
"""

import math
from functools import partial

import numpy as np

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import differences, mean_over, negative
from reports.claims.judging import Comparison, Judgement, rule
from reports.claims.parts import CLIPPED, UNCLIPPED
from reports.figures import losses

EXPLODING, VANISHING = ("rnn[gain=1.5]", "rnn[gain=2.0]"), "rnn[gain=0.5]"
TASKS = ("recall[lag=50]", "adding")


def _by_descent(name: str, norm: float) -> Part:
    return Part(
        name=name,
        tasks=list(TASKS),
        architectures=list(EXPLODING),
        budget={"clip_norm": norm, "optimizer": "sgd", "learning_rate": 0.1},
        may_diverge=True,
    )


CLIPPED_SGD, UNCLIPPED_SGD = _by_descent("clip-on-sgd", 1.0), _by_descent("clip-off-sgd", 0.0)
CELLS = (CLIPPED, UNCLIPPED, CLIPPED_SGD, UNCLIPPED_SGD)

HALF, LEARNED, GAIN = 1.0, 0.5, 0.05
BEYOND = 128.0
"""Doublings that stand for a loss beyond all bounds: where 32-bit numbers end."""
CRITERION = (
    "Of RNNs that start with a recurrent gain of 1.5 and of 2, trained by plain gradient descent, "
    "clipping the norm at 1 brings the worst loss of any update down to less than half (geometric "
    "mean over recall at a lag of 50 and adding); and of one that starts with a gain of 0.5, where "
    f"gradients vanish, clipping adds less than {GAIN:g} to the skill at a lag of 50, which stays "
    f"below {LEARNED:g}."
)


def judge(evidence: Evidence) -> Judgement:
    calmer = {
        a: differences(_worst(evidence, UNCLIPPED_SGD, a), _worst(evidence, CLIPPED_SGD, a))
        for a in EXPLODING
    }
    clipped, unclipped = (
        evidence.skills(part, TASKS[0], VANISHING) for part in (CLIPPED, UNCLIPPED)
    )
    gained = differences(clipped, unclipped)
    comparisons = [
        *(Comparison(f"{a}: worst loss, unclipped over clipped, doublings", values, HALF)
          for a, values in calmer.items()),
        Comparison(f"{VANISHING}: minus skill at lag 50, clipped", negative(clipped), -LEARNED),
        Comparison(f"{VANISHING}: minus what clipping adds to it", negative(gained), -GAIN),
    ]  # fmt: skip
    task, architecture = TASKS[-1], EXPLODING[-1]
    seeds = {
        way: [arrays["loss"] for arrays in evidence.updates(part, task, architecture).values()]
        for way, part in (("unclipped", UNCLIPPED_SGD), ("clipped", CLIPPED_SGD))
    }
    draw = partial(
        losses.draw,
        losses=seeds,
        title=f"{task}, {architecture}; dashed: the loss of a constant guess",
        across="updates, plain gradient descent",
        level=1 / 6,
    )
    return rule(comparisons, "doublings of the loss", mean_over(calmer.values()), draw=draw)


def _worst(evidence: Evidence, part: Part, architecture: str) -> dict[int, float]:
    """The largest loss of any update, in doublings over the first; mean over the tasks."""
    return mean_over(
        {seed: _rise(np.asarray(arrays["loss"], float))
         for seed, arrays in evidence.updates(part, task, architecture).items()}
        for task in TASKS
    )  # fmt: skip


def _rise(loss: np.ndarray) -> float:
    if not np.isfinite(loss).all():
        return BEYOND
    return min(BEYOND, math.log2(loss.max() / max(loss[0], 1e-12)))
