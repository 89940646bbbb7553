"""A bidirectional model wins where the label depends on the future, too."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, rule
from reports.formats import amount, found

PART = "directions"
PAIRS = {"rnn": "birnn", "lstm": "bilstm", "gru": "bigru"}
WIN = 0.01


def judge(evidence: Evidence) -> Judgement:
    gains = {
        task: {one: _gain(evidence, task, one, both) for one, both in PAIRS.items()}
        for task in evidence.tasks(PART)
    }
    by_task = {task: mean_over(list(of_task.values())) for task, of_task in gains.items()}
    if not all(by_task.values()):
        return rule([], "skill", "")
    comparisons = [Comparison(f"both directions minus one, {t}", v, WIN)
                   for t, v in by_task.items()]  # fmt: skip

    def reason(judgement: Judgement) -> str:
        told = [
            f"{task}: {found(by_task[task].values())}; by kind of cell "
            + ", ".join(f"{one} {amount(summarize(v.values()).mean)}" for one, v in kinds.items())
            for task, kinds in gains.items()
        ]
        return (
            "Skill of the bidirectional network minus that of the one that reads forwards, with "
            "as many parameters, so that each direction is narrower; mean over RNN, LSTM and GRU. "
            + ". ".join(told)
            + ". On future_context the answer stands in the future alone, so that reading forwards "
            "cannot but guess: there the size of the gain says how well the others learned the "
            "task. Tagging is the case of practice, where the past tells most of it. Nothing here "
            "speaks of tasks whose label the past decides."
        )

    return rule(comparisons, "skill", reason)


def _gain(evidence: Evidence, task: str, one: str, both: str) -> dict[int, float]:
    return differences(evidence.skills(PART, task, both), evidence.skills(PART, task, one))


CLAIM = Claim(
    id="both-directions",
    statement="A bidirectional model wins where the label depends on the future, too.",
    source="Schuster and Paliwal 1997 (Bidirectional recurrent neural networks, IEEE Transactions "
    "on Signal Processing); Graves and Schmidhuber 2005 (Neural Networks)",
    needs=(PART,),
    criterion="At matched parameters, in the mean over RNN, LSTM and GRU, reading in both "
    f"directions has more than {WIN:g} skill more than reading forwards, both on the task whose "
    "label is a later token and on tagging words of Chinese. The claim is of who wins, so a small "
    "lead is enough.",
    judge=judge,
)
