"""A CNN is best at local patterns, wherever in the sequence they stand.

Source: Kim 2014 (Convolutional neural networks for sentence classification, EMNLP); Collobert et
al. 2011 (Natural language processing (almost) from scratch, JMLR).

The windowed FNN and the TCN are kin of the CNN and no rivals. All but logistic regression take the
maximum over time, which helps the recurrent ones to find a pattern at any place.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, rule

RIVALS = ("logistic", "rnn", "lstm", "gru", "self_attention")
KEYWORD = Part(
    name="keyword",
    tasks=["keyword[place=early]"],
    architectures=["cnn", *RIVALS, "fnn_window", "tcn"],
    budget={"steps": 1000},
)
CELLS = (KEYWORD,)

BETTER, FOUND = 0.05, 0.9
CRITERION = (
    "Trained with the keyword in the first half of the sequences alone and tested with it in the "
    f"second, the CNN has more than {FOUND:g} skill, and more than {BETTER:g} more than each of "
    "RNN, LSTM, GRU, self-attention and logistic regression."
)


def judge(evidence: Evidence) -> Judgement:
    (task,) = KEYWORD.tasks
    late = {a: evidence.skills(KEYWORD, task, a, "test@late") for a in ("cnn", *RIVALS)}
    ahead = {rival: late["cnn"] - late[rival] for rival in RIVALS}
    comparisons = [Comparison("cnn, where the pattern never stood", late["cnn"], FOUND)] + [
        Comparison(f"cnn minus {rival}, there", values, BETTER) for rival, values in ahead.items()
    ]
    return rule(comparisons, "skill", mean_over(ahead.values()))
