"""The gradient through k steps is a product of k Jacobians: where their factor is below 1 it
vanishes, where it is above 1 it explodes, exponentially in k.

Source: Bengio, Simard and Frasconi 1994 (IEEE Transactions on Neural Networks); Pascanu, Mikolov
and Bengio 2013 (On the difficulty of training recurrent neural networks, ICML).

The gain multiplies an orthogonal recurrent matrix; tanh, which saturates, holds the gradient below
what the matrix alone would give.
"""

import math
from functools import partial, reduce
from operator import getitem
from statistics import geometric_mean
from typing import Any

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import negative
from reports.claims.judging import Comparison, Judgement, rule
from reports.figures import lines

GAINS = {0.5: "rnn[gain=0.5]", 1.0: "rnn", 1.5: "rnn[gain=1.5]", 2.0: "rnn[gain=2.0]"}
SMALL, LARGE = min(GAINS), max(GAINS)
BESIDE = {"RNN, uniform start": "rnn[start=uniform]", "LSTM": "lstm", "GRU": "gru"}
FLOW = Part(
    name="gradient-flow",
    probe="gradient-flow",
    tasks=["recall[lag=100]"],
    architectures=[*GAINS.values(), *BESIDE.values(), "lstm[forget_bias=0.0]", "cnn", "tcn",
                   "min_gru", "s4d", "self_attention", "fnn_window"],
    budget={"steps": 300},
)  # fmt: skip
CELLS = (FLOW,)

NORMS = ("norms", "hidden_l0", "geometric")
FIT = ("norms", "hidden_l0", "geometric_decay")
"""Where the probe's record has them."""
STEEP, STRAIGHT = 0.1, 0.9
"""Doublings a step, and the share of the variance that the exponential law explains."""
CRITERION = (
    "Before training, the gradient at the hidden state, geometric mean over examples, shrinks by "
    f"more than {STEEP:g} halvings a step at a recurrent gain of {SMALL:g} and grows by more than "
    f"{STEEP:g} doublings a step at a gain of {LARGE:g}, which is a factor of 1,000 in 100 steps; "
    f"and a straight line through its logarithm against the lag explains more than {STRAIGHT:g} of "
    "its variance, in both."
)


def judge(evidence: Evidence) -> Judgement:
    small, large = (
        {
            seed: math.log2(rate)
            for seed, rate in _initial(evidence, a, *FIT, "rate").items()
            if rate
        }
        for a in (GAINS[SMALL], GAINS[LARGE])
    )
    comparisons = [
        Comparison(f"gain {SMALL:g}, halvings a step", negative(small), STEEP),
        Comparison(f"gain {LARGE:g}, doublings a step", large, STEEP),
        *(Comparison(f"gain {gain:g}, R² of the exponential",
                     _initial(evidence, GAINS[gain], *FIT, "r2"), STRAIGHT)
          for gain in (SMALL, LARGE)),
    ]  # fmt: skip
    names = {f"RNN, gain {gain:g}": a for gain, a in GAINS.items()} | BESIDE
    norms = {label: _norms(evidence, a) for label, a in names.items()}
    panel = lines.Panel("gradient at the hidden state, before training", norms)
    scale = lines.Scale("steps back from the output", "gradient norm", logarithmic=True)
    draw = partial(lines.draw, shown=[panel], scale=scale)
    return rule(comparisons, "doublings a step at gain 2", large, draw=draw)


def _norms(evidence: Evidence, architecture: str) -> dict[int, list[float]]:
    """By lag from 1 on, the geometric mean over examples and seeds, where no seed has a zero."""
    seeds = list(_initial(evidence, architecture, *NORMS).values())
    by_lag = dict(enumerate(zip(*seeds, strict=False)))
    return {lag: [geometric_mean(norms)] for lag, norms in by_lag.items() if lag and all(norms)}


def _initial(evidence: Evidence, architecture: str, *path: str) -> dict[int, Any]:
    """By seed, what the probe says at a path of the network before training."""
    (task,) = evidence.tasks(FLOW) or ("",)
    measured = evidence.measured(FLOW, task, architecture)
    values = {seed: reduce(getitem, path, numbers["initial"]) for seed, numbers in measured.items()}
    return {seed: value for seed, value in values.items() if value is not None}
