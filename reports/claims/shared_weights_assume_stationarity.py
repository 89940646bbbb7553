"""Sharing weights over time hurts when the rule changes."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, Comparison, Judgement, mean_over, rule
from reports.formats import by_name, found

PART = "switching"
SHARING = ("rnn", "lstm", "gru", "cnn")
LOSS = 0.1
"""Skill that must be wanting for the change to have hurt: 0.9 counts as learned everywhere."""


def judge(evidence: Evidence) -> Judgement:
    comparisons = [
        Comparison(
            f"{architecture}, {_cue(task)}",
            {seed: 1 - skill for seed, skill in evidence.skills(PART, task, architecture).items()},
            LOSS,
        )
        for task in evidence.tasks(PART)
        for architecture in SHARING
    ]

    def reason(judgement: Judgement) -> str:
        told = "; ".join(
            f"{_cue(task)}, {by_name((a, _skills(evidence, task, a)) for a in _shown(evidence))}"
            for task in evidence.tasks(PART)
        )
        learned = sum((c.summary.mean or 0) <= LOSS for c in judgement.comparisons)
        mean = found(mean_over([c.values for c in judgement.comparisons]).values())
        return (
            "On sequences whose rule changes midway, skill 0 is one rule throughout, which is all "
            "that a model bound to a stationary rule could know, and 1 is the best that can be "
            f"known. Skill by architecture: {told}. Of the {len(judgement.comparisons)} pairs of "
            f"an architecture that shares its weights over time and a task, {learned} come within "
            f"{LOSS:g} of 1; the mean skill that is wanting is {mean}. "
            "What is shared is the equations, not the answer: a state, or a window with the cue in "
            "it, can hold which rule is in force. That a model lacks skill here may also be due to "
            "the budget; without the cue, which rule is in force follows from the time alone, so "
            "that it shows whether a model counts steps, not whether it notices a change."
        )

    return rule(comparisons, "skill lacking", reason)


def _cue(task: str) -> str:
    return "without a cue" if "cue=false" in task.lower() else "with a cue"


def _shown(evidence: Evidence) -> tuple[str, ...]:
    return evidence.architectures(PART)


def _skills(evidence: Evidence, task: str, architecture: str) -> list[float]:
    return list(evidence.skills(PART, task, architecture).values())


CLAIM = Claim(
    id="shared-weights-assume-stationarity",
    statement="Sharing weights over time hurts when the rule changes within the sequence.",
    source="Goodfellow, Bengio and Courville 2016, Deep Learning, chapter 10 (parameter sharing in "
    "recurrent networks presumes that the conditional distribution is stationary)",
    needs=(PART,),
    criterion="On the switching task, with and without a cue, the skill of RNN, LSTM, GRU and CNN "
    f"is more than {LOSS:g} below 1, which the best predictor has (0: one rule throughout). "
    "Refuted if all of them come closer than that.",
    judge=judge,
)
