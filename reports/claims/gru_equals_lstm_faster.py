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
from reports.claims.judging import Comparison, Judgement, missing, rule
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
    pairs = {task: evidence.ahead(SURVEY, task, GRU, LSTM) for task in evidence.tasks(SURVEY)}
    by_task = {task: gain for task, gain in pairs.items() if gain}
    overall = mean_over(list(by_task.values()))
    fewer, equations, kernels = (
        costs.at_equal_width(evidence, LSTM, GRU, cost)
        for cost in (costs.parameters, costs.seconds_by_equations, costs.seconds)
    )
    if not (overall and fewer and equations and kernels):
        return missing()
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
        f"At matched parameters, over {len(by_task)} tasks, the GRU's skill minus the LSTM's is "
        f"{estimate(overall)}; within {MARGIN:g} either way counts as the same. "
        + (f"On single tasks the difference is larger than that: {listed(unlike, 99)}. " if unlike
           else "On no single task is the difference larger than that. ")
        + f"At the same width the GRU has {mean(share)} times the LSTM's parameters, and by the "
        f"equations, step by step on one core, an update takes {estimate(quick)} times as long; by "
        f"the library's kernels {estimate(slow)} times. "
        + ("The library has a fused kernel for the LSTM on the processor, and none for the GRU: "
           "here it is the kernel that makes the GRU the slower one, not its equations."
           if by_kernel else
           "Where the last two differ, it is by how the library's kernels were written.")
    )  # fmt: skip
    return rule(comparisons, "skill", overall, reason)
