"""Clipping the gradient cures exploding gradients, but not vanishing ones.

Source: Pascanu, Mikolov and Bengio 2013 (On the difficulty of training recurrent neural networks,
ICML).

Adam rescales gradients itself, so exploding ones are judged by plain descent. A training that no
longer blows up need not learn.
"""

import math

import numpy as np

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, rule
from reports.claims.parts import CLIPPED, UNCLIPPED

EXPLODING, VANISHING = ("rnn[gain=1.5]", "rnn[gain=2.0]"), "rnn[gain=0.5]"
TASKS = ("recall[lag=50]", "adding")
CLIPPED_SGD, UNCLIPPED_SGD = (
    Part(
        name=name,
        tasks=list(TASKS),
        architectures=list(EXPLODING),
        budget={"clip_norm": norm, "optimizer": "sgd", "learning_rate": 0.1},
        may_diverge=True,
    )
    for name, norm in (("clip-on-sgd", 1.0), ("clip-off-sgd", 0.0))
)
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
        a: _worst(evidence, UNCLIPPED_SGD, a) - _worst(evidence, CLIPPED_SGD, a) for a in EXPLODING
    }
    clipped = evidence.skills(CLIPPED, TASKS[0], VANISHING)
    gained = clipped - evidence.skills(UNCLIPPED, TASKS[0], VANISHING)
    comparisons = [
        *(Comparison(f"{a}: worst loss, unclipped over clipped, doublings", values, HALF)
          for a, values in calmer.items()),
        Comparison(f"{VANISHING}: minus skill at lag 50, clipped", -clipped, -LEARNED),
        Comparison(f"{VANISHING}: minus what clipping adds to it", -gained, -GAIN),
    ]  # fmt: skip
    return rule(comparisons, "doublings of the loss", mean_over(calmer.values()))


def _worst(evidence: Evidence, part: Part, architecture: str) -> BySeed:
    """The largest loss of any update, in doublings over the first; mean over the tasks."""

    def rise(loss: np.ndarray) -> float:
        if not np.isfinite(loss).all():
            return BEYOND
        return min(BEYOND, math.log2(float(loss.max()) / max(float(loss[0]), 1e-12)))

    updates = [evidence.updates(part, task, architecture) for task in TASKS]
    return mean_over(
        BySeed({s: rise(of["loss"]) for s, of in by_seed.items()}) for by_seed in updates
    )
