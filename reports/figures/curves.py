"""Learning curves of one task: validation score against updates, one line per architecture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.analysis.results import Group, Results, TaskInfo
from reports.figures.style import (
    PALE,
    Drawing,
    Look,
    canvas,
    finish,
    plain_numbers,
    text_width,
)
from reports.formats import metric, number, shortened
from reports.wording import say

POINTS = 60
"""Points kept of a curve: more cannot be told apart in print."""


@dataclass(frozen=True)
class Band:
    """Validation score at some updates, over the seeds of an architecture."""

    steps: Any
    mean: Any
    low: Any
    """The lowest seed's."""
    high: Any


def bands(results: Results, task: TaskInfo) -> dict[str, Band]:
    """The architectures that have curves, in the order of the plan.

    A seed that stopped early counts with its last value, so that the mean does not jump.
    """
    return {
        a: _band(found)
        for a in results.architectures
        if (task.name, a) in results.groups and (found := _curves(results.groups[task.name, a]))
    }


def draw(task: TaskInfo, bands: Mapping[str, Band], looks: Mapping[str, Look]) -> Drawing | None:
    """Mean over seeds, with a band from the lowest seed to the highest; named best first. None
    without curves."""
    if not bands:
        return None
    sign = 1 if task.higher_is_better else -1
    order = sorted(bands, key=lambda a: -sign * bands[a].mean[-1])
    names = {a: shortened(a, 30) for a in order}
    right = 0.75 + max(text_width(name, 8) for name in names.values())
    height = max(2.75, 0.6 + 0.165 * len(names))
    figure, axes = canvas(3.6 + right, height, (0.66, right, 0.12, 0.48))
    lowest, highest = math.inf, -math.inf
    for at, a in enumerate(order):
        band, look = bands[a], looks[a]
        every = max(1, len(band.steps) // 5)
        axes.fill_between(band.steps, band.low, band.high, color=look.colour, alpha=0.13,
                          linewidth=0)  # fmt: skip
        axes.plot(band.steps, band.mean, color=look.colour, linestyle=look.line, linewidth=1.4,
                  marker=look.marker, markersize=3.5, label=names[a],
                  markevery=(at % every, every))  # fmt: skip
        lowest, highest = min(lowest, *band.low), max(highest, *band.high)
    _limits(axes, task, lowest, highest)
    axes.set_xlabel("updates", labelpad=2)
    axes.set_ylabel(shortened(metric(task), 26), labelpad=2)
    axes.tick_params(labelsize=8, length=3)
    axes.locator_params(axis="x", nbins=5)
    axes.margins(x=0.02)
    axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.02), frameon=False, fontsize=8,
                handlelength=2.6, borderaxespad=0, labelspacing=0.3)  # fmt: skip
    return finish(figure, f"curves-{task.slug}", _alt(task, {a: bands[a] for a in order}))


def _curves(group: Group) -> list[tuple[list[float], list[float]]]:
    """Steps and validation scores of each seed that has any."""
    found = []
    for cell in group.cells:
        points = {
            p["step"]: p["validation"]
            for p in (cell.record.curve if cell.record is not None else ())
            if _number(p.get("step")) and _number(p.get("validation"))
        }
        if points:
            steps = sorted(points)
            found.append((steps, [points[s] for s in steps]))
    return found


def _band(of_seeds: list[tuple[list[float], list[float]]]) -> Band:
    """On a common grid of steps."""
    import numpy as np

    grid = np.unique(np.concatenate([steps for steps, _ in of_seeds]).astype(float))
    if len(grid) > POINTS:
        grid = grid[np.unique(np.linspace(0, len(grid) - 1, POINTS).round().astype(int))]
    values = np.stack([np.interp(grid, steps, scores) for steps, scores in of_seeds])
    return Band(grid, values.mean(axis=0), values.min(axis=0), values.max(axis=0))


def _limits(axes: Any, task: TaskInfo, lowest: float, highest: float) -> None:
    """Floor and ceiling as lines; a logarithmic axis where errors fall by orders of magnitude."""
    logarithmic = task.metric != "accuracy" and lowest > 0 and highest > 30 * lowest
    if logarithmic:
        axes.set_yscale("log")
        plain_numbers(axes.yaxis)
    elif task.metric == "accuracy":
        axes.yaxis.set_major_formatter(lambda v, _: f"{100 * v:.0f}")
    ceiling = say("curves.perfect" if task.ceiling_is_ideal else "curves.ceiling")
    words = (("floor", task.floor, (0, (4, 2)), "right"),
             (ceiling, task.ceiling, (0, (1, 1.5)), "left"))  # fmt: skip
    for word, value, line, side in words:
        if value is None or (logarithmic and value <= 0):
            continue
        axes.axhline(value, color=PALE, linestyle=line, linewidth=0.9, zorder=0)
        axes.annotate(
            word, (1.0 if side == "right" else 0.0, value), xycoords=("axes fraction", "data"),
            xytext=(-2 if side == "right" else 2, 1.5), textcoords="offset points", ha=side,
            va="bottom", fontsize=7, color=PALE,
        )  # fmt: skip
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.06 * (high - low) if not logarithmic else high * 1.3)


def _alt(task: TaskInfo, bands: Mapping[str, Band]) -> str:
    ends = []
    for a, band in bands.items():
        last = band.mean[-1]
        ends.append(f"{a} {100 * last:.1f} %" if task.metric == "accuracy" else f"{a} {last:.3g}")
    last_step = number(max(band.steps[-1] for band in bands.values()))
    return "Learning curves on {task}: validation {metric} against updates, up to {last}. Last means: {ends}.".format(task=task.name, metric=metric(task), last=last_step, ends=", ".join(ends))  # fmt: skip


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
