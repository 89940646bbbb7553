"""Who a pronoun means: it takes long memory to know."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, missing, rule
from reports.formats import by_name, found

PART = "reference"
SHORT, LONG = ("fnn_window", "rnn"), ("lstm", "gru")
FALL, GAIN = 0.1, 0.05


def judge(evidence: Evidence) -> Judgement:
    tasks = evidence.tasks(PART)  # the nearest first
    if len(tasks) < 2:
        return missing()
    near = {a: evidence.skills(PART, tasks[0], a) for a in (*SHORT, *LONG)}
    far = {a: evidence.skills(PART, tasks[-1], a) for a in (*SHORT, *LONG)}
    comparisons = [
        Comparison(f"{a}, nearest minus farthest", differences(near[a], far[a]), FALL)
        for a in SHORT
    ] + [
        Comparison(f"{long} minus {short}, farthest", differences(far[long], far[short]), GAIN)
        for long in LONG
        for short in SHORT
    ]
    effect = differences(mean_over([far[a] for a in LONG]), mean_over([far[a] for a in SHORT]))

    def reason(judgement: Judgement) -> str:
        shown = evidence.architectures(PART)
        told = "; ".join(
            f"{task}, {by_name((a, evidence.skills(PART, task, a).values()) for a in shown)}"
            for task in evidence.tasks(PART)
        )
        return (
            "Two persons are named, then come words about nothing, then the pronoun. Skill by "
            f"their distance in words: {told}. From the nearest to the "
            f"farthest, the window of 10 steps loses "
            f"{found(differences(near['fnn_window'], far['fnn_window']).values())}, the RNN "
            f"{found(differences(near['rnn'], far['rnn']).values())}; there, the difference "
            f"of LSTM and GRU to these two is {found(effect.values())}. Who remembers the "
            "names without their titles gets half right, a skill of 0.3 to 0.4. An "
            "architecture that has not learned the rule at the nearest says nothing about "
            "distance, and the words are artificial: in real text nearness and topic often tell "
            "who is meant."
        )

    return rule(comparisons, "skill", reason, effect)


CLAIM = Claim(
    id="far-reference",
    statement="To resolve who a pronoun means, a model needs long memory.",
    source="Hobbs 1978 (Resolving pronoun references, Lingua), for the problem",
    needs=(PART,),
    criterion="From the fewest (5) to the most words between names and pronoun, those "
    f"of short memory (the windowed FNN and the RNN) lose more than {FALL:g} skill, and at the "
    f"most those of long memory (LSTM and GRU) are each ahead of both by more than {GAIN:g}.",
    judge=judge,
)
