"""A bidirectional model wins where the label depends on the future, too.

Source: Schuster and Paliwal 1997 (Bidirectional recurrent neural networks, IEEE Transactions on
Signal Processing); Graves and Schmidhuber 2005 (Neural Networks).
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import mean_over
from reports.claims.judging import Comparison, Judgement, rule
from reports.formats import means_by_task

PAIRS = {"rnn": "birnn", "lstm": "bilstm", "gru": "bigru"}
DIRECTIONS = Part(
    name="directions",
    tasks=["future_context", "chinese_pos[length=32]"],
    architectures=[name for pair in PAIRS.items() for name in pair],
)
CELLS = (DIRECTIONS,)

WIN = 0.01
CRITERION = (
    "At matched parameters, in the mean over RNN, LSTM and GRU, reading in both directions has "
    f"more than {WIN:g} skill more than reading forwards, both on the task whose label is a later "
    "token and on tagging words of Chinese. The claim is of who wins, so a small lead is enough."
)


def judge(evidence: Evidence) -> Judgement:
    gains = {
        task: {
            f"{both} minus {one}": evidence.ahead(DIRECTIONS, task, both, one)
            for one, both in PAIRS.items()
        }
        for task in evidence.tasks(DIRECTIONS)
    }
    comparisons = [
        Comparison(f"both directions minus one, {task}", mean_over(kinds.values()), WIN)
        for task, kinds in gains.items()
    ]
    reason = (
        f"Gain of skill by kind of cell: {means_by_task(gains)}. With as many parameters, each "
        "direction is narrower. On future_context the answer stands in the future alone: who reads "
        "forwards can only guess, and the gain says how well the others learned the task. Tagging "
        "is the practical case, where the past tells most of it. Nothing here speaks of tasks "
        "whose label the past decides."
    )
    return rule(comparisons, "skill", reason=reason)
