"""Forest plot: the mean of each row with its interval, and where it was predicted to lie."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reports.analysis.statistics import Summary, summarize
from reports.figures.style import COLOURS, INK, PALE, Drawing, canvas, finish, text_width
from reports.formats import listed, shortened

SIDE = "#DCEBF5"
"""Behind the values that were predicted."""
ROW, LONGEST = 0.27, 60
WIDTH, NARROWEST = 7.2, 3.2
"""Inches of the figure, and, at the least, of its axes."""


LEAST = 1e-9
"""Where a logarithmic axis begins."""


@dataclass(frozen=True)
class Row:
    """One comparison."""

    label: str
    values: Mapping[int, float]
    """A number for each seed."""
    side: tuple[float, float]
    """Between which ends their mean was predicted to lie; infinite where there is no end."""

    @cached_property
    def summary(self) -> Summary:
        """Their mean and interval."""
        return summarize(self.values)


def draw(name: str, rows: Sequence[Row], unit: str, logarithmic: bool = False) -> Drawing | None:
    """A line for each row that has values: dots for the seeds, the mean with its 95 % interval,
    the ends of the predicted side as ticks, the side shaded. None where none has values.

    ``unit`` is written below the axis, which may be logarithmic from ``LEAST`` on.
    """
    kept = [row for row in rows if row.values]
    if not kept:
        return None
    labels = [shortened(row.label, LONGEST) for row in kept]
    left = 0.2 + max(text_width(label, 9) for label in labels)
    right, top, bottom = 0.2, 0.1, 0.72
    width = max(WIDTH, left + NARROWEST + right, text_width(unit, 9) + left + right)
    figure, axes = canvas(width, top + ROW * len(kept) + bottom, (left, right, top, bottom))
    low, high = _range(kept)
    if logarithmic:
        low, high = LEAST / 2, 10 * max(*(max(row.values.values()) for row in kept), high)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda v, _: f"≤ {v:.0e}" if v <= LEAST else f"{v:.0e}")
        axes.xaxis.set_minor_formatter(lambda value, _: "")
    axes.set_xlim(low, high)
    axes.set_ylim(len(kept) - 0.5, -0.5)
    for y, row in enumerate(kept):
        _row(axes, y, row, (low, high), LEAST if logarithmic else -math.inf)
    if low < 0 < high:
        axes.axvline(0, color=PALE, linewidth=0.8, zorder=1)
    axes.set_yticks(range(len(kept)), labels)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(unit, labelpad=2)
    axes.annotate(
        "shaded: as claimed; tick: threshold; dots: seeds; bar: 95 % interval",
        (0, 0), xycoords="figure fraction", xytext=(4, 4), textcoords="offset points", fontsize=7,
        color=PALE, va="bottom",
    )  # fmt: skip
    return finish(figure, name, _alt(kept, unit))


def _row(axes: Any, y: int, row: Row, axis: tuple[float, float], least: float) -> None:
    low, high = axis
    ends = [max(row.side[0], low), min(row.side[1], high)]
    axes.fill_between(ends, y - 0.42, y + 0.42, color=SIDE, linewidth=0, zorder=0)
    for tick in row.side:
        if low < tick < high:
            axes.plot([tick] * 2, [y - 0.42, y + 0.42], color=INK, linewidth=1.2, zorder=2)
    summary, values = row.summary, [max(least, value) for value in row.values.values()]
    mean = max(least, summary.mean or 0.0)
    colour = COLOURS[0] if row.side[0] < mean < row.side[1] else COLOURS[1]
    if summary.low is not None and summary.high is not None:
        inside = [max(summary.low, low), min(summary.high, high)]
        axes.plot(inside, [y, y], color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt",
                  zorder=3)  # fmt: skip
    axes.plot(values, [y] * len(values), linestyle="none", marker="o", markersize=3.5,
              color=colour, markeredgewidth=0, clip_on=False, zorder=4)  # fmt: skip
    axes.plot([mean] * 2, [y - 0.28, y + 0.28], color=colour, linewidth=2, zorder=5)


def _range(rows: Sequence[Row]) -> tuple[float, float]:
    """Room for all seeds, thresholds and zero; of intervals, as much as is not far beyond them."""
    points, ends = [0.0], []
    for row in rows:
        points += row.values.values()
        points += [end for end in row.side if math.isfinite(end)]
        ends += [end for end in (row.summary.low, row.summary.high) if end is not None]
    low, high = min(points), max(points)
    reach = 0.5 * (high - low) or 0.5
    low, high = max(low - reach, min([low, *ends])), min(high + reach, max([high, *ends]))
    room = 0.05 * (high - low) or 0.5
    return low - room, high + room


def _alt(rows: Sequence[Row], unit: str) -> str:
    means = [f"{row.label}: {row.summary.mean:.3g} (claimed: {_side(row)})" for row in rows]
    return f"Mean over seeds, in {unit}, of {listed(means, 99)}."


def _side(row: Row) -> str:
    low, high = row.side
    return f"above {low:g}" if math.isinf(high) else f"within {high:g} of 0"
