"""A plain recurrent network can hardly remember anything for longer than about ten steps.

Source: Bengio, Simard and Frasconi 1994 (Learning long-term dependencies with gradient descent is
difficult, IEEE Transactions on Neural Networks).

The grid has nothing between 10 and 20 steps, and more training can lengthen a horizon: this says
what is learned easily, and sets no limit to what such a network can hold.
"""

import math

from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, rule, times
from reports.claims.measures import horizons
from reports.claims.parts import HORIZON

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
    by_start = {start: horizons(evidence, a) for a, start in STARTS.items()}
    reached = {
        f"{task}, {start}": by_task[task]
        for task in next(iter(by_start.values()))
        for start, by_task in by_start.items()
    }
    comparisons = [Comparison(pair, -values, -BETWEEN) for pair, values in reached.items()]
    steps = times(mean_over(values for values in reached.values() if values))
    axis = "horizon, minus the base-2 logarithm of its steps"
    return rule(comparisons, "steps", steps, axis=axis)
