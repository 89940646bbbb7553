"""A GRU performs about as well as an LSTM, with fewer parameters, and is faster.

Source: Chung et al. 2014 (Empirical evaluation of gated recurrent neural networks on sequence
modeling); Jozefowicz, Zaremba and Sutskever 2015 (An empirical exploration of recurrent network
architectures, ICML).

The library has a fused kernel for the LSTM on the processor and none for the GRU: where seconds by
the kernels and by the equations differ, it is by how the kernels were written.
"""

from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, rule
from reports.claims.measures import at_equal_width
from reports.claims.parts import COST_WIDTHS, SURVEY

GRU, LSTM = "gru", "lstm"
CELLS = (SURVEY, *COST_WIDTHS)

COSTS = {
    "parameters, doublings from GRU to LSTM": "parameters",
    "seconds by the equations, doublings": "seconds by equations",
    "seconds by the kernels, doublings": "seconds",
}
MARGIN = 0.05
CRITERION = (
    "At matched parameters, the difference in skill, in the mean over all tasks of the survey, "
    f"lies within {MARGIN:g} of 0 (two one-sided tests); and at equal width, in the mean of the "
    "ratio's logarithm over widths 32, 64 and 128, the GRU has fewer parameters, and an update "
    "takes fewer seconds, both by the equations computed step by step and by the library's kernels."
)


def judge(evidence: Evidence) -> Judgement:
    overall = mean_over(evidence.leads(SURVEY, GRU, LSTM).values())
    comparisons = [
        Comparison("skill of GRU minus LSTM, over all tasks", overall, margin=MARGIN),
        *(Comparison(label, at_equal_width(evidence, LSTM, GRU, cost))
          for label, cost in COSTS.items()),
    ]  # fmt: skip
    return rule(comparisons, "skill", overall)
