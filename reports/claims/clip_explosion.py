"""Clipping the gradient cures exploding gradients, but not vanishing ones.

Source: Pascanu, Mikolov and Bengio 2013 (On the difficulty of training recurrent neural networks,
ICML).
"""

import math

import numpy as np

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import differences, mean_over, negative
from reports.claims.judging import Comparison, Judgement, rule
from reports.claims.parts import CLIPPED, UNCLIPPED
from reports.figures import losses
from reports.figures.style import Drawing
from reports.formats import mean, means_by_task

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


# Adam rescales gradients itself; plain descent shows what clipping alone does.
CLIPPED_SGD, UNCLIPPED_SGD = _by_descent("clip-on-sgd", 1.0), _by_descent("clip-off-sgd", 0.0)
CELLS = (CLIPPED, UNCLIPPED, CLIPPED_SGD, UNCLIPPED_SGD)
WAYS = {
    "unclipped": UNCLIPPED_SGD,
    "clipped": CLIPPED_SGD,
    "unclipped under Adam": UNCLIPPED,
    "clipped under Adam": CLIPPED,
}

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
    with_clip, without = (
        evidence.skills(part, TASKS[0], VANISHING) for part in (CLIPPED, UNCLIPPED)
    )
    gained = differences(with_clip, without)
    comparisons = [
        *(Comparison(f"{a}: worst loss, unclipped over clipped, doublings", values, HALF)
          for a, values in calmer.items()),
        Comparison(f"{VANISHING}: minus skill at lag 50, clipped", negative(with_clip), -LEARNED),
        Comparison(f"{VANISHING}: minus what clipping adds to it", negative(gained), -GAIN),
    ]  # fmt: skip
    worst = {
        task: {
            way: mean_over([_worst(evidence, part, a, (task,)) for a in EXPLODING])
            for way, part in WAYS.items()
        }
        for task in TASKS
    }
    pairs = [(task, a) for task in TASKS for a in EXPLODING]
    ended = sum(c.record is not None for p in pairs for c in evidence.cells(UNCLIPPED_SGD, *p))
    reason = (
        f"By plain descent {evidence.diverged(UNCLIPPED_SGD)} of {ended} trainings diverged "
        f"without clipping, {evidence.diverged(CLIPPED_SGD)} with it. Worst loss of an update, in "
        f"doublings over the first ({BEYOND:g} where it is no number): {means_by_task(worst)}. "
        f"Adam rescales gradients itself. Vanishing, without clipping: skill {mean(without)}. "
        "Clipping shortens gradients and never lengthens them, so whatever it adds there comes "
        "from another course of training; seeds that learn the lag either way had nothing to be "
        "cured. A training that no longer blows up need not learn: a network that starts so far on "
        "the chaotic side may stay at the floor."
    )
    return rule(comparisons, "doublings of the loss", mean_over(calmer.values()), reason)


def draw(evidence: Evidence, name: str) -> Drawing | None:
    """The losses of the largest gain on adding, update by update."""
    task, architecture = TASKS[-1], EXPLODING[-1]
    seeds = {
        way: [arrays["loss"] for arrays in evidence.updates(part, task, architecture).values()]
        for way, part in list(WAYS.items())[:2]
    }
    title = f"{task}, {architecture}; dashed: the loss of a constant guess"
    return losses.draw(name, seeds, title, "updates, plain gradient descent", level=1 / 6)


def _worst(
    evidence: Evidence, part: Part, architecture: str, tasks: tuple[str, ...] = TASKS
) -> dict[int, float]:
    """The largest loss of any update, in doublings over the first; mean over the tasks."""
    return mean_over([
        {seed: _rise(np.asarray(arrays["loss"], float))
         for seed, arrays in evidence.updates(part, task, architecture).items()}
        for task in tasks
    ])  # fmt: skip


def _rise(loss: np.ndarray) -> float:
    if not np.isfinite(loss).all():
        return BEYOND
    return min(BEYOND, math.log2(loss.max() / max(loss[0], 1e-12)))
