"""Clipping the gradient cures exploding gradients, but not vanishing ones.

Source: Pascanu, Mikolov and Bengio 2013 (On the difficulty of training recurrent neural networks,
ICML).

A training that no longer diverges need not learn. On adding, the squared error and its gradient
are without bounds; where classes are told apart, a training may go astray and never diverge. With
clipping and without, a seed starts from the same weights. A gradient that vanishes is small, so
that it is clipped at a tenth: at 1 next to nothing would be.
"""

import math
from collections.abc import Mapping

from harness.experiment.matrix import Part
from harness.experiment.record import Outcome
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import (
    Measured,
    Solved,
    Statement,
    all_of,
    fewer_than_half,
    mean_below,
    mean_within,
    more_than_half,
    needs_clipping,
    rate_lower_of_pairs,
)
from reports.claims.measures import clipped_share
from reports.claims.parts import CLIPPED, DESCENT, UNCLIPPED

EXPLODING = {gain: f"rnn[gain={gain},start=orthogonal]" for gain in (1.5, 2.0)}
VANISHING, ADDING, LAG = "rnn[gain=0.5]", "adding", 50
FLOWS = {
    way: Part(
        name=f"flow-clip-{way}",
        probe="gradient-flow",
        tasks=[f"recall[lag={LAG}]"],
        architectures=[VANISHING],
        budget={"steps": 300, "clip_norm": norm} | DESCENT,
    )
    for way, norm in (("on", 0.1), ("off", 0.0))
}
CELLS = (CLIPPED, UNCLIPPED, *FLOWS.values())

THOUSANDTH, DOUBLE = math.log2(0.001), 1.0
"""Doublings."""
AT_LEAST, NONE = 0.1, 1e-30
"""Shares: of the updates, and of the gradient what counts as none of it."""
UNIT = "of seeds diverge"
STATEMENTS = {
    "exploding": Statement(
        "Without clipping, by plain gradient descent, more than half of the RNNs that start with a "
        "recurrent gain of 1.5, and more than half of those of 2, diverge on adding."
    ),
    "cured": Statement(
        "With the gradient's norm clipped at 1, of each of the two fewer seeds diverge than "
        "without clipping, and fewer than half."
    ),
    "vanishing": Statement(
        "Of an RNN that starts with a gain of 0.5 and was trained with the gradient's norm clipped "
        f"at 0.1, less than a thousandth of the gradient is left {LAG} steps before the output."
    ),
    "not cured": Statement(
        "With this clipping, which acts in at least a tenth of the updates, this share of the "
        "gradient is the same as without, to within a factor of 2."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    off, on = (
        {gain: _diverged(evidence, part, label) for gain, label in EXPLODING.items()}
        for part in (UNCLIPPED, CLIPPED)
    )
    shares = {way: _left(evidence, part) for way, part in FLOWS.items()}
    same = shares["on"] - shares["off"]
    acted = clipped_share(evidence, FLOWS["on"], VANISHING)
    label = f"gain 0.5, gradient left at lag {LAG}"
    return {
        "exploding": all_of(
            more_than_half(f"gain {gain:g}, not clipped", seeds) for gain, seeds in off.items()
        ).with_(unit=UNIT),
        "cured": all_of(_cured(gain, on[gain], off[gain]) for gain in on),
        "vanishing": mean_below(f"{label}, clipped", shares["on"], THOUSANDTH, "doublings"),
        "not cured": needs_clipping(
            mean_within(f"{label}, clipped over not", same, DOUBLE, "doublings"), acted, AT_LEAST
        ),
    }


def _cured(gain: float, on: Solved, off: Solved) -> Measured:
    """Fewer than without clipping, and few. If none diverges without, nothing can be cured."""
    labels = (f"gain {gain:g}, clipped", f"gain {gain:g}, not clipped")
    few = fewer_than_half(labels[0], on)
    fewer = rate_lower_of_pairs(labels, on, off)
    return all_of([fewer, few]).with_(effect=few.effect, unit=UNIT)


def _diverged(evidence: Evidence, part: Part, architecture: str) -> Solved:
    """Which seeds diverged, of those that could be trained."""
    cells = [c for c in evidence.cells(part, ADDING, architecture) if not c.refused]
    return {cell.seed: cell.outcome == Outcome.DIVERGED for cell in cells}


def _left(evidence: Evidence, part: Part) -> BySeed:
    """The gradient at the lag as a share of that at the output's step, in doublings."""
    measured = evidence.measured(part, part.tasks[0], VANISHING)
    norms = {s: of["trained"]["norms"]["hidden_l0"]["geometric"] for s, of in measured.items()}
    shares = {s: of[LAG] / of[0] for s, of in norms.items() if of[0]}
    return BySeed({seed: math.log2(max(share, NONE)) for seed, share in shares.items()})
