"""What one update was measured to cost, as claims compare it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reports.analysis.evidence import Evidence, PartName
from reports.claims.by_seed import BySeed, doublings, mean_over
from reports.claims.parts import COST_LENGTH, COST_WIDTH

Cost = Callable[[Mapping[str, Any]], float | None]
"""Takes a number from what the probe measured; None where it is not there."""


def _kernel(name: str) -> Cost:
    """Of an update as the library computes it."""
    return lambda measured: measured["kernel"][name]


parameters = _kernel("matched_parameters")
"""Trained numbers without the embedding, which all architectures have alike."""
flops = _kernel("flops")
chain = _kernel("critical_path")
"""The longest chain of operations of which each needs the one before."""
seconds = _kernel("seconds")


def seconds_by_equations(measured: Mapping[str, Any]) -> float | None:
    """Of an update computed from the equations, step by step."""
    return measured.get("equations", measured["kernel"])["seconds"]


def by_seed(
    evidence: Evidence, part: PartName, task: str, architecture: str, cost: Cost
) -> dict[int, float]:
    """A cost by seed."""
    measured = evidence.measured(part, task, architecture)
    return {seed: value for seed, m in measured.items() if (value := cost(m)) is not None}


def by_length(evidence: Evidence, architecture: str, cost: Cost = seconds) -> dict[int, BySeed]:
    """A cost by the length of the sequences in steps, at matched parameters."""
    costs: dict[int, BySeed] = {}
    for task in evidence.tasks(COST_LENGTH):
        measured = evidence.measured(COST_LENGTH, task, architecture)
        lengths = {m["length"] for m in measured.values()}
        of_task = by_seed(evidence, COST_LENGTH, task, architecture, cost)
        costs |= {length: of_task for length in lengths if of_task}
    return dict(sorted(costs.items()))


def at_equal_width(evidence: Evidence, one: str, other: str, cost: Cost) -> dict[int, float]:
    """How many times ``one`` costs what ``other`` does at the same width, as a base-2 logarithm:
    the mean over widths; widths without records are left out."""
    costs = [
        doublings(*(by_seed(evidence, part, task, a, cost) for a in (one, other)))
        for part in COST_WIDTH.values()
        for task in evidence.tasks(part)
    ]
    return mean_over([ratios for ratios in costs if ratios])
