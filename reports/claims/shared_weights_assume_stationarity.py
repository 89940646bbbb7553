"""Sharing weights over time hurts when the rule changes within the sequence.

Source: Goodfellow, Bengio and Courville 2016, Deep Learning, chapter 10 (parameter sharing in
recurrent networks presumes that the conditional distribution is stationary).
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, rule
from reports.formats import means_by_task

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
    skills = {
        "without a cue" if evidence.parameter(SWITCHING, task, "cue") is False
        else "with a cue": of_task
        for task, of_task in evidence.by_task(SWITCHING).items()
    }  # fmt: skip
    comparisons = [
        Comparison(f"{a}, {cue}", {seed: 1 - skill for seed, skill in of[a].items()}, LOSS)
        for cue, of in skills.items()
        for a in SHARING
    ]
    reason = (
        "On sequences whose rule changes midway, one rule throughout is all that a model bound to "
        f"a stationary rule could know. Skill: {means_by_task(skills)}. What is shared is the "
        "equations, not the answer: a state, or a window with the cue in it, can hold which rule "
        "is in force. That a model lacks skill here may also be due to the budget; without the "
        "cue, which rule is in force follows from the time alone, so that it shows whether a model "
        "counts steps, not whether it notices a change."
    )
    return rule(comparisons, "skill lacking", reason=reason)
