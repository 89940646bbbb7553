"""Sharing weights over time hurts when the rule changes within the sequence.

Source: Goodfellow, Bengio and Courville 2016, Deep Learning, chapter 10 (parameter sharing in
recurrent networks presumes that the conditional distribution is stationary).

What is shared is the equations, not the answer: a state, or a window with the cue in it, can hold
which rule is in force. A lack of skill may also be due to the budget.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, rule

SHARING = ("rnn", "lstm", "gru", "cnn")
SWITCHING = Part(
    name="switching",
    tasks=["switching", "switching[cue=false]"],
    architectures=["rnn", "lstm", "gru", "cnn", "self_attention"],
)
CELLS = (SWITCHING,)

LOSS = 0.1
"""Skill that must be lacking for the change to have hurt: 0.9 counts as learned everywhere."""
CRITERION = (
    "On the switching task, with and without a cue, the skill of RNN, LSTM, GRU and CNN is more "
    f"than {LOSS:g} below 1, which the best predictor has (0: one rule throughout). Refuted if all "
    "of them come closer than that."
)


def judge(evidence: Evidence) -> Judgement:
    by_cue = evidence.tasks_by(SWITCHING, "cue")
    comparisons = [
        Comparison(
            f"{a}, {'with' if cue else 'without'} a cue",
            {seed: 1 - skill for seed, skill in evidence.skills(SWITCHING, task, a).items()},
            LOSS,
        )
        for cue, task in reversed(by_cue.items())
        for a in SHARING
    ]
    return rule(comparisons, "skill lacking")
