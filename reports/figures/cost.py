"""What skill costs: mean skill against a cost, and the Pareto front."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from reports import formats
from reports.analysis.cost import KINDS, Point
from reports.figures.style import INK, PALE, Drawing, Look, canvas, finish, legend_beside

LOWEST = -0.5


def draw(
    kind: str,
    points: Mapping[str, Point],
    of_tasks: Mapping[str, Sequence[tuple[float, float]]],
    looks: Mapping[str, Look],
) -> Drawing | None:
    """Large marks: the mean over the compared tasks; small ones: each task. None without any.

    ``kind`` is training, parameters or flops. Marks below skill -0.5 sit on the lower edge. The
    stepped line is the Pareto front.
    """
    if not any(of_tasks.values()):
        return None
    marks = {a: {**look, "linestyle": "none"} for a, look in looks.items()}
    figure, axes = canvas(4.8, 3.2)
    axes.set_xscale("log")
    _ticks(axes, [cost for places in of_tasks.values() for cost, _ in places])
    for a, places in of_tasks.items():
        axes.plot([cost for cost, _ in places], [max(LOWEST, skill) for _, skill in places],
                  **marks[a], markersize=3.5, alpha=0.35, markeredgewidth=0)  # fmt: skip
    large = {a: (p.cost, max(LOWEST, p.skill.mean or 0.0)) for a, p in points.items()}
    front = [large[a] for a, p in points.items() if not p.beaten_by]
    if len(front) > 1:  # the highest skill that is to be had at each cost
        axes.plot(*zip(*sorted(front), strict=True), color=INK, linewidth=1.0,
                  drawstyle="steps-post", zorder=1)  # fmt: skip
    for a, (cost, mean) in large.items():
        low, high = points[a].skill.low, points[a].skill.high
        if low is not None and high is not None:
            axes.plot([cost] * 2, [max(LOWEST, low), max(LOWEST, high)], color=looks[a]["color"],
                      linewidth=1.2)  # fmt: skip
        axes.plot([cost], [mean], **marks[a], markersize=8, markeredgecolor="white",
                  label=formats.shortened(a, 30))  # fmt: skip
    axes.axhline(0, color=PALE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
    label = KINDS[kind] if kind == "parameters" else f"{KINDS[kind]} of a cell"
    axes.set(xlabel=label, ylabel="skill")
    if large:
        legend_beside(axes, handlelength=1)
    return finish(figure, f"cost-{kind}")


def _ticks(axes: Any, costs: list[float]) -> None:
    """Room for at least three ticks, in plain numbers."""
    from matplotlib.ticker import LogLocator, NullLocator

    low, high = min(costs), max(costs)
    middle = math.sqrt(low * high)
    axes.set_xlim(min(low / 1.25, middle / 2.5), max(high * 1.25, middle * 2.5))
    steps = (1, 2, 5) if high < 200 * low else (1,)
    axes.xaxis.set_major_locator(LogLocator(subs=steps, numticks=12))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(_number)


def _number(value: float, _: Any) -> str:
    """A number on the axis: 0.5, 10,000, 20G."""
    number, unit = formats.scaled(value)
    return f"{value:,.0f}" if value >= 1 and not unit else f"{number:g}{unit}"
