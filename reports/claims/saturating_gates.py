"""Gates need activations that saturate: ReLU gates fail; tanh suits the candidate.

Source: Hochreiter and Schmidhuber 1997 (Neural Computation); Goodfellow, Bengio and Courville 2016,
Deep Learning, chapter 10.

The learning rate is tuned for each variant. One that learns in most seeds may still be the worse.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Measured, Solved, Statement, all_of, rate_above, rate_below
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

HALF = 0.5
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
    def learned(architecture: str) -> Solved:
        return learns_all(evidence, FUNCTIONS, architecture)

    saturating = [rate_above(label, learned(a), HALF) for label, a in SATURATING.items()]
    failing = {label: rate_below(label, learned(a), HALF) for label, a in RELU.items()}
    return {"saturating gates": all_of(saturating)} | failing
