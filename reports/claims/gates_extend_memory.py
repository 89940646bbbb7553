"""LSTM and GRU capture longer dependencies than the plain recurrent network.

Source: Hochreiter and Schmidhuber 1997 (Long short-term memory, Neural Computation); Cho et al.
2014 (Learning phrase representations using RNN encoder-decoder, EMNLP).

With more updates each may reach further.
"""

import math
from itertools import product

from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, rule, times
from reports.claims.measures import NOT_EVEN_SHORTEST, horizons
from reports.claims.parts import HORIZON
from reports.formats import listed

GATED = {"LSTM": "lstm", "GRU": "gru"}
CELLS = (HORIZON,)

LONGER = 0.5
"""Doublings: half a step of the grid, whose lags are 2 or 2.5 times the one before."""
CRITERION = (
    "On each of recall, adding and copy, the memory horizon of the LSTM and that of the GRU are "
    f"longer than the RNN's by more than {LONGER:g} doublings, half a step of the grid of lags, in "
    "the mean over seeds. A task on which no seed of either learns even the shortest lag, or all "
    "of both the longest, is left out: it cannot show a difference. The RNN starts from an "
    "orthogonal matrix."
)


def judge(evidence: Evidence) -> Judgement:
    plain, longer, left_out = horizons(evidence, "rnn"), {}, []
    gated = {label: horizons(evidence, a) for label, a in GATED.items()}
    for task, label in product(plain, gated):
        longest = evidence.results.parts[HORIZON.name].lags[-1]
        reached = {*gated[label][task].values(), *plain[task].values()}
        if len(reached) > 1 or not reached <= {math.log2(NOT_EVEN_SHORTEST), math.log2(longest)}:
            longer[f"{label} over RNN, {task}"] = gated[label][task] - plain[task]
        else:
            left_out.append(f"{label} on {task}")
    comparisons = [Comparison(pair, values, LONGER) for pair, values in longer.items()]
    effect = times(mean_over(gain for gain in longer.values() if gain))
    reason = f"Left out, since both fail or both succeed: {listed(left_out)}." if left_out else ""
    axis = "horizon over that of the RNN, doublings"
    return rule(comparisons, "times as long", effect, reason, axis)
