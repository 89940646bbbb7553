"""LSTM and GRU capture longer dependencies than the plain recurrent network.

Source: Hochreiter and Schmidhuber 1997 (Long short-term memory, Neural Computation); Cho et al.
2014 (Learning phrase representations using RNN encoder-decoder, EMNLP).

With more updates each may reach further.
"""

from reports.analysis.evidence import Evidence
from reports.claims import horizons
from reports.claims.by_seed import differences, mean_over, times
from reports.claims.judging import Comparison, Judgement, rule
from reports.claims.parts import HORIZON
from reports.formats import listed

PLAIN, GATED = "rnn", ("lstm", "gru")
NAMES = {PLAIN: "RNN", "rnn[start=uniform]": "RNN, uniform start", "lstm": "LSTM", "gru": "GRU"}
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
    pairs = [(t, a) for t in horizons.tasks(evidence) for a in GATED]
    longer = {
        (task, a): differences(*(horizons.doublings(evidence, task, n) for n in (a, PLAIN)))
        for task, a in pairs
        if _can_differ(evidence, task, a)
    }
    comparisons = [
        Comparison(f"{NAMES[a]} over RNN, {task}", values, LONGER)
        for (task, a), values in longer.items()
    ]
    effect = times(mean_over(gain for gain in longer.values() if gain))
    left_out = [f"{NAMES[a]} on {t}" for t, a in pairs if (t, a) not in longer]
    reason = f"Left out, since both fail or both succeed: {listed(left_out)}." if left_out else ""
    draw = horizons.figure(evidence, NAMES)
    return rule(comparisons, "times as long", effect, reason, draw)


def _can_differ(evidence: Evidence, task: str, gated: str) -> bool:
    """Whether not both fail at the shortest lag, nor both learn the longest, with all seeds."""
    reached = {
        steps for a in (gated, PLAIN) for steps in horizons.doublings(evidence, task, a).values()
    }
    longest = evidence.results.parts[HORIZON.name].lags[-1]
    return len(reached) > 1 or not reached <= {horizons.doubling(0), horizons.doubling(longest)}
