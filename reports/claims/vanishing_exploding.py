"""The gradient through k steps is a product of k Jacobians: where their factor is below 1 it
vanishes, where it is above 1 it explodes, exponentially in k.

Source: Bengio, Simard and Frasconi 1994 (IEEE Transactions on Neural Networks); Pascanu, Mikolov
and Bengio 2013 (On the difficulty of training recurrent neural networks, ICML).

The gain multiplies an orthogonal recurrent matrix; tanh, which saturates, holds the gradient below
what the matrix alone would give.
"""

import math

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import Comparison, Judgement, rule

GAINS = {0.5: "rnn[gain=0.5]", 1.0: "rnn", 1.5: "rnn[gain=1.5]", 2.0: "rnn[gain=2.0]"}
SMALL, LARGE = min(GAINS), max(GAINS)
FLOW = Part(
    name="gradient-flow",
    probe="gradient-flow",
    tasks=["recall[lag=100]"],
    architectures=[*GAINS.values(), "rnn[start=uniform]", "lstm", "gru", "lstm[forget_bias=0.0]",
                   "cnn", "tcn", "min_gru", "s4d", "self_attention", "fnn_window"],
    budget={"steps": 300},
)  # fmt: skip
CELLS = (FLOW,)

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
    rates = {gain: _fit(evidence, gain, "rate") for gain in (SMALL, LARGE)}
    small, large = (
        BySeed({s: math.log2(rate) for s, rate in of.items() if rate}) for of in rates.values()
    )
    comparisons = [
        Comparison(f"gain {SMALL:g}, halvings a step", -small, STEEP),
        Comparison(f"gain {LARGE:g}, doublings a step", large, STEEP),
        *(Comparison(f"gain {g:g}, R² of the exponential", _fit(evidence, g, "r2"), STRAIGHT)
          for g in (SMALL, LARGE)),
    ]  # fmt: skip
    axis = "doublings a step, or R²"
    return rule(comparisons, "doublings a step at gain 2", large, axis=axis)


def _fit(evidence: Evidence, gain: float, name: str) -> BySeed:
    """By seed, of the exponential fitted to the gradient before training; where there is one."""
    measured = evidence.measured(FLOW, FLOW.tasks[0], GAINS[gain])
    norms = {seed: found["initial"]["norms"]["hidden_l0"] for seed, found in measured.items()}
    fits = {seed: of["geometric_decay"][name] for seed, of in norms.items()}
    return BySeed({seed: value for seed, value in fits.items() if value is not None})
