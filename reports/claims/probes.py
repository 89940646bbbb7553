"""The parts of the matrix ``claims`` that ``harness probe`` runs on their own."""

from __future__ import annotations

from reports.claims.any_length import LENGTH
from reports.claims.parts import (
    CLIPPED,
    COST_BATCH,
    COST_LENGTH,
    COST_WIDTH,
    HORIZON,
    UNCLIPPED,
)
from reports.claims.vanishing_exploding import FLOW

PROBES = {
    "gradient-flow": (FLOW,),
    "horizon": (HORIZON,),
    "length-generalisation": (LENGTH,),
    "cost-growth": (COST_LENGTH, *COST_BATCH, *COST_WIDTH.values()),
    "stability": (CLIPPED, UNCLIPPED),
}
