"""LSTMs do well when stacked deep.

Source: Graves, Mohamed and Hinton 2013 (Speech recognition with deep recurrent neural networks,
ICASSP); Sutskever, Vinyals and Le 2014 (Sequence to sequence learning, NeurIPS).

At matched parameters a deeper net is a narrower one. This is what depth is worth in a small and
short training; it does not speak of large ones, for which depth is mostly recommended.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, rule

FLAT, DEEPER = "lstm", ("lstm[layers=2]", "lstm[layers=4]")
DEPTH = Part(
    name="depth-lstm",
    tasks=["japanese_vowels", "digit_rows", "weather", "chinese_sentiment[length=48]",
           "chinese_pos[length=32]", "english_chars"],
    architectures=[FLAT, *DEEPER],
)  # fmt: skip
CELLS = (DEPTH,)

HELP = 0.01
CRITERION = (
    "At matched parameters, in the mean over the real tasks, an LSTM of two layers and one of four "
    f"each have more than {HELP:g} skill more than one of a single layer. The claim is of a "
    "direction, so a small lead is enough."
)


def judge(evidence: Evidence) -> Judgement:
    leads = {a: mean_over(evidence.leads(DEPTH, a, FLAT).values()) for a in DEEPER}
    comparisons = [
        Comparison(f"{a} minus {FLAT}, over the tasks", lead, HELP) for a, lead in leads.items()
    ]
    return rule(comparisons, "skill")
