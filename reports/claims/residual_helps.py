"""Skip connections let deep recurrent stacks train.

Source: He et al. 2016 (Deep residual learning for image recognition, CVPR), for the idea; Wu et al.
2016 (Google's neural machine translation system), for stacks of LSTMs.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import differences, mean_over
from reports.claims.judging import Comparison, Judgement, missing, rule
from reports.formats import estimate, means_by_task

DEEP = 8
FLAT, PLAIN, SKIPPING = "{}", f"{{}}[layers={DEEP}]", f"{{}}[layers={DEEP},residual=true]"
KINDS = ("rnn", "lstm")
RESIDUAL = Part(
    name="residual",
    tasks=["recall[lag=20]", "digit_rows"],
    architectures=[
        *("rnn[layers=2]", "rnn[layers=4]", "rnn[layers=2,residual=true]",
          "rnn[layers=4,residual=true]"),
        *(form.format(kind) for kind in KINDS for form in (FLAT, PLAIN, SKIPPING)),
    ],
)  # fmt: skip
CELLS = (RESIDUAL,)

HELP, BEHIND = 0.05, 0.05
CRITERION = (
    f"At matched parameters, in the mean over the tasks, {DEEP} layers with skip connections have "
    f"more than {HELP:g} skill more than {DEEP} without, and are no more than {BEHIND:g} behind a "
    "single layer; of the RNN and of the LSTM."
)


def judge(evidence: Evidence) -> Judgement:
    comparisons, helped = [], {}
    for kind in KINDS:
        flat, plain, skipping = (
            _skills(evidence, form.format(kind)) for form in (FLAT, PLAIN, SKIPPING)
        )
        helped[kind] = differences(skipping, plain)
        behind = differences(skipping, flat)
        comparisons += [
            Comparison(f"{kind}, {DEEP} layers: with minus without", helped[kind], HELP),
            Comparison(f"{kind}: {DEEP} with them minus 1 layer", behind, -BEHIND),
        ]
    if not all(comparison.values for comparison in comparisons):
        return missing()
    added = ", ".join(f"{kind} {estimate(values)}" for kind, values in helped.items())
    reason = (
        "All have as many parameters, so that a deep stack is narrow. What skip connections add to "
        f"the skill of {DEEP} layers, mean over the tasks: {added}. Mean skill by task: "
        f"{means_by_task(evidence.by_task(RESIDUAL))}. Trainings that diverged, which count as no "
        f"skill: {evidence.diverged(RESIDUAL)}. Where a stack without them does as well, there was "
        "nothing to be cured at this depth and in this budget; where one with them is behind a "
        "single layer, they did not let it train. Depths beyond 8 were not tried, and the "
        "recurrent weights start orthogonal, which by itself helps gradients through."
    )
    return rule(comparisons, "skill", mean_over(list(helped.values())), reason)


def _skills(evidence: Evidence, architecture: str) -> dict[int, float]:
    """Mean over the tasks; a training that diverged knows nothing."""
    return mean_over([
        {c.seed: 0.0 for c in evidence.cells(RESIDUAL, task, architecture)
         if c.outcome == "diverged"} | evidence.skills(RESIDUAL, task, architecture)
        for task in evidence.tasks(RESIDUAL)
    ])  # fmt: skip
