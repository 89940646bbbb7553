"""A GRU performs about as well as an LSTM, with fewer parameters, and is faster.

Source: Chung et al. 2014 (Empirical evaluation of gated recurrent neural networks on sequence
modeling); Jozefowicz, Zaremba and Sutskever 2015 (An empirical exploration of recurrent network
architectures, ICML).

Kernels are those that networks are trained with: compiled for both or, where that cannot be,
torch's, which on a processor has a fused one for the LSTM alone; records say which. Where seconds
by kernels and by the equations differ, it is by how the kernels were written. Where the LSTM learns
nothing, that the GRU is like it says nothing.
"""

from collections.abc import Mapping
from functools import partial

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import (
    QUARTER,
    Draw,
    Measured,
    Statement,
    as_rows,
    exactly,
    mean_above,
    mean_of,
    mean_within,
    rates_alike,
)
from reports.claims.measures import TENTH, as_good, as_seconds, by_width
from reports.claims.parts import COST_WIDTHS, LEARNING

GRU, LSTM = "gru", "lstm"
GATED = Part(
    name="gated",
    tasks=["recall[lag=20]", "copy", "adding", "keyword", "hmm_source", "english_chars[length=32]"],
    architectures=[GRU, LSTM],
    budget=LEARNING,
)
CELLS = (GATED, *COST_WIDTHS)

MARGIN = 0.05
SECONDS = {"equations": "seconds by equations", "kernels": "seconds"}
OVER = "takes over a tenth longer than one of the GRU of the same width (mean of the ratio)."
STATEMENTS = {
    "skill": Statement(
        "At equal parameters and tuned learning rates, the difference in skill on text and on an "
        f"HMM's sequences (cut off at 0 and 1, mean of the two) lies within {MARGIN:g} of 0, and "
        "the shares of seeds that learn all of recall, copying, adding and finding a pattern lie "
        f"within {QUARTER:g} of each other."
    ),
    "parameters": Statement(
        "At each of the widths 32, 64 and 128 a GRU has fewer parameters than an LSTM.", exact=True
    ),
    "equations": Statement(f"By the equations, step by step, an update of the LSTM {OVER}"),
    "kernels": Statement(f"By the kernels that train them an update of the LSTM {OVER}"),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    sizes = {
        w: 2 ** min(r.values()) for w, r in by_width(evidence, LSTM, GRU, "parameters").items()
    }
    table = [("width", "parameters, LSTM over GRU")]
    table += [(str(width), f"{ratio:.2f}") for width, ratio in sizes.items()]
    least = min(sizes.values())
    within = partial(mean_of, mean_within, threshold=MARGIN, unit="skill")
    found = {
        "skill": as_good(evidence, GATED, GRU, LSTM, within, rates_alike),
        "parameters": exactly(least > 1, least, "times the parameters", len(sizes), table),
    }
    for name, cost in SECONDS.items():
        ratios = {
            f"{name}, width {width}, log2 of seconds": ratio
            for width, ratio in by_width(evidence, LSTM, GRU, cost).items()
        }
        longer = mean_of(mean_above, ratios, TENTH)
        found[name] = as_seconds(longer, evidence, COST_WIDTHS[0])
    return found


def draw(_: Evidence, measured: Mapping[str, Measured]) -> Draw:
    """The difference in skill."""
    return as_rows([measured["skill"]], "skill of the GRU minus the LSTM; share of seeds")
