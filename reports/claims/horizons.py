"""Memory horizons as claims compare them, and skill against lag as a figure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from reports.analysis.evidence import Evidence
from reports.analysis.horizon import LEARNED
from reports.claims.parts import HORIZON
from reports.figures import lines
from reports.figures.style import Drawing

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


def in_words(evidence: Evidence, architectures: Mapping[str, str]) -> str:
    """``..., recall: RNN 20 (10 to 50, n = 5), ...``: the horizons and their intervals by task, of
    architectures given with the words that stand for them."""
    horizons = "; ".join(
        f"{task}: "
        + ", ".join(f"{words} {_steps(evidence, task, a)}" for a, words in architectures.items())
        for task in tasks(evidence)
    )
    return (
        "The longest lag, in steps, that at least half of the seeds learn with a skill of "
        f"{LEARNED:g}, and its 95 % interval over seeds: {horizons}."
    )


def _steps(evidence: Evidence, task: str, architecture: str) -> str:
    horizon = evidence.horizon(HORIZON, task, architecture)
    if horizon.steps is None:
        return "unknown"
    reached, low, high = (
        f"{number:,}" if number else f"below {HORIZON.lags[0]}"
        for number in (horizon.steps, horizon.low, horizon.high)
    )
    return f"{reached}{' or more' * horizon.open} ({low} to {high}, n = {horizon.n})"


def draw(
    evidence: Evidence, name: str, architectures: Mapping[str, str], mark: int | None = None
) -> Drawing | None:
    """Skill against lag, a panel for each task and a line for each architecture, given with the
    words that stand for it. mark: a lag to be pointed out. None without records."""
    panels = [
        lines.Panel(
            task,
            {
                words: evidence.horizon(HORIZON, task, a).skills
                for a, words in architectures.items()
            },
            mark,
        )
        for task in tasks(evidence)
    ]
    scale = lines.Scale("lag, steps", "skill", 10, ends=lines.SKILL, levels=(0, LEARNED))
    return lines.draw(name, panels, scale)
