"""An LSTM is less efficient than a plain recurrent network.

Source: Chung et al. 2014 (Empirical evaluation of gated recurrent neural networks on sequence
modeling).
"""

import math

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims import costs
from reports.claims.by_seed import times
from reports.claims.judging import Comparison, Judgement, rule
from reports.claims.parts import COST_WIDTH
from reports.formats import means

CELLS = tuple(COST_WIDTH.values())

CRITERION = (
    "At equal width, in the mean of the ratio's logarithm over widths 32, 64 and 128, an LSTM has "
    "more parameters than an RNN, and an update takes more floating-point operations and more "
    "seconds, both by the library's kernels and by the equations computed step by step."
)
COSTS: dict[str, costs.Cost] = {
    "parameters": costs.parameters,
    "FLOPs": costs.flops,
    "seconds by the equations": costs.seconds_by_equations,
    "seconds by the library's kernels": costs.seconds,
}


def judge(evidence: Evidence) -> Judgement:
    comparisons = [
        Comparison(name, costs.at_equal_width(evidence, "lstm", "rnn", cost))
        for name, cost in COSTS.items()
    ]
    ratios = {c.label: times(c.values) for c in comparisons}
    faster = (summarize(ratios["seconds by the library's kernels"]).high or math.inf) < 1
    reason = (
        f"The LSTM in times of the RNN, on sequences of 100 steps: {means(ratios)}. Parameters are "
        "without the embedding, seconds by the equations those of one core. "
        + ("That the kernel makes the LSTM the faster one says how it was written, and nothing "
           "about the equations. " if faster else "")
        + "Seconds hold for this machine and this version of the library. At matched parameters, "
        "as in the matrix, the LSTM is narrower instead."
    )  # fmt: skip
    axis = "cost of the LSTM over that of the RNN, doublings (1 = twice, 2 = four times)"
    return rule(comparisons, "times the FLOPs", ratios["FLOPs"], reason, axis=axis)
