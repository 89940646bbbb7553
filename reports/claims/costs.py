"""What one update was measured to cost, as claims compare it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import BySeed, doublings, mean_over
from reports.claims.parts import COST_LENGTH, COST_WIDTH

WIDTHS = tuple(COST_WIDTH.values())
Cost = Callable[[Mapping[str, Any]], float | None]
"""Takes a number from what the probe measured; None where it could not be counted."""


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


def by_length(evidence: Evidence, architecture: str, cost: Cost = seconds) -> dict[int, BySeed]:
    """A cost by the length of the sequences in steps, at matched parameters."""
    costs: dict[int, dict[int, float]] = {}
    for task in evidence.tasks(COST_LENGTH):
        for seed, measured in evidence.measured(COST_LENGTH, task, architecture).items():
            costs.setdefault(measured["length"], {})[seed] = cost(measured) or 0.0
    return dict(sorted(costs.items()))


def at_equal_width(
    evidence: Evidence, one: str, other: str, cost: Cost, parts: Iterable[Part] = WIDTHS
) -> dict[int, float]:
    """How many times ``one`` costs what ``other`` does at the same width, as a base-2 logarithm:
    the mean over widths; widths without records are left out."""

    def by_seed(part: Part, task: str, architecture: str) -> dict[int, float]:
        measured = evidence.measured(part, task, architecture)
        return {seed: cost(m) or 0.0 for seed, m in measured.items()}

    pairs = [(part, task) for part in parts for task in evidence.tasks(part)]
    costs = [doublings(by_seed(*pair, one), by_seed(*pair, other)) for pair in pairs]
    return mean_over([ratios for ratios in costs if ratios])
