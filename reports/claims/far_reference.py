"""To resolve who a pronoun means, a model needs long memory.

Source: Hobbs 1978 (Resolving pronoun references, Lingua), for the problem.

The window has 10 steps, and who remembers the names without their titles gets half right, a skill
of 0.3 to 0.4. The words are artificial: in real text nearness and topic often tell who is meant.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, missing, rule

SHORT, LONG = ("fnn_window", "rnn"), ("lstm", "gru")
REFERENCE = Part(
    name="reference",
    tasks=["reference[distance=5]", "reference[distance=30]"],
    architectures=[*SHORT, *LONG],
    budget={"steps": 2000},
)
CELLS = (REFERENCE,)

FALL, GAIN = 0.1, 0.05
CRITERION = (
    "From the fewest (5) to the most words between names and pronoun, those of short memory (the "
    f"windowed FNN and the RNN) lose more than {FALL:g} skill, and at the most those of long "
    f"memory (LSTM and GRU) are each ahead of both by more than {GAIN:g}."
)


def judge(evidence: Evidence) -> Judgement:
    skills = evidence.by_task(REFERENCE, (*SHORT, *LONG))
    if len(skills) < 2:
        return missing()
    near, *_, far = skills.values()  # the plan begins with the nearest
    comparisons = [
        Comparison(f"{a}, nearest minus farthest", near[a] - far[a], FALL) for a in SHORT
    ] + [
        Comparison(f"{long} minus {short}, farthest", far[long] - far[short], GAIN)
        for long in LONG
        for short in SHORT
    ]
    effect = mean_over(far[a] for a in LONG) - mean_over(far[a] for a in SHORT)
    return rule(comparisons, "skill", effect)
