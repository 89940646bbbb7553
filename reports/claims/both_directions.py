"""A bidirectional model wins where the label depends on the future, too.

Source: Schuster and Paliwal 1997 (Bidirectional recurrent neural networks, IEEE Transactions on
Signal Processing); Graves and Schmidhuber 2005 (Neural Networks).
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import mean_over
from reports.claims.judging import Comparison, Judgement, missing, rule
from reports.formats import estimate, mean

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
        task: {one: evidence.ahead(DIRECTIONS, task, both, one) for one, both in PAIRS.items()}
        for task in evidence.tasks(DIRECTIONS)
    }
    by_task = {task: mean_over(list(of_task.values())) for task, of_task in gains.items()}
    if not all(by_task.values()):
        return missing()
    comparisons = [
        Comparison(f"both directions minus one, {task}", gain, WIN)
        for task, gain in by_task.items()
    ]
    gained = [
        f"{task}: {estimate(by_task[task])}; by kind of cell "
        + ", ".join(f"{one} {mean(gain)}" for one, gain in kinds.items())
        for task, kinds in gains.items()
    ]
    reason = (
        "Skill of the bidirectional network minus that of the one that reads forwards, with as "
        "many parameters, so that each direction is narrower; mean over RNN, LSTM and GRU. "
        f"{'. '.join(gained)}. On future_context the answer stands in the future alone, so that "
        "reading forwards can only guess: there the size of the gain says how well the others "
        "learned the task. Tagging is the practical case, where the past tells most of it. Nothing "
        "here speaks of tasks whose label the past decides."
    )
    return rule(comparisons, "skill", reason=reason)
