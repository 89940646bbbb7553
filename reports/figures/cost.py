"""What skill costs: mean skill against parameters, and against training seconds."""

from __future__ import annotations

import math
from typing import Any

from reports.figures.style import INK, PALE, Drawing, Look, canvas, finish, text_width
from reports.formats import number, seconds, shortened, skill
from reports.ranking import Comparison
from reports.results import Results
from reports.statistics import Summary

AXES = {"parameters": "parameters", "training": "training seconds of a cell"}
LOWEST = -0.5
WIDTH, HEIGHT = 5.6, 3.9
MARGINS = (0.62, 0.15, 0.15, 0.5)


def draw(
    results: Results, compared: Comparison, looks: dict[str, Look], against: str
) -> Drawing | None:
    """Large marks: the mean over the compared tasks; small ones: each task. None without any.

    ``against`` is parameters or training. Marks below skill -0.5 sit on the lower edge.
    """
    small = {
        a: [
            (cost, max(LOWEST, group.skill.mean))
            for (_, b), group in results.groups.items()
            if b == a and group.skill.mean is not None and (cost := group.mean_of(against))
        ]
        for a in results.architectures
    }
    large: dict[str, tuple[float, float, Summary]] = {}
    for a, summary in compared.skills.items():
        costs = [c for t in compared.tasks if (c := results.groups[t, a].mean_of(against))]
        if summary.mean is not None and len(costs) == len(compared.tasks):
            large[a] = (_middle(costs), max(LOWEST, summary.mean), summary)
    if not any(small.values()):
        return None
    figure, axes = canvas(WIDTH, HEIGHT, MARGINS)
    axes.set_xscale("log")
    _ticks(axes, [x for points in small.values() for x, _ in points], against)
    for a, points in small.items():
        axes.plot(*zip(*points, strict=True) if points else ([], []), linestyle="none",
                  marker=looks[a].marker, color=looks[a].colour, markersize=3.5, alpha=0.35,
                  markeredgewidth=0)  # fmt: skip
    for a, (cost, mean, summary) in large.items():
        if summary.low is not None and summary.high is not None:
            axes.plot([cost] * 2, [max(LOWEST, summary.low), max(LOWEST, summary.high)],
                      color=looks[a].colour, linewidth=1.2)  # fmt: skip
        axes.plot([cost], [mean], marker=looks[a].marker, color=looks[a].colour, markersize=8,
                  markeredgecolor="white", linestyle="none")  # fmt: skip
    axes.axhline(0, color=PALE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
    axes.set_xlabel(AXES[against], labelpad=2)
    axes.set_ylabel("skill", labelpad=2)
    _label(axes, {a: (cost, mean) for a, (cost, mean, _) in large.items()})
    words = "; ".join(
        f"{a}: skill {skill(s.mean)} at {number(c) if against == 'parameters' else seconds(c)}"
        for a, (c, _, s) in large.items()
    )
    alt = f"Mean skill over the compared tasks against {AXES[against]}. {words or 'No means'}."
    return finish(figure, f"cost-{against}", alt)


def _middle(costs: list[float]) -> float:
    """Geometric mean: costs are compared by ratio."""
    return math.exp(math.fsum(math.log(c) for c in costs) / len(costs))


def _ticks(axes: Any, costs: list[float], against: str) -> None:
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
    axes.xaxis.set_major_formatter(lambda v, _: f"{v:,.0f}" if v >= 1 else f"{v:g}")


def _label(axes: Any, places: dict[str, tuple[float, float]]) -> None:
    """Write each name beside its mark, in the nearest free place around it."""
    low, high = axes.get_ylim()
    left, right = (math.log(v) for v in axes.get_xlim())
    wide, tall = WIDTH - MARGINS[0] - MARGINS[1], HEIGHT - MARGINS[2] - MARGINS[3]
    inches = {
        a: ((math.log(x) - left) / (right - left) * wide, (y - low) / (high - low) * tall)
        for a, (x, y) in places.items()
    }
    taken = [(x - 0.07, y - 0.07, x + 0.07, y + 0.07) for x, y in inches.values()]
    for a, (x, y) in inches.items():
        text = shortened(a, 24)
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
