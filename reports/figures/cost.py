"""What skill costs: mean skill against a cost, and the Pareto front."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from reports import formats
from reports.analysis.cost import KINDS, Point
from reports.figures.style import INK, PALE, Drawing, Look, canvas, finish, text_width

LOWEST = -0.5
WIDTH, HEIGHT = 5.6, 3.9
MARGINS = (0.62, 0.15, 0.15, 0.5)


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
    small = {a: [(x, max(LOWEST, y)) for x, y in places] for a, places in of_tasks.items()}
    figure, axes = canvas(WIDTH, HEIGHT, MARGINS)
    axes.set_xscale("log")
    _ticks(axes, [x for places in small.values() for x, _ in places])
    for a, places in small.items():
        axes.plot(*zip(*places, strict=True) if places else ([], []), linestyle="none",
                  marker=looks[a].marker, color=looks[a].colour, markersize=3.5, alpha=0.35,
                  markeredgewidth=0)  # fmt: skip
    large = {a: (p.cost, max(LOWEST, p.skill.mean or 0.0)) for a, p in points.items()}
    front = [a for a, p in points.items() if not p.beaten_by]
    if len(front) > 1:  # the highest skill that is to be had at each cost
        axes.plot(*zip(*sorted(large[a] for a in front), strict=True), color=INK, linewidth=1.0,
                  drawstyle="steps-post", zorder=1)  # fmt: skip
    for a, (cost, mean) in large.items():
        low, high = points[a].skill.low, points[a].skill.high
        if low is not None and high is not None:
            axes.plot([cost] * 2, [max(LOWEST, low), max(LOWEST, high)], color=looks[a].colour,
                      linewidth=1.2)  # fmt: skip
        axes.plot([cost], [mean], marker=looks[a].marker, color=looks[a].colour, markersize=8,
                  markeredgecolor="white", linestyle="none")  # fmt: skip
    axes.axhline(0, color=PALE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
    label = KINDS[kind] if kind == "parameters" else f"{KINDS[kind]} of a cell"
    axes.set_xlabel(label, labelpad=2)
    axes.set_ylabel("skill", labelpad=2)
    _label(axes, large, front)
    means = "; ".join(
        f"{a}: {formats.skill(p.skill.mean)}, {formats.cost(p.cost, kind)}"
        for a, p in points.items()
    )
    alt = f"Mean skill over the compared tasks against {label}. {means or '-'}."
    return finish(figure, f"cost-{kind}", alt)


def _ticks(axes: Any, costs: list[float]) -> None:
    """At least a factor of two across, and ticks in plain numbers."""
    from matplotlib.ticker import LogLocator, NullLocator

    low, high = min(costs), max(costs)
    if high < 2 * low:
        middle = math.sqrt(low * high)
        low, high = middle / 1.4, middle * 1.4
    axes.set_xlim(low / 1.25, high * 1.25)
    steps: tuple[int, ...] = (1, 2, 5) if high / low < 200 else (1,)
    if high / low < 30:
        steps = (1, 2, 3, 5, 7) if high / low > 3 else tuple(range(1, 10))
    axes.xaxis.set_major_locator(LogLocator(subs=steps, numticks=12))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(_number)


def _number(value: float, _: Any) -> str:
    """A number on the axis: 0.5, 10,000, 20G."""
    number, unit = formats.scaled(value)
    return f"{value:,.0f}" if value >= 1 and not unit else f"{number:g}{unit}"


def _label(axes: Any, places: dict[str, tuple[float, float]], front: list[str]) -> None:
    """Write each name beside its mark, in the nearest free place around it, and not on the line of
    the front."""
    low, high = axes.get_ylim()
    left, right = (math.log(v) for v in axes.get_xlim())
    wide, tall = WIDTH - MARGINS[0] - MARGINS[1], HEIGHT - MARGINS[2] - MARGINS[3]
    inches = {
        a: ((math.log(x) - left) / (right - left) * wide, (y - low) / (high - low) * tall)
        for a, (x, y) in places.items()
    }
    taken = [(x - 0.07, y - 0.07, x + 0.07, y + 0.07) for x, y in inches.values()]
    corners = sorted(inches[a] for a in front)
    for (x, y), (u, _) in zip(corners, corners[1:], strict=False):
        taken.append((x, y - 0.03, u, y + 0.03))
    for a, (x, y) in inches.items():
        text = formats.shortened(a, 24)
        box = (text_width(text, 8) * 0.95, 0.15)
        options = [
            (x + sx * (0.1 + reach) - (box[0] if sx < 0 else box[0] / 2 if sx == 0 else 0),
             y + sy * (0.15 + reach * 0.8) - box[1] / 2)
            for reach in (0.0, 0.15, 0.3, 0.5, 0.75, 1.0, 1.3)
            for sx, sy in ((1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (0, -1))
        ]  # fmt: skip
        inside = [
            (u, v)
            for u, v in options
            if u >= 0 and u + box[0] <= wide and v >= 0 and v + box[1] <= tall
        ] or options
        u, v = next(
            ((u, v) for u, v in inside
             if not any(u < c and p < u + box[0] and v < d and q < v + box[1]
                        for p, q, c, d in taken)),
            inside[0],
        )  # fmt: skip
        taken.append((u, v, u + box[0], v + box[1]))
        near = abs(v + box[1] / 2 - y) < 0.02 and u - 0.2 < x < u + box[0] + 0.2
        axes.annotate(
            text, (x / wide, y / tall), xycoords="axes fraction",
            xytext=(u / wide, v / tall), textcoords="axes fraction", fontsize=8,
            color=INK, va="bottom",
            arrowprops=None if near else dict(arrowstyle="-", color=PALE, linewidth=0.5),
        )  # fmt: skip
