"""A GRU performs about as well as an LSTM, with fewer parameters, and is faster.

Source: Chung et al. 2014 (Empirical evaluation of gated recurrent neural networks on sequence
modeling); Jozefowicz, Zaremba and Sutskever 2015 (An empirical exploration of recurrent network
architectures, ICML).
"""

import math

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims import costs
from reports.claims.by_seed import mean_over, negative, times
from reports.claims.judging import Comparison, Judgement, rule
from reports.claims.parts import COST_WIDTH, SURVEY
from reports.formats import amount, estimate, listed, mean

GRU, LSTM = "gru", "lstm"
CELLS = (SURVEY, *COST_WIDTH.values())

MARGIN = 0.05
CRITERION = (
    "At matched parameters, the difference in skill, in the mean over all tasks of the survey, "
    f"lies within {MARGIN:g} of 0 (two one-sided tests); and at equal width, in the mean of the "
    "ratio's logarithm over widths 32, 64 and 128, the GRU has fewer parameters, and an update "
    "takes fewer seconds, both by the equations computed step by step and by the library's kernels."
)


def judge(evidence: Evidence) -> Judgement:
    by_task = evidence.leads(SURVEY, GRU, LSTM)
    overall = mean_over(by_task.values())
    fewer, equations, kernels = (
        costs.at_equal_width(evidence, LSTM, GRU, cost)
        for cost in (costs.parameters, costs.seconds_by_equations, costs.seconds)
    )
    comparisons = [
        Comparison("skill of GRU minus LSTM, over all tasks", overall, margin=MARGIN),
        Comparison("parameters, doublings from GRU to LSTM", fewer),
        Comparison("seconds by the equations, doublings", equations),
        Comparison("seconds by the kernels, doublings", kernels),
    ]
    gains = {task: summarize(gain).mean or 0.0 for task, gain in by_task.items()}
    unlike = [f"{task} ({amount(gain)})" for task, gain in gains.items() if abs(gain) > MARGIN]
    share, quick, slow = (times(negative(ratios)) for ratios in (fewer, equations, kernels))
    by_kernel = (summarize(slow).low or 0) > 1 and (summarize(quick).high or math.inf) < 1
    reason = (
        f"Of {len(by_task)} tasks, those with a difference in skill beyond {MARGIN:g}: "
        f"{listed(unlike, 99) or 'none'}. The GRU in times of the LSTM: {mean(share)} of the "
        f"parameters, {estimate(quick)} of the seconds by the equations on one core, "
        f"{estimate(slow)} by the library's kernels. "
        + ("The library has a fused kernel for the LSTM on the processor, and none for the GRU: "
           "here it is the kernel that makes the GRU the slower one, not its equations."
           if by_kernel else
           "Where the last two differ, it is by how the library's kernels were written.")
    )  # fmt: skip
    return rule(comparisons, "skill", overall, reason)
