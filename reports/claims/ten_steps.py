"""A plain recurrent network can hardly remember anything for longer than about ten steps.

Source: Bengio, Simard and Frasconi 1994 (Learning long-term dependencies with gradient descent is
difficult, IEEE Transactions on Neural Networks).

This is about what is learned in the budget, and sets no limit to what such a network can hold.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Draw, Measured, Statement, along, fewer_than_half
from reports.claims.measures import shares, success_by_lag
from reports.claims.parts import LEARNING
from reports.figures import lines

STARTS = {"torch's start": "rnn[start=uniform]", "orthogonal start": "rnn[start=orthogonal]"}
LAGS = (5, 10, 20, 50)
TEN_STEPS = Part(
    name="ten-steps",
    tasks=[f"recall[lag={lag}]" for lag in LAGS],
    architectures=list(STARTS.values()),
    budget=LEARNING,
)
CELLS = (TEN_STEPS,)
BEYOND = 20
STATEMENTS = {
    start: Statement(
        f"With {start}, fewer than half of the seeds learn to recall a token {BEYOND} steps later."
    )
    for start in STARTS
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    return {
        start: fewer_than_half(f"{start}, lag {BEYOND}", success[BEYOND])
        for start, architecture in STARTS.items()
        if BEYOND in (success := success_by_lag(evidence, TEN_STEPS, architecture))
    }


def draw(evidence: Evidence, _: Mapping[str, Measured]) -> Draw:
    """The share of seeds that learn each lag."""
    curves = {s: shares(success_by_lag(evidence, TEN_STEPS, a)) for s, a in STARTS.items()}
    scale = lines.Scale("lag, steps", "share of seeds that learn it", 10, ends=lines.SKILL)
    return along([lines.Panel("recall", curves)], scale)
