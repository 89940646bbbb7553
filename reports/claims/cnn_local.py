"""A CNN is best at local patterns, wherever in the sequence they stand.

Source: Kim 2014 (Convolutional neural networks for sentence classification, EMNLP); Collobert et
al. 2011 (Natural language processing (almost) from scratch, JMLR).

The pattern is three symbols long. All rivals take the maximum over time, as the CNN does, which
helps the recurrent ones to find it at any place; the windowed FNN and the TCN are kin of the CNN.
"""

import math
from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Measured, Statement, all_of, doublings, mean_above
from reports.claims.measures import updates_until
from reports.claims.parts import LEARNING
from reports.formats import listed

CNN, RIVALS = "cnn", ("rnn", "lstm", "gru", "self_attention")
SOONER = {"short": "keyword", "long": "keyword[length=100]", "noisy": "keyword[noise=0.2]"}
EARLY = "keyword[place=early]"
KEYWORD = Part(
    name="keyword",
    tasks=[*SOONER.values(), EARLY],
    architectures=[CNN, *RIVALS],
    budget=LEARNING | {"evaluate_every": 25, "patience": 40},
)
CELLS = (KEYWORD,)

SLOWER, FOUND, BETTER = 1.25, 0.9, 0.05
MOST = LEARNING["steps"]
WHERE = {
    "short": "among 30 symbols",
    "long": "among 100 symbols",
    "noisy": "among 30 symbols, with a fifth of the training labels wrong",
}
STATEMENTS = {
    **{
        key: Statement(
            f"To find the pattern {where}, RNN, LSTM, GRU and self-attention each need more than "
            f"{SLOWER:g} times the updates of the CNN, of 32 new examples each, until a skill of "
            f"{FOUND:g}."
        )
        for key, where in WHERE.items()
    },
    "elsewhere": Statement(
        "Trained with the pattern in the first half of the sequences and tested with it in the "
        f"second, the CNN has more than {FOUND:g} skill, and more than {BETTER:g} more than each "
        "of RNN, LSTM, GRU and self-attention."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    measured = {}
    for key, task in SOONER.items():
        of = {a: updates_until(evidence, KEYWORD, task, a, MOST) for a in (CNN, *RIVALS)}
        never = {a: sum(n > MOST for n in by_seed.values()) for a, by_seed in of.items()}
        told = listed([f"{a} {n} of {len(of[a])}" for a, n in never.items() if n])
        measured[key] = all_of(
            [
                mean_above(
                    f"{rival} to CNN, {key}", doublings(of[rival], of[CNN]), math.log2(SLOWER),
                    "doublings of the CNN's updates",
                )
                for rival in RIVALS
            ],
            one_refutes=True,
        ).with_(note=f"Not within {MOST:,} updates: {told}." if told else "")  # fmt: skip
    late = {a: evidence.clipped(KEYWORD, EARLY, a, "test@late") for a in (CNN, *RIVALS)}
    ahead = [mean_above(f"cnn minus {a}, there", late[CNN] - late[a], BETTER) for a in RIVALS]
    there = mean_above("cnn, where the pattern never stood", late[CNN], FOUND)
    elsewhere = all_of([there, *ahead], one_refutes=True)
    return measured | {"elsewhere": elsewhere.with_(unit="skill")}
