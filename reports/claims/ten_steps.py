"""A plain recurrent network can hardly remember past about ten steps."""

from __future__ import annotations

import math

from reports.analysis.evidence import Evidence
from reports.claims import lags
from reports.claims.claim import Claim, Comparison, Judgement, mean_over, rule
from reports.figures.style import Drawing
from reports.formats import found

NAMES = {"rnn": "orthogonal start", "rnn[start=uniform]": "uniform start"}
"""The starts that the plain network is tried with: this project's own, and torch's."""
SHORT, LONG = 10, 20
BETWEEN = math.log2(SHORT * LONG) / 2


def judge(evidence: Evidence) -> Judgement:
    tasks = lags.tasks(evidence)
    reached = {(t, a): lags.doublings(evidence, t, a) for t in tasks for a in NAMES}
    comparisons = [
        Comparison(f"{task}, {NAMES[a]}", {s: -v for s, v in values.items()}, -BETWEEN)
        for (task, a), values in reached.items()
    ]
    middle = mean_over([values for values in reached.values() if values])

    def reason(judgement: Judgement) -> str:
        told = "; ".join(
            f"{task}, "
            + ", ".join(
                f"{lags.told(evidence.horizon(lags.PART, task, a))} from the {NAMES[a]}"
                for a in NAMES
            )
            for task in tasks
        )
        return (
            "The longest lag, in steps, that at least half of the seeds learn with a skill of 0.9, "
            f"and its 95 % interval over seeds: {told}. The geometric mean over all of these is "
            f"{found(_steps(middle).values())} steps. The uniform start is the one that torch "
            "gives, the orthogonal one keeps the gradient's size at first. The grid has nothing "
            f"between {SHORT} and {LONG} steps. A horizon is that of this budget, "
            f"{evidence.terms(lags.PART)}: more training can lengthen it, so that this says what "
            "is learned easily, and sets no limit to what such a network can hold."
        )

    return rule(comparisons, "steps", reason, _steps(middle))


def _steps(doublings: dict[int, float]) -> dict[int, float]:
    return {seed: 2**value for seed, value in doublings.items()}


def draw(evidence: Evidence, judgement: Judgement) -> Drawing | None:
    words = ("orthogonal start", "uniform start")
    return lags.draw(evidence, CLAIM.id, dict(zip(NAMES, words, strict=True)), mark=SHORT)


CLAIM = Claim(
    id="ten-steps",
    statement="A plain recurrent network can hardly remember anything for longer than about ten "
    "steps.",
    source="Bengio, Simard and Frasconi 1994 (Learning long-term dependencies with gradient "
    "descent is difficult, IEEE Transactions on Neural Networks)",
    needs=(lags.PART,),
    criterion=f"The memory horizon of the plain network is {SHORT} steps or less: the mean over "
    f"seeds of its logarithm lies below the middle between {SHORT} and {LONG} steps, on recall, "
    "adding and copy, and with either start, orthogonal and uniform. A horizon of "
    f"{LONG} steps or more speaks against it. Shorter than the shortest lag, 5, counts as 2.5.",
    judge=judge,
    draw=draw,
)
