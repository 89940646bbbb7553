"""Gates need activations that saturate: ReLU gates fail; tanh suits the candidate.

Source: Hochreiter and Schmidhuber 1997 (Neural Computation); Goodfellow, Bengio and Courville 2016,
Deep Learning, chapter 10.

The learning rate is tuned for each variant. One that learns in most seeds may still be worse.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Measured, Statement, all_of, fewer_than_half, more_than_half
from reports.claims.measures import learns_all
from reports.claims.parts import LEARNING, TUNED

SATURATING = {"sigmoid gates, tanh": "lstm", "hard-sigmoid gates": "lstm[gate=hard_sigmoid]"}
RELU = {"ReLU gates": "lstm[gate=relu]", "ReLU candidate": "lstm[candidate=relu]"}
FUNCTIONS = Part(
    name="gate-functions",
    tasks=["recall[lag=20]", "adding"],
    architectures=[*SATURATING.values(), *RELU.values()],
    budget=LEARNING | TUNED,
    may_diverge=True,
)
CELLS = (FUNCTIONS,)

STATEMENTS = {
    "saturating gates": Statement(
        "With sigmoid gates, and with hard-sigmoid gates, which saturate too, more than half of "
        "the seeds of an LSTM learn both recall and adding."
    ),
    "ReLU gates": Statement(
        "With ReLU gates fewer than half of the seeds learn both; one that diverges does not."
    ),
    "ReLU candidate": Statement(
        "With ReLU in place of tanh, for the candidate and for the memory on its way out, fewer "
        "than half of the seeds learn both."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    every = SATURATING | RELU
    learned = {label: learns_all(evidence, FUNCTIONS, a) for label, a in every.items()}
    saturating = all_of(more_than_half(label, learned[label]) for label in SATURATING)
    failing = {label: fewer_than_half(label, learned[label]) for label in RELU}
    return {"saturating gates": saturating} | failing
