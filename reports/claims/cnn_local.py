"""A CNN is best at local, position-independent patterns."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, rule
from reports.formats import by_name, found

PART, TASK, LATE = "keyword", "keyword[place=early]", "test@late"
CNN = "cnn"
RIVALS = ("logistic", "rnn", "lstm", "gru", "self_attention")
KIN = ("fnn_window", "tcn")
"""Convolutions by another name: the same weights over a window at every step."""
BETTER, FOUND = 0.05, 0.9


def judge(evidence: Evidence) -> Judgement:
    late = {a: evidence.skills(PART, TASK, a, LATE) for a in (CNN, *RIVALS, *KIN)}
    early = {a: evidence.skills(PART, TASK, a) for a in late}
    ahead = {rival: differences(late[CNN], late[rival]) for rival in RIVALS}
    if not all(ahead.values()):
        return rule([], "skill", "")
    comparisons = [Comparison("cnn, where the pattern never stood", late[CNN], FOUND)] + [
        Comparison(f"cnn minus {rival}, there", values, BETTER) for rival, values in ahead.items()
    ]
    lead = mean_over(list(ahead.values()))

    def reason(judgement: Judgement) -> str:
        return (
            "The three tokens to be found stood in the first half of each training sequence. "
            "Tested with them there: skill "
            f"{by_name((a, early[a].values()) for a in (CNN, *RIVALS))}. Tested with them in the "
            f"second half: {by_name((a, late[a].values()) for a in (CNN, *RIVALS))}. The CNN's own "
            f"skill there is {found(late[CNN].values())}, and on average {found(lead.values())} "
            "more than the others'. The windowed network and the TCN, which move one set of "
            "weights over the sequence as a convolution does, are no rivals but kin: "
            f"{by_name((a, late[a].values()) for a in KIN)} in the second half. All but logistic "
            "regression are pooled over time by their maximum, which helps the recurrent ones to "
            "find a pattern at any place, too. One length and one budget of updates were tried; "
            "where a rival finds the pattern as well, there is nothing left to be better at."
        )

    return rule(comparisons, "skill", reason, lead)


CLAIM = Claim(
    id="cnn-local",
    statement="A CNN is best at local patterns, wherever in the sequence they stand.",
    source="Kim 2014 (Convolutional neural networks for sentence classification, EMNLP); Collobert "
    "et al. 2011 (Natural language processing (almost) from scratch, JMLR)",
    needs=(PART,),
    criterion="Trained with the keyword in the first half of the sequences alone and tested with "
    f"it in the second, the CNN has more than {FOUND:g} skill, and more than {BETTER:g} more than "
    "each of RNN, LSTM, GRU, self-attention and logistic regression.",
    judge=judge,
)
