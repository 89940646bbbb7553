"""Skip connections let deep recurrent stacks train.

Source: He et al. 2016 (Deep residual learning for image recognition, CVPR), for the idea; Wu et al.
2016 (Google's neural machine translation system), for stacks of LSTMs.

A training that diverged counts as no skill. The recurrent weights start orthogonal, which by itself
helps gradients through.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, rule

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
    def skill(architecture: str) -> BySeed:
        tasks = evidence.tasks(RESIDUAL)
        return mean_over(evidence.skills_or_zero(RESIDUAL, task, architecture) for task in tasks)

    comparisons, helped = [], []
    for kind in KINDS:
        flat, plain, skipping = (skill(form.format(kind)) for form in (FLAT, PLAIN, SKIPPING))
        helped.append(skipping - plain)
        comparisons += [
            Comparison(f"{kind}, {DEEP} layers: with minus without", helped[-1], HELP),
            Comparison(f"{kind}: {DEEP} with them minus 1 layer", skipping - flat, -BEHIND),
        ]
    return rule(comparisons, "skill", mean_over(helped))
