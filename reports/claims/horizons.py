"""Memory horizons as claims compare them, and skill against lag as a figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

from reports.analysis.evidence import Evidence
from reports.analysis.horizon import LEARNED
from reports.claims.judging import Draw
from reports.claims.parts import HORIZON
from reports.figures import lines

NOT_EVEN_SHORTEST = 2.5
"""Steps that stand for a horizon shorter than the shortest lag, 5: half of it."""


def tasks(evidence: Evidence) -> tuple[str, ...]:
    """The names of the tasks on which horizons were sought."""
    names = (evidence.task_name(HORIZON, task) for task in evidence.tasks(HORIZON))
    return tuple(dict.fromkeys(names))


def doublings(evidence: Evidence, task: str, architecture: str) -> dict[int, float]:
    """Base-2 logarithm of each seed's horizon in steps; a horizon that is open at the top counts
    as the longest lag that was tried."""
    by_seed = evidence.horizon(HORIZON, task, architecture).by_seed
    return {seed: doubling(steps) for seed, steps in by_seed.items()}


def doubling(steps: int) -> float:
    """Base-2 logarithm of a horizon."""
    return math.log2(max(steps, NOT_EVEN_SHORTEST))


def figure(evidence: Evidence, labels: Mapping[str, str], mark: int | None = None) -> Draw:
    """Skill against lag, a panel for each task and a line for each architecture, given with its
    label. mark: a lag to be pointed out."""
    panels = [
        lines.Panel(
            task, {label: evidence.horizon(HORIZON, task, a).skills for a, label in labels.items()},
            mark,
        )
        for task in tasks(evidence)
    ]  # fmt: skip
    scale = lines.Scale("lag, steps", "skill", 10, ends=lines.SKILL, levels=(0, LEARNED))
    return partial(lines.draw, shown=panels, scale=scale)
