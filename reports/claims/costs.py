"""What one update was measured to cost, as claims compare it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reports.analysis.evidence import Evidence
from reports.claims.claim import logarithms, mean_over

WIDTHS = ("cost-width-32", "cost-width-64", "cost-width-128")
"""Parts at which architectures have the same number of hidden units."""


def parameters(measured: dict[str, Any]) -> float | None:
    """Trained numbers without the embedding, which all architectures have alike."""
    return measured["kernel"]["matched_parameters"]


def flops(measured: dict[str, Any]) -> float | None:
    """Floating-point operations of an update."""
    return measured["kernel"]["flops"]


def seconds(measured: dict[str, Any]) -> float | None:
    """Of an update as the library computes it."""
    return measured["kernel"]["seconds"]


def seconds_by_equations(measured: dict[str, Any]) -> float | None:
    """Of an update computed from the equations, step by step."""
    return measured.get("equations", measured["kernel"])["seconds"]


Cost = Callable[[dict[str, Any]], float | None]


def by_seed(
    evidence: Evidence, part: str, task: str, architecture: str, cost: Cost
) -> dict[int, float]:
    """A cost by seed."""
    found = {
        seed: cost(measured)
        for seed, measured in evidence.measured(part, task, architecture).items()
    }
    return {seed: value for seed, value in found.items() if value is not None}


def at_equal_width(
    evidence: Evidence, one: str, other: str, cost: Cost, parts: Sequence[str] = WIDTHS
) -> dict[int, float]:
    """How many times ``one`` costs what ``other`` does at the same width, as a base-2 logarithm:
    by seed, the mean over widths; widths without records are left out."""
    found = [
        logarithms(*(by_seed(evidence, part, task, a, cost) for a in (one, other)))
        for part in parts
        for task in evidence.tasks(part)
    ]
    return mean_over([ratios for ratios in found if ratios])


def times(doublings: Mapping[int, float]) -> dict[int, float]:
    """How many times, from base-2 logarithms by seed."""
    return {seed: 2**value for seed, value in doublings.items()}
