"""The gradient through k steps is a product of k Jacobians: where their factor is below 1 it
vanishes, where it is above 1 it explodes, exponentially in k.

Source: Bengio, Simard and Frasconi 1994 (IEEE Transactions on Neural Networks); Pascanu, Mikolov
and Bengio 2013 (On the difficulty of training recurrent neural networks, ICML).
"""

import math
from functools import reduce
from operator import getitem
from typing import Any

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import negative
from reports.claims.judging import Comparison, Judgement, rule
from reports.figures import lines
from reports.figures.style import Drawing
from reports.formats import means

GAINS = {0.5: "rnn[gain=0.5]", 1.0: "rnn", 1.5: "rnn[gain=1.5]", 2.0: "rnn[gain=2.0]"}
SMALL, LARGE = min(GAINS), max(GAINS)
BESIDE = {"uniform start": "rnn[start=uniform]", "LSTM": "lstm", "GRU": "gru"}
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
LYAPUNOV = ("jacobian", "lyapunov")
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
    def by_gain(when: str, *path: str) -> dict[str, dict[int, float]]:
        return {f"gain {g:g}:": _measured(evidence, a, when, *path) for g, a in GAINS.items()}

    rates, trained = (by_gain(when, *FIT, "rate") for when in ("initial", "trained"))
    straight, exponents = by_gain("initial", *FIT, "r2"), by_gain("initial", *LYAPUNOV)
    small, large = (
        {seed: math.log2(rate) for seed, rate in rates[f"gain {gain:g}:"].items() if rate > 0}
        for gain in (SMALL, LARGE)
    )
    comparisons = [
        Comparison(f"gain {SMALL:g}, halvings a step", negative(small), STEEP),
        Comparison(f"gain {LARGE:g}, doublings a step", large, STEEP),
        *(Comparison(f"gain {gain:g}, R² of the exponential", straight[f"gain {gain:g}:"], STRAIGHT)
          for gain in (SMALL, LARGE)),
    ]  # fmt: skip
    jacobians = {gain: map(math.exp, of.values()) for gain, of in exponents.items()}
    beside = {word: _measured(evidence, a, "initial", *FIT, "rate") for word, a in BESIDE.items()}
    reason = (
        "Factor that multiplies the gradient at each step further back. Before training: "
        f"{means(rates)}; by the product of the step's Jacobians alone, from its largest Lyapunov "
        f"exponent: {means(jacobians)}; after training: {means(trained)}. For comparison, before "
        f"training: {means(beside)}. Share of the variance explained: {means(straight)}; at a "
        "factor near 1 there is little to explain. The gain multiplies an orthogonal recurrent "
        "matrix; tanh, which saturates, holds the gradient below what the matrix alone would give."
    )
    return rule(comparisons, "doublings a step at gain 2", large, reason)


def draw(evidence: Evidence, name: str) -> Drawing | None:
    """The gradient against the lag: geometric mean over examples and seeds."""
    names = {f"RNN, gain {gain:g}": a for gain, a in GAINS.items()}
    names |= {f"RNN, {w}" if "start" in w else w: a for w, a in BESIDE.items()}
    norms = {
        word: {lag: [norm] for lag, norm in _norms(evidence, a).items()}
        for word, a in names.items()
    }
    panel = lines.Panel("gradient at the hidden state, before training", norms)
    scale = lines.Scale("steps back from the output", "gradient norm", logarithmic=True)
    return lines.draw(name, [panel], scale)


def _norms(evidence: Evidence, architecture: str) -> dict[int, float]:
    """By lag from 1 on, the geometric mean over examples and seeds, where no seed has a zero."""
    seeds = list(_measured(evidence, architecture, "initial", *NORMS).values())
    by_lag = dict(enumerate(zip(*seeds, strict=False)))
    logs = {lag: [math.log(norm) for norm in norms if norm] for lag, norms in by_lag.items() if lag}
    return {lag: math.exp(sum(v) / len(v)) for lag, v in logs.items() if len(v) == len(seeds)}


def _measured(evidence: Evidence, architecture: str, *path: str) -> dict[int, Any]:
    """By seed, what the probe says at a path; where it says anything."""
    (task,) = evidence.tasks(FLOW) or ("",)
    measured = evidence.measured(FLOW, task, architecture)
    values = {seed: reduce(getitem, path, numbers) for seed, numbers in measured.items()}
    return {seed: value for seed, value in values.items() if value is not None}
