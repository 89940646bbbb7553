"""A plain recurrent network can hardly remember anything for longer than about ten steps.

Source: Bengio, Simard and Frasconi 1994 (Learning long-term dependencies with gradient descent is
difficult, IEEE Transactions on Neural Networks).
"""

import math

from reports.analysis.evidence import Evidence
from reports.claims import horizons
from reports.claims.by_seed import mean_over, negative, times
from reports.claims.judging import Comparison, Judgement, rule
from reports.claims.parts import HORIZON
from reports.figures.style import Drawing

STARTS = {"rnn": "orthogonal start", "rnn[start=uniform]": "uniform start"}
CELLS = (HORIZON,)

SHORT, LONG = 10, 20
BETWEEN = math.log2(SHORT * LONG) / 2
CRITERION = (
    f"The memory horizon of the plain network is {SHORT} steps or less: the mean over seeds of its "
    f"logarithm lies below the middle between {SHORT} and {LONG} steps, on recall, adding and "
    f"copy, and with either start, orthogonal and uniform. A horizon of {LONG} steps or more "
    "speaks against it. Shorter than the shortest lag, 5, counts as 2.5."
)


def judge(evidence: Evidence) -> Judgement:
    tasks = horizons.tasks(evidence)
    reached = {(t, a): horizons.doublings(evidence, t, a) for t in tasks for a in STARTS}
    comparisons = [
        Comparison(f"{task}, {STARTS[a]}", negative(values), -BETWEEN)
        for (task, a), values in reached.items()
    ]
    steps = times(mean_over([values for values in reached.values() if values]))
    reason = (
        f"{horizons.in_words(evidence, STARTS)} The uniform start is torch's own; the orthogonal "
        "one keeps the gradient's size at first. The grid has nothing between "
        f"{SHORT} and {LONG} steps. A horizon is that of this budget, {evidence.terms(HORIZON)}: "
        "more training can lengthen it. So this says what is learned easily, and sets no limit to "
        "what such a network can hold."
    )
    return rule(comparisons, "steps", steps, reason)


def draw(evidence: Evidence, name: str) -> Drawing | None:
    """Skill against lag; the claimed limit is marked."""
    return horizons.draw(evidence, name, STARTS, mark=SHORT)
