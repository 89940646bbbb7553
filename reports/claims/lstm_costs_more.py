"""An LSTM is less efficient than a plain recurrent network.

Source: Chung et al. 2014 (Empirical evaluation of gated recurrent neural networks on sequence
modeling).

Seconds hold for the machine that they were measured on and for the kernels that networks are
trained with, which records name. At equal parameters, as elsewhere in this trial, the LSTM is
narrower instead.
"""

from collections.abc import Mapping

from reports.analysis.evidence import Evidence
from reports.claims.judging import (
    Draw,
    Measured,
    Statement,
    as_rows,
    exactly,
    mean_above,
    mean_of,
)
from reports.claims.measures import TENTH, as_seconds, by_width
from reports.claims.parts import COST_WIDTHS

CELLS = COST_WIDTHS

LSTM, RNN = "lstm", "rnn"
COUNTED = ("parameters", "flops")
SMALL, LARGE = 32, 128
KERNELS = "By the kernels that train them, at width"
STATEMENTS = {
    "counted": Statement(
        "At each of the widths 32, 64 and 128 an LSTM has more parameters than an RNN, and an "
        "update takes more floating-point operations.",
        exact=True,
    ),
    "equations": Statement(
        "By the equations, computed step by step, an update of the LSTM takes over a tenth longer "
        "than one of the RNN of the same width (mean of the ratio over the three widths)."
    ),
    f"kernels, width {SMALL}": Statement(
        f"{KERNELS} {SMALL}, an update of the LSTM takes over a tenth longer."
    ),
    f"kernels, width {LARGE}": Statement(
        f"{KERNELS} {LARGE}, an update of the LSTM takes over a tenth longer."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    counted = {cost: by_width(evidence, LSTM, RNN, cost) for cost in COUNTED}
    more = {
        (cost, w): 2 ** min(of.values()) for cost, by in counted.items() for w, of in by.items()
    }
    table = [("counted", "width", "LSTM over RNN")]
    table += [(cost, str(width), f"{ratio:.2f}") for (cost, width), ratio in more.items()]
    flops = min(ratio for (cost, _), ratio in more.items() if cost == "flops")
    equations = {
        f"equations, width {width}, log2 of seconds": of
        for width, of in by_width(evidence, LSTM, RNN, "seconds by equations").items()
    }
    seconds = {"equations": mean_of(mean_above, equations, TENTH)}
    for width, ratio in by_width(evidence, LSTM, RNN, "seconds").items():
        name = f"kernels, width {width}"
        seconds[name] = mean_above(f"{name}, log2 of seconds", ratio, TENTH)
    held = exactly(min(more.values()) > 1, flops, "times the FLOPs, or more", len(more), table)
    return {"counted": held} | {
        name: as_seconds(seconds[name], evidence, CELLS[0])
        for name in STATEMENTS
        if name in seconds
    }


def draw(_: Evidence, measured: Mapping[str, Measured]) -> Draw:
    """Seconds of the LSTM over those of the RNN."""
    return as_rows(measured.values(), "log2 of seconds of the LSTM over the RNN (1: twice)")
