"""Costs of an update and memory horizons, as claims compare them."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import doublings, mean_over
from reports.claims.parts import COST_LENGTH, COST_WIDTHS, HORIZON

NOT_EVEN_SHORTEST = 2.5
"""Steps that stand for a horizon shorter than the shortest lag, 5: half of it."""

COSTS: dict[str, Callable[[Mapping[str, Any]], float | None]] = {
    "parameters": lambda measured: measured["kernel"]["matched_parameters"],
    "size": lambda measured: measured["without_embedding"],
    "flops": lambda measured: measured["kernel"]["flops"],
    "chain": lambda measured: measured["kernel"]["critical_path"],
    "seconds": lambda measured: measured["kernel"]["seconds"],
    "seconds by equations": lambda m: m.get("equations", m["kernel"])["seconds"],
}
"""What the probes measured of an update, without the embedding, which all have alike: by the
library's kernels or, computed step by step, by the equations; the chain is the longest of
operations of which each needs the one before. None where it could not be counted."""


def _costs(evidence: Evidence, part: Part, task: str, architecture: str, cost: str) -> BySeed:
    measured = evidence.measured(part, task, architecture)
    return BySeed({seed: COSTS[cost](found) or 0.0 for seed, found in measured.items()})


def by_length(evidence: Evidence, architecture: str, cost: str) -> dict[int, BySeed]:
    """A cost by the length of the sequences in steps, at matched parameters."""
    tasks = evidence.tasks_by(COST_LENGTH, "lag")
    costs = {n + 1: _costs(evidence, COST_LENGTH, t, architecture, cost) for n, t in tasks.items()}
    return {length: by_seed for length, by_seed in costs.items() if by_seed}


def at_equal_width(
    evidence: Evidence, one: str, other: str, cost: str, parts: Iterable[Part] = COST_WIDTHS
) -> BySeed:
    """How many times ``one`` costs what ``other`` does at the same width, as a base-2 logarithm:
    the mean over widths; widths without records are left out."""
    ratios = [
        doublings(*(_costs(evidence, part, task, a, cost) for a in (one, other)))
        for part in parts
        for task in evidence.tasks(part)
    ]
    return mean_over([by_seed for by_seed in ratios if by_seed])


def horizons(evidence: Evidence, architecture: str) -> dict[str, BySeed]:
    """Base-2 logarithm of each seed's horizon in steps, by task; a horizon that is open at the top
    counts as the longest lag that was tried."""
    tasks = dict.fromkeys(evidence.task_name(HORIZON, t) for t in evidence.tasks(HORIZON))
    by_task = {task: evidence.horizon(HORIZON, task, architecture).by_seed for task in tasks}
    return {
        task: BySeed({s: math.log2(max(steps, NOT_EVEN_SHORTEST)) for s, steps in by_seed.items()})
        for task, by_seed in by_task.items()
    }
