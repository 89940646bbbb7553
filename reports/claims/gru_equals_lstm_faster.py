"""A GRU performs like an LSTM, with fewer parameters and faster."""

from __future__ import annotations

import math

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims import costs
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, rule
from reports.formats import amount, found, listed

SURVEY = ""
MARGIN = 0.05
GRU, LSTM = "gru", "lstm"


def judge(evidence: Evidence) -> Judgement:
    by_task = {task: gain for task in evidence.tasks(SURVEY) if (gain := _gain(evidence, task))}
    overall = mean_over(list(by_task.values()))
    fewer, equations, kernel = (
        costs.at_equal_width(evidence, LSTM, GRU, cost)
        for cost in (costs.parameters, costs.seconds_by_equations, costs.seconds)
    )
    if not (overall and fewer and equations and kernel):
        return rule([], "skill", "")
    comparisons = [
        Comparison("skill of GRU minus LSTM, over all tasks", overall, margin=MARGIN),
        Comparison("parameters, doublings from GRU to LSTM", fewer),
        Comparison("seconds by the equations, doublings", equations),
        Comparison("seconds by the kernels, doublings", kernel),
    ]

    def reason(judgement: Judgement) -> str:
        apart = [
            f"{task} ({amount(mean)})"
            for task, gain in by_task.items()
            if (mean := summarize(gain.values()).mean) is not None and abs(mean) > MARGIN
        ]
        times = {name: costs.times({s: -v for s, v in ratios.items()})
                 for name, ratios in (("fewer", fewer), ("equations", equations),
                                      ("kernel", kernel))}  # fmt: skip
        slow, quick = summarize(times["kernel"].values()), summarize(times["equations"].values())
        share = summarize(times["fewer"].values())
        unlike = (slow.low or 0) > 1 and (quick.high or math.inf) < 1
        return (
            f"At matched parameters, over {len(by_task)} tasks, the GRU's skill minus the LSTM's "
            f"is {found(overall.values())}; within {MARGIN:g} either way counts as the same. "
            + (f"On single tasks they are further apart than that: {listed(apart, 99)}. "
               if apart else "On no single task are they further apart than that. ")
            + f"At the same width the GRU has {amount(share.mean)} times the LSTM's parameters, "
            f"and by the equations, step by step on one core, an update takes "
            f"{found(times['equations'].values())} times as long; by the library's kernels "
            f"{found(times['kernel'].values())} times. "
            + ("The library has a fused kernel for the LSTM on the processor, and none for the "
               "GRU: here it is the kernel that makes the GRU the slower one, not its equations."
               if unlike else "Where the last two differ, it is by how the library's kernels were "
               "written.")
        )  # fmt: skip

    return rule(comparisons, "skill", reason, overall)


def _gain(evidence: Evidence, task: str) -> dict[int, float]:
    return differences(*(evidence.skills(SURVEY, task, a) for a in (GRU, LSTM)))


CLAIM = Claim(
    id="gru-equals-lstm-faster",
    statement="A GRU performs about as well as an LSTM, with fewer parameters, and is faster.",
    source="Chung et al. 2014 (Empirical evaluation of gated recurrent neural networks on sequence "
    "modeling); Jozefowicz, Zaremba and Sutskever 2015 (An empirical exploration of recurrent "
    "network architectures, ICML)",
    needs=(SURVEY, *costs.WIDTHS),
    criterion="At matched parameters, the difference in skill, in the mean over all tasks of the "
    f"survey, lies within {MARGIN:g} of 0 (two one-sided tests); and at equal width, in the mean "
    "of the ratio's logarithm over widths 32, 64 and 128, the GRU has fewer parameters, and an "
    "update takes fewer seconds, both by the equations computed step by step and by the library's "
    "kernels.",
    judge=judge,
)
