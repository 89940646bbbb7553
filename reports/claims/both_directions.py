"""A bidirectional model wins where the label depends on the future, too.

Source: Schuster and Paliwal 1997 (Bidirectional recurrent neural networks, IEEE Transactions on
Signal Processing); Graves and Schmidhuber 2005 (Neural Networks).

On future_context who reads forwards can only guess. Nothing here speaks of tasks whose label the
past decides.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, rule

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
        task: [evidence.ahead(DIRECTIONS, task, both, one) for one, both in PAIRS.items()]
        for task in evidence.tasks(DIRECTIONS)
    }
    comparisons = [
        Comparison(f"both directions minus one, {task}", mean_over(of_task), WIN)
        for task, of_task in gains.items()
    ]
    return rule(comparisons, "skill")
