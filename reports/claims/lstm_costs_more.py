"""An LSTM is less efficient than a plain recurrent network.

Source: Chung et al. 2014 (Empirical evaluation of gated recurrent neural networks on sequence
modeling).

Seconds hold for this machine and this version of the library's kernels. At matched parameters, as
in the matrix, the LSTM is narrower instead.
"""

from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, rule, times
from reports.claims.measures import at_equal_width
from reports.claims.parts import COST_WIDTHS

CELLS = COST_WIDTHS

CRITERION = (
    "At equal width, in the mean of the ratio's logarithm over widths 32, 64 and 128, an LSTM has "
    "more parameters than an RNN, and an update takes more floating-point operations and more "
    "seconds, both by the library's kernels and by the equations computed step by step."
)
COSTS = {
    "parameters": "parameters",
    "FLOPs": "flops",
    "seconds by the equations": "seconds by equations",
    "seconds by the library's kernels": "seconds",
}


def judge(evidence: Evidence) -> Judgement:
    by_cost = {name: at_equal_width(evidence, "lstm", "rnn", cost) for name, cost in COSTS.items()}
    comparisons = [Comparison(name, values) for name, values in by_cost.items()]
    axis = "cost of the LSTM over that of the RNN, doublings (1 = twice, 2 = four times)"
    return rule(comparisons, "times the FLOPs", times(by_cost["FLOPs"]), axis=axis)
