"""LSTM and GRU capture longer dependencies than the plain recurrent network.

Source: Hochreiter and Schmidhuber 1997 (Long short-term memory, Neural Computation); Cho et al.
2014 (Learning phrase representations using RNN encoder-decoder, EMNLP).

A horizon tells what is learned in this budget, and sets no limit to what can be held. From torch's
start the gates that keep the state begin open, at a bias of 1; best is the start that was best for
each of the three on other seeds.
"""

from collections.abc import Mapping
from itertools import product

from reports.analysis.evidence import Evidence
from reports.claims.judging import Draw, Measured, Statement, along, mean_above, undecided
from reports.claims.measures import (
    at_one_end,
    climbed,
    log_horizons,
    shares,
    success_by_lag,
    success_within,
)
from reports.claims.parts import HORIZON, LEARNING
from reports.figures import lines

STARTS = {
    "torch's start": {
        name: f"{name.lower()}[start=uniform]" for name in ("RNN", "LSTM", "GRU")
    },
    "its best start": {"RNN": "rnn", "LSTM": "lstm", "GRU": "gru"},
}  # fmt: skip
GATED = ("LSTM", "GRU")
CELLS = (HORIZON,)

LONGER = 0.5
"""Doublings: half a step of the grid, whose lags are 2 or 2.5 times the one before."""
STATEMENTS = {
    f"{gated}, {start}": Statement(
        f"Each from {start}, the {gated} recalls a token after a longer lag than the RNN, by more "
        f"than {LONGER:g} doublings in the mean over seeds."
    )
    for start, gated in product(STARTS, GATED)
}
FEWER = 1000
"""Updates of the smaller budget that is shown."""


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    measured = {}
    for start, of in STARTS.items():
        success = {name: success_by_lag(evidence, HORIZON, a) for name, a in of.items()}
        horizons = {n: log_horizons(by) for n, by in success.items() if climbed(by, HORIZON)}
        for gated in GATED:
            if {gated, "RNN"} <= horizons.keys():
                longer = horizons[gated] - horizons["RNN"]
                label, unit = f"{gated} over RNN, {start}", "doublings of the horizon"
                told = mean_above(label, longer, LONGER, unit)
                if at_one_end([success[gated], success["RNN"]], HORIZON):
                    told = undecided(told, "both horizons lie at the same end of the lags")
                measured[f"{gated}, {start}"] = told
    return measured


def draw(evidence: Evidence, _: Mapping[str, Measured]) -> Draw:
    """The share of seeds that learn each lag, within all the updates and within fewer."""
    panels = [
        lines.Panel(
            start,
            {name: shares(success_by_lag(evidence, HORIZON, a)) for name, a in of.items()},
            dashed={
                name: shares(success_within(evidence, HORIZON, a, FEWER)) for name, a in of.items()
            },
        )
        for start, of in STARTS.items()
    ]
    ways = tuple(f"within {updates:,} updates" for updates in (LEARNING["steps"], FEWER))
    scale = lines.Scale("lag, steps", "share of seeds that learn it", 10, ends=lines.SKILL,
                        ways=ways)  # fmt: skip
    return along(panels, scale)
