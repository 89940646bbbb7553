"""An LSTM costs more than a plain recurrent network of the same width."""

from __future__ import annotations

import math

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims import costs
from reports.claims.claim import Claim, Comparison, Judgement, rule
from reports.figures import forest
from reports.figures.style import Drawing
from reports.formats import amount, found

COSTS: dict[str, costs.Cost] = {
    "parameters": costs.parameters,
    "FLOPs": costs.flops,
    "seconds by the equations": costs.seconds_by_equations,
    "seconds by the library's kernels": costs.seconds,
}


def judge(evidence: Evidence) -> Judgement:
    ratios = {
        name: costs.at_equal_width(evidence, "lstm", "rnn", cost) for name, cost in COSTS.items()
    }
    comparisons = [Comparison(name, values) for name, values in ratios.items()]
    times = {name: costs.times(values) for name, values in ratios.items()}

    def reason(judgement: Judgement) -> str:
        kernel = costs.times(ratios["seconds by the library's kernels"])
        faster = (summarize(kernel.values()).high or math.inf) < 1
        return (
            "At the same number of hidden units, 32, 64 and 128, on sequences of 100 steps, an "
            f"LSTM has {_mean(times['parameters'])} times the parameters of an RNN, "
            "without the embedding, and an update takes "
            f"{_mean(times['FLOPs'])} times the floating-point operations. By the "
            "equations, computed step by step on one core, an update takes "
            f"{found(times['seconds by the equations'].values())} times the seconds; by the "
            f"library's kernels {found(kernel.values())} times. "
            + ("That the kernel makes the LSTM the faster one says how it was written, and "
               "nothing about the equations. " if faster else "")
            + "Seconds hold for this machine and this version of the library. At matched "
            "parameters, as in the matrix, the LSTM is narrower instead."
        )  # fmt: skip

    return rule(comparisons, "times the FLOPs", reason, times["FLOPs"])


def _mean(times: dict[int, float]) -> str:
    """Of what is counted, and so the same for every seed."""
    return amount(summarize(times.values()).mean)


def draw(evidence: Evidence, judgement: Judgement) -> Drawing | None:
    return forest.draw(
        f"claim-{CLAIM.id}",
        judgement.comparisons,
        "cost of the LSTM over that of the RNN, doublings (1 = twice, 2 = four times)",
    )


CLAIM = Claim(
    id="lstm-costs-more",
    statement="An LSTM is less efficient than a plain recurrent network.",
    source="Chung et al. 2014 (Empirical evaluation of gated recurrent neural networks on sequence "
    "modeling)",
    needs=costs.WIDTHS,
    criterion="At equal width, in the mean of the ratio's logarithm over widths 32, 64 and 128, an "
    "LSTM has more parameters than an RNN, and an update takes more floating-point operations and "
    "more seconds, both by the library's kernels and by the equations computed step by step.",
    judge=judge,
    draw=draw,
)
