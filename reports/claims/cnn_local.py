"""A CNN is best at local patterns, wherever in the sequence they stand.

Source: Kim 2014 (Convolutional neural networks for sentence classification, EMNLP); Collobert et
al. 2011 (Natural language processing (almost) from scratch, JMLR).
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import differences, mean_over
from reports.claims.judging import Comparison, Judgement, missing, rule
from reports.formats import estimate, means

RIVALS = ("logistic", "rnn", "lstm", "gru", "self_attention")
KIN = ("fnn_window", "tcn")
"""Convolutions by another name: the same weights over a window at every step."""
KEYWORD = Part(
    name="keyword",
    tasks=["keyword[place=early]"],
    architectures=["cnn", *RIVALS, *KIN],
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
    early = {a: evidence.skills(KEYWORD, task, a) for a in ("cnn", *RIVALS)}
    late = {a: evidence.skills(KEYWORD, task, a, "test@late") for a in ("cnn", *RIVALS, *KIN)}
    ahead = {rival: differences(late["cnn"], late[rival]) for rival in RIVALS}
    if not all(ahead.values()):
        return missing()
    comparisons = [Comparison("cnn, where the pattern never stood", late["cnn"], FOUND)] + [
        Comparison(f"cnn minus {rival}, there", values, BETTER) for rival, values in ahead.items()
    ]
    lead = mean_over(list(ahead.values()))
    reason = (
        "The three tokens to be found stood in the first half of each training sequence. Tested "
        f"with them there: skill {means(early)}. Tested with them in the second half: "
        f"{means({a: late[a] for a in early})}. The CNN's own skill there is "
        f"{estimate(late['cnn'])}, and on average {estimate(lead)} more than the others'. The "
        "windowed network and the TCN, which move one set of weights over the sequence as a "
        f"convolution does, are no rivals but kin: {means({a: late[a] for a in KIN})} in the "
        "second half. All but logistic regression are pooled over time by their maximum, which "
        "helps the recurrent ones to find a pattern at any place, too. One length and one budget "
        "of updates were tried; where a rival finds the pattern as well, there is nothing left to "
        "be better at."
    )
    return rule(comparisons, "skill", lead, reason)
