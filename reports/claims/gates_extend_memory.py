"""LSTM and GRU capture longer dependencies than the plain recurrent network.

Source: Hochreiter and Schmidhuber 1997 (Long short-term memory, Neural Computation); Cho et al.
2014 (Learning phrase representations using RNN encoder-decoder, EMNLP).

A horizon tells what is learned in this budget, and sets no limit to what can be held. From torch's
start the gates that keep the state begin open, at a bias of 1; best is the start that was best for
each of the three on other seeds.
"""

from collections.abc import Mapping
from itertools import product

from reports.analysis.evidence import BySeed, Evidence
from reports.analysis.horizon import Horizon
from reports.claims.judging import (
    Draw,
    Measured,
    Statement,
    along,
    doublings,
    mean_above,
    undecided,
)
from reports.claims.measures import shares, success_by_lag, success_within
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
NOT_EVEN_SHORTEST = 2.5
"""Steps that stand for a horizon shorter than the shortest lag, 5: half of it."""
FEWER = 1000
"""Updates of the smaller budget that is shown."""


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    measured = {}
    for start, of in STARTS.items():
        horizons = {name: evidence.horizon(HORIZON, "recall", a) for name, a in of.items()}
        for gated in GATED:
            longer = doublings(_steps(horizons[gated]), _steps(horizons["RNN"]))
            told = mean_above(f"{gated} over RNN, {start}", longer, LONGER,
                              "doublings of the horizon")  # fmt: skip
            if {horizons[gated].steps, horizons["RNN"].steps} in ({0}, {HORIZON.lags[-1]}):
                told = undecided(told, "both horizons lie at the same end of the lags")
            measured[f"{gated}, {start}"] = told
    return measured


def _steps(horizon: Horizon) -> BySeed:
    return BySeed({seed: max(of, NOT_EVEN_SHORTEST) for seed, of in horizon.by_seed.items()})


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
