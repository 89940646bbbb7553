"""The gradient through k steps is a product of k Jacobians: where their factor is below 1 it
vanishes, where it is above 1 it explodes, exponentially in k.

Source: Bengio, Simard and Frasconi 1994 (IEEE Transactions on Neural Networks); Pascanu, Mikolov
and Bengio 2013 (On the difficulty of training recurrent neural networks, ICML).

The gain multiplies an orthogonal recurrent matrix; tanh, which saturates, holds the gradient below
what the matrix alone would give. Measured is the network before training.
"""

import math
from collections.abc import Callable, Mapping
from statistics import fmean
from typing import Any

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.analysis.statistics import Summary
from reports.claims.judging import (
    Draw,
    Measured,
    Statement,
    all_of,
    along,
    mean_above,
    mean_below,
)
from reports.figures import lines

GAINS = {0.5: "rnn[gain=0.5]", 1.0: "rnn", 1.5: "rnn[gain=1.5]", 2.0: "rnn[gain=2.0]"}
WIDTHS = {
    width: Part(
        name=f"gradient-width-{width}",
        probe="gradient-flow",
        tasks=["recall[lag=100]"],
        architectures=list(GAINS.values()),
        budget={"match": "none", "width": width, "steps": 1},
    )
    for width in (16, 64, 256)
}
CELLS = tuple(WIDTHS.values())

BELOW, ABOVE, STEEP, STRAIGHT = 0.5, (1.5, 2.0), (0.5, 2.0), 0.9
EACH = "in networks of 16, of 64 and of 256 units, each"
STATEMENTS = {
    f"gain {BELOW:g}": Statement(
        f"At a recurrent gain of {BELOW:g} the gradient shrinks on average with each step back "
        f"(the slope of its logarithm is below 0), {EACH}."
    ),
    **{
        f"gain {gain:g}": Statement(
            f"At a recurrent gain of {gain:g} the gradient grows on average with each step back "
            f"(the slope of its logarithm is above 0), {EACH}."
        )
        for gain in ABOVE
    },
    "exponential": Statement(
        f"At gains of {STEEP[0]:g} and {STEEP[1]:g} a straight line through the logarithm of the "
        f"gradient against the steps back explains more than {STRAIGHT:g} of its variance, {EACH}."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    def each(gain: float, test: Callable[..., Measured]) -> Measured:
        slopes = {width: _slope(evidence, width, gain) for width in WIDTHS}
        measured = [test(f"gain {gain:g}, {width} units", of) for width, of in slopes.items()]
        return all_of(measured).with_(unit="doublings a step")

    straight = [
        mean_above(f"gain {gain:g}, {width} units, R²", _fit(evidence, width, gain, "r2"), STRAIGHT)
        for gain in STEEP
        for width in WIDTHS
    ]
    exponential = all_of(straight).with_(unit="of the variance explained")
    return {
        f"gain {BELOW:g}": each(BELOW, mean_below),
        **{f"gain {gain:g}": each(gain, mean_above) for gain in ABOVE},
        "exponential": exponential,
    }


def draw(evidence: Evidence, _: Mapping[str, Measured]) -> Draw:
    """What is left of the gradient, against the steps back."""
    panels = [
        lines.Panel(
            f"{width} units",
            {f"gain {gain:g}": _left(evidence, width, gain) for gain in GAINS},
        )
        for width in WIDTHS
    ]
    scale = lines.Scale("steps back from the output", "gradient, of that at the output")
    return along(panels, scale)


def _norms(evidence: Evidence, width: int, gain: float) -> dict[int, Any]:
    """By seed, at the hidden state before training."""
    part = WIDTHS[width]
    measured = evidence.measured(part, part.tasks[0], GAINS[gain])
    return {seed: found["initial"]["norms"]["hidden_l0"] for seed, found in measured.items()}


def _fit(evidence: Evidence, width: int, gain: float, name: str) -> BySeed:
    """Of the exponential fitted to the gradient, geometric mean over examples; where there is
    one."""
    norms = _norms(evidence, width, gain)
    fits = {seed: of["geometric_decay"][name] for seed, of in norms.items()}
    return BySeed({seed: value for seed, value in fits.items() if value is not None})


def _slope(evidence: Evidence, width: int, gain: float) -> BySeed:
    rates = _fit(evidence, width, gain, "rate")
    return BySeed({seed: math.log2(rate) for seed, rate in rates.items() if rate > 0})


def _left(evidence: Evidence, width: int, gain: float) -> dict[int, Summary]:
    """By steps back, geometric mean over seeds."""
    curves = [of["geometric"] for of in _norms(evidence, width, gain).values()]
    left = {}
    for lag, norms in enumerate(zip(*curves, strict=False)):
        if all(norms) and all(curve[0] for curve in curves):
            shares = [norm / curve[0] for norm, curve in zip(norms, curves, strict=True)]
            left[lag] = Summary(len(shares), math.exp(fmean(map(math.log, shares))))
    return left
