"""The gradient through k steps vanishes or explodes, exponentially in k."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, Comparison, Judgement, rule
from reports.figures.style import Drawing, canvas, finish, looks
from reports.formats import amount, by_name, found

PART = "gradient-flow"
GAINS = {0.5: "rnn[gain=0.5]", 1.0: "rnn", 1.5: "rnn[gain=1.5]", 2.0: "rnn[gain=2.0]"}
SMALL, LARGE = 0.5, 2.0
OTHERS = {"uniform start": "rnn[start=uniform]", "LSTM": "lstm", "GRU": "gru"}
PLACE = "hidden_l0"
STEEP, STRAIGHT = 0.1, 0.9
"""Doublings a step, and the share of the variance that the exponential law explains."""


def judge(evidence: Evidence) -> Judgement:
    small, large = (_doublings(evidence, GAINS[gain]) for gain in (SMALL, LARGE))
    if not (small and large):
        return rule([], "", "")
    vanishing = {seed: -value for seed, value in small.items()}
    comparisons = [
        Comparison(f"gain {SMALL:g}, halvings a step", vanishing, STEEP),
        Comparison(f"gain {LARGE:g}, doublings a step", large, STEEP),
        *(Comparison(f"gain {gain:g}, R² of the exponential", _fit(evidence, GAINS[gain], "r2"),
                     STRAIGHT) for gain in (SMALL, LARGE)),
    ]  # fmt: skip

    def reason(judgement: Judgement) -> str:
        rates = {g: _fit(evidence, a, "rate") for g, a in GAINS.items()}
        straight = by_name((f"{g:g}", _fit(evidence, GAINS[g], "r2").values()) for g in GAINS)
        jacobian = by_name((f"{g:g}", _lyapunov(evidence, a).values()) for g, a in GAINS.items())
        after = by_name(
            (f"{g:g}", _fit(evidence, a, "rate", "trained").values()) for g, a in GAINS.items()
        )
        others = by_name((w, _fit(evidence, a, "rate").values()) for w, a in OTHERS.items())
        return (
            "Before training, with each step further back from the output the gradient of the "
            "loss with respect to the hidden state is multiplied by "
            + "; ".join(f"{found(r.values())} at gain {g:g}" for g, r in rates.items() if r)
            + f". How much of the logarithm's variance a straight line explains, by gain: "
            f"{straight} (at a factor near 1 there is little to explain). The factor that the "
            f"product of the step's Jacobians gives by itself, from its largest Lyapunov exponent, "
            f"by gain: {jacobian}. After training the factor in the gradient is {after}. For "
            f"comparison, before training: {others}. Over 100 steps a factor of "
            f"{amount(2**-STEEP)} makes a thousandth, and one of {amount(2**STEEP)} a thousand. "
            "The gain multiplies an orthogonal recurrent matrix; tanh, which saturates, holds the "
            "gradient below what the matrix alone would give."
        )

    return rule(comparisons, "doublings a step at gain 2", reason, large)


def draw(evidence: Evidence, judgement: Judgement) -> Drawing | None:
    """The gradient against the lag, by gain: geometric mean over examples and seeds."""
    lines = {
        "RNN, gain {gain}".format(gain=f"{g:g}"): _norms(evidence, a) for g, a in GAINS.items()
    }
    lines |= {w if w != "uniform start" else "RNN, uniform start": _norms(evidence, a)
              for w, a in OTHERS.items()}  # fmt: skip
    lines = {name: norms for name, norms in lines.items() if norms}
    if not lines:
        return None
    figure, axes = canvas(7.2, 3.6, (0.75, 1.75, 0.15, 0.5))
    axes.set_yscale("log")
    for (name, norms), look in zip(lines.items(), looks(tuple(lines)).values(), strict=True):
        axes.plot(list(norms), list(norms.values()), color=look.colour, linestyle=look.line,
                  linewidth=1.4, marker=look.marker, markersize=4, markevery=12,
                  label=name)  # fmt: skip
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0e}")
    axes.yaxis.set_minor_formatter(lambda value, _: "")
    axes.set_xlabel("steps back from the output")
    axes.set_ylabel("gradient at the hidden state, before training", fontsize=8)
    handles, labels = axes.get_legend_handles_labels()
    order = sorted(range(len(labels)), key=lambda i: -list(lines[labels[i]].values())[-1])
    axes.legend([handles[i] for i in order], [labels[i] for i in order], frameon=False,
                loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=8)  # fmt: skip
    told = [f"{name}: {norms[max(norms)]:.0e}" for name, norms in lines.items()]
    alt = "Gradient norm against lag before training; at the longest lag: {found}.".format(
        found="; ".join(told)
    )
    return finish(figure, f"claim-{CLAIM.id}", alt)


def _norms(evidence: Evidence, architecture: str) -> dict[int, float]:
    """By lag from 1 on, the geometric mean over examples and seeds, where no seed has a zero."""
    seeds = [_place(m, "initial")["geometric"] for m in _measured(evidence, architecture).values()]
    logs = {
        lag: [math.log(norm) for norm in norms if norm]
        for lag, norms in enumerate(zip(*seeds, strict=False))
        if lag
    }
    return {k: math.exp(sum(v) / len(v)) for k, v in logs.items() if len(v) == len(seeds)}


def _doublings(evidence: Evidence, architecture: str) -> dict[int, float]:
    rates = _fit(evidence, architecture, "rate")
    return {seed: math.log2(rate) for seed, rate in rates.items() if rate > 0}


def _fit(
    evidence: Evidence, architecture: str, name: str, when: str = "initial"
) -> dict[int, float]:
    """``rate`` or ``r2`` of the fit to the geometric mean over examples, by seed."""
    return _numbers(evidence, architecture, lambda m: _place(m, when)["geometric_decay"][name])


def _lyapunov(evidence: Evidence, architecture: str) -> dict[int, float]:
    """The factor a step that the largest Lyapunov exponent stands for."""
    found = _numbers(evidence, architecture, lambda m: m["initial"]["jacobian"]["lyapunov"])
    return {seed: math.exp(value) for seed, value in found.items()}


def _numbers(
    evidence: Evidence, architecture: str, of: Callable[[dict[str, Any]], float | None]
) -> dict[int, float]:
    found = {seed: of(m) for seed, m in _measured(evidence, architecture).items()}
    return {seed: value for seed, value in found.items() if value is not None}


def _measured(evidence: Evidence, architecture: str) -> dict[int, dict[str, Any]]:
    (task,) = evidence.tasks(PART) or ("",)
    return evidence.measured(PART, task, architecture)


def _place(measured: dict[str, Any], when: str) -> dict[str, Any]:
    return measured[when]["norms"][PLACE]


CLAIM = Claim(
    id="vanishing-exploding",
    statement="The gradient through k steps is a product of k Jacobians: where their factor is "
    "below 1 it vanishes, where it is above 1 it explodes, exponentially in k.",
    source="Bengio, Simard and Frasconi 1994 (IEEE Transactions on Neural Networks); Pascanu, "
    "Mikolov and Bengio 2013 (On the difficulty of training recurrent neural networks, ICML)",
    needs=(PART,),
    criterion="Before training, the gradient at the hidden state, geometric mean over examples, "
    f"shrinks by more than {STEEP:g} halvings a step at a recurrent gain of {SMALL:g} and grows by "
    f"more than {STEEP:g} doublings a step at a gain of {LARGE:g}, which is a factor of 1,000 in "
    "100 steps; and a straight line through its logarithm against the lag explains more than "
    f"{STRAIGHT:g} of its variance, in both.",
    judge=judge,
    draw=draw,
)
