"""Forest plot: each comparison of a claim with its interval, and the side that the claim is on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.analysis.statistics import summarize
from reports.claims.claim import Comparison
from reports.figures.style import COLOURS, INK, PALE, Drawing, canvas, finish, text_width
from reports.formats import listed, shortened

SIDE = "#DCEBF5"
"""Behind the values that the claim foretells."""
ROW, LONGEST = 0.27, 60
WIDTH, NARROWEST = 7.2, 3.2
"""Inches of the figure, and, at the least, of its axes."""


def draw(name: str, comparisons: Sequence[Comparison], unit: str) -> Drawing | None:
    """A row for each comparison that has values: dots for the seeds, the mean with its 95 %
    interval, the threshold as a tick, the claim's side shaded. None where none has values.

    ``unit`` is written below the axis.
    """
    shown = [c for c in comparisons if c.values]
    if not shown:
        return None
    labels = [shortened(c.label, LONGEST) for c in shown]
    left = 0.2 + max(text_width(label, 9) for label in labels)
    right, top, bottom = 0.2, 0.1, 0.72
    width = max(WIDTH, left + NARROWEST + right, text_width(unit, 9) + left + right)
    figure, axes = canvas(width, top + ROW * len(shown) + bottom, (left, right, top, bottom))
    low, high = _range(shown)
    axes.set_xlim(low, high)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    for y, comparison in enumerate(shown):
        _row(axes, y, comparison, low, high)
    if low < 0 < high:
        axes.axvline(0, color=PALE, linewidth=0.8, zorder=1)
    axes.set_yticks(range(len(shown)), labels)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(unit, labelpad=2)
    axes.annotate("shaded: as claimed; tick: threshold; dots: seeds; bar: 95 % interval", (0, 0), xycoords="figure fraction", xytext=(4, 4),
                  textcoords="offset points", fontsize=7, color=PALE, va="bottom")  # fmt: skip
    return finish(figure, name, _alt(shown, unit))


def _row(axes: Any, y: int, comparison: Comparison, low: float, high: float) -> None:
    start, end = comparison.threshold, high
    ticks = [comparison.threshold]
    if comparison.margin is not None:
        start, end = -comparison.margin, comparison.margin
        ticks = [start, end]
    axes.fill_between([start, end], y - 0.42, y + 0.42, color=SIDE, linewidth=0, zorder=0)
    for tick in ticks:
        axes.plot([tick] * 2, [y - 0.42, y + 0.42], color=INK, linewidth=1.2, zorder=2)
    summary, values = comparison.summary, list(comparison.values.values())
    colour = COLOURS[0] if _as_claimed(comparison) else COLOURS[1]
    if summary.low is not None and summary.high is not None:
        ends = [max(summary.low, low), min(summary.high, high)]
        axes.plot(ends, [y, y], color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt",
                  zorder=3)  # fmt: skip
    axes.plot(values, [y] * len(values), linestyle="none", marker="o", markersize=3.5,
              color=colour, markeredgewidth=0, clip_on=False, zorder=4)  # fmt: skip
    axes.plot([summary.mean] * 2, [y - 0.28, y + 0.28], color=colour, linewidth=2, zorder=5)


def _as_claimed(comparison: Comparison) -> bool:
    mean = comparison.summary.mean or 0.0
    if comparison.margin is not None:
        return abs(mean) < comparison.margin
    return mean > comparison.threshold


def _range(comparisons: Sequence[Comparison]) -> tuple[float, float]:
    """Room for all seeds, thresholds and zero; of intervals, as much as is not far beyond them."""
    points, ends = [0.0], []
    for c in comparisons:
        points += c.values.values()
        points += [c.threshold] if c.margin is None else [-c.margin, c.margin]
        ends += [end for end in (c.summary.low, c.summary.high) if end is not None]
    low, high = min(points), max(points)
    reach = 0.5 * (high - low) or 0.5
    low, high = max(low - reach, min([low, *ends])), min(high + reach, max([high, *ends]))
    room = 0.05 * (high - low) or 0.5
    return low - room, high + room


def _alt(comparisons: Sequence[Comparison], unit: str) -> str:
    told = []
    for c in comparisons:
        side = ("above {threshold}".format(threshold=f"{c.threshold:g}") if c.margin is None
                else "within {margin} of 0".format(margin=f"{c.margin:g}"))  # fmt: skip
        mean = summarize(c.values.values()).mean
        told.append(
            "{comparison}: {mean} (claimed: {claimed})".format(
                comparison=c.label, mean=f"{mean:.3g}", claimed=side
            )
        )
    return f"Mean over seeds, in {unit}, of {listed(told, 99)}."
