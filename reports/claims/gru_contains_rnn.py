"""A GRU whose reset gate is held at 1 and whose update gate is held at 0 is the plain recurrent
network.

Source: Follows from the equations of Cho et al. 2014 (Learning phrase representations using RNN
encoder-decoder, EMNLP), with the update gate as the share of the old state that is kept.

Where they agree, a GRU with free gates can represent all that the plain network can; that it finds
it by training does not follow.
"""

import math
from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Measured, Statement, exactly

VARIANTS = {
    "reset after": "gru[hold_reset=1,hold_update=0]",
    "reset before": "gru[hold_reset=1,hold_update=0,variant=reset_before]",
}
"""Where the reset gate acts: after the recurrent product, as in torch, or before it, as in 2014."""
CONTAINS = Part(
    name="contains-rnn",
    probe="contains-rnn",
    tasks=["recall[lag=20]", "copy", "adding"],
    architectures=list(VARIANTS.values()),
    seeds=[0, 1, 2],
)
CELLS = (CONTAINS,)

COMPARED, LEAST = ("outputs", "gradients"), 1e-9
SAME = (
    "its outputs and gradients are those of the plain network with the same weights and inputs, "
    "on every task, to 1e-5 of the largest number (the rounding of 32-bit arithmetic)."
)
STATEMENTS = {
    "reset after": Statement(
        f"With the reset gate after the recurrent product, as libraries have it, {SAME}", exact=True
    ),
    "reset before": Statement(
        f"With the reset gate before the recurrent product, as in the paper of 2014, {SAME}",
        exact=True,
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    """Without a variant that could not be compared on some task."""
    cells = {
        name: [c for t in evidence.tasks(CONTAINS) for c in evidence.cells(CONTAINS, t, held)]
        for name, held in VARIANTS.items()
    }
    compared = [name for name, of in cells.items() if not any(cell.refused for cell in of)]
    return {name: _measured(evidence, VARIANTS[name]) for name in compared}


def _measured(evidence: Evidence, held: str) -> Measured:
    table: list[tuple[str, ...]] = [("GRU", "task", "seed", *COMPARED, "tolerance")]
    largest, equal = [LEAST], []
    for task in evidence.tasks(CONTAINS):
        for seed, found in evidence.measured(CONTAINS, task, held).items():
            largest.append(max(found[name] for name in COMPARED))
            equal.append(largest[-1] <= found["tolerance"])
            numbers = (f"{found[name]:.3g}" for name in (*COMPARED, "tolerance"))
            table.append((held, task, str(seed), *numbers))
    digits = -math.log10(max(largest))
    return exactly(all(equal), digits, "digits agree, or more", len(equal), table)
