"""Memory horizons as claims compare them, and skill against lag as a figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from reports.analysis.evidence import Evidence
from reports.analysis.horizon import LEARNED, Horizon
from reports.figures.style import INK, PALE, Drawing, canvas, finish, looks, plain_numbers

PART = "horizon"
NOT_EVEN_SHORTEST = 2.5
"""Steps that stand for a horizon shorter than the shortest lag, 5: half of it."""


def tasks(evidence: Evidence) -> tuple[str, ...]:
    """The names of the tasks on which horizons were sought."""
    return tuple(dict.fromkeys(task.split("[")[0] for task in evidence.tasks(PART)))


def doublings(evidence: Evidence, task: str, architecture: str) -> dict[int, float]:
    """Base-2 logarithm of each seed's horizon in steps; a horizon that is open at the top counts
    as the longest lag that was tried."""
    by_seed = evidence.horizon(PART, task, architecture).by_seed
    return {seed: doubling(steps) for seed, steps in by_seed.items()}


def doubling(steps: int) -> float:
    """Base-2 logarithm of a horizon."""
    return math.log2(max(steps, NOT_EVEN_SHORTEST))


def told(found: Horizon, shortest: int = 5) -> str:
    """A horizon in words: ``20 (10 to 50, n = 5)``, the interval that of the seeds."""
    if found.steps is None:
        return "unknown"

    def steps(number: int | None) -> str:
        return f"{number:,}" if number else f"below {shortest}"

    size = f"{steps(found.steps)} or more" if found.open else steps(found.steps)
    return f"{size} ({steps(found.low)} to {steps(found.high)}, n = {found.n})"


def draw(
    evidence: Evidence, name: str, architectures: Mapping[str, str], mark: int | None = None
) -> Drawing | None:
    """Skill against lag, a panel for each task and a line for each architecture, given with the
    words that stand for it. mark: a lag to be pointed out. None without records."""
    names = tasks(evidence)
    horizons = {(t, a): evidence.horizon(PART, t, a) for t in names for a in architectures}
    if not any(found.skills for found in horizons.values()):
        return None
    panel, gap, left, top, height = 2.2, 0.25, 0.55, 0.55, 2.1
    width = left + len(names) * (panel + gap)
    figure, axes = canvas(width, height + top + 0.5, (left, width - left - panel, top, 0.5))
    panels = [axes]
    box = axes.get_position()
    for number in range(1, len(names)):
        x = box.x0 + number * (panel + gap) / width
        panels.append(figure.add_axes((x, box.y0, box.width, box.height), sharey=axes))
        panels[-1].tick_params(labelleft=False)
    drawn = looks(tuple(architectures))
    for axes, task in zip(panels, names, strict=True):
        of_task = {a: horizons[task, a] for a in architectures}
        _panel(axes, task, of_task, drawn, architectures, mark)
    panels[0].set_ylabel("skill")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="upper left", frameon=False,
                  ncols=len(architectures), fontsize=8, handlelength=2.6, columnspacing=1.2,
                  bbox_to_anchor=(left / width, 1.0), borderaxespad=0.2)  # fmt: skip
    words = "; ".join(
        f"{task}, {architectures[a]}: horizon {told(found)}"
        for (task, a), found in horizons.items()
        if found.steps is not None
    )
    return finish(figure, f"claim-{name}", f"Skill against lag. {words}.")


def _panel(
    axes: Any,
    task: str,
    horizons: Mapping[str, Horizon],
    drawn: Mapping[str, Any],
    words: Mapping[str, str],
    mark: int | None,
) -> None:
    lags = sorted({lag for found in horizons.values() for lag in found.skills})
    axes.set_xscale("log")
    for architecture, found in horizons.items():
        look = drawn[architecture]
        means = [found.skills[lag].mean for lag in found.skills]
        axes.plot(list(found.skills), means, color=look.colour, linestyle=look.line,
                  marker=look.marker, markersize=4, label=words[architecture])  # fmt: skip
        for lag, skill in found.skills.items():
            if skill.low is not None and skill.high is not None:
                ends = max(-0.1, skill.low), min(1.05, skill.high)
                axes.plot([lag, lag], ends, color=look.colour, linewidth=0.9, alpha=0.7)
    axes.axhline(LEARNED, color=PALE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
    axes.axhline(0, color=PALE, linewidth=0.8, zorder=0)
    if mark:
        axes.axvline(mark, color=PALE, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=0)
    axes.set_ylim(-0.1, 1.06)
    if lags:
        _ticks(axes, lags)
    axes.set_title(task, fontsize=9, loc="left", color=INK)
    axes.set_xlabel("lag, steps", labelpad=2)
    axes.tick_params(labelsize=8, length=3)


def _ticks(axes: Any, lags: Sequence[int]) -> None:
    from matplotlib.ticker import NullLocator

    plain_numbers(axes.xaxis)
    axes.set_xlim(lags[0] / 1.3, lags[-1] * 1.3)
    axes.set_xticks([lag for lag in lags if lag not in (50, 500)] if len(lags) > 6 else lags)
    axes.xaxis.set_minor_locator(NullLocator())
