"""Forest plot: the mean of each row with its interval, and where it was predicted to lie."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reports.analysis.statistics import Summary, summarize
from reports.figures.style import BESIDE, COLOURS, INK, PALE, Drawing, canvas, dots, finish
from reports.formats import shortened

SIDE = "#DCEBF5"
"""Behind the values that were predicted."""
ROW, LONGEST = 0.27, 60
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
    figure, axes = canvas(4.6, ROW * len(kept))
    low, high = _range(kept)
    if logarithmic:
        low, high = LEAST / 2, 10 * max(*(max(row.values.values()) for row in kept), high)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda v, _: f"≤ {v:.0e}" if v <= LEAST else f"{v:.0e}")
        axes.xaxis.set_minor_formatter(lambda value, _: "")
    axes.set(xlim=(low, high), ylim=(len(kept) - 0.5, -0.5))
    for y, row in enumerate(kept):
        _row(axes, y, row, (low, high), LEAST if logarithmic else -math.inf)
    if low < 0 < high:
        axes.axvline(0, color=PALE, linewidth=0.8, zorder=1)
    axes.set_yticks(range(len(kept)), [shortened(r.label, LONGEST) for r in kept], fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"{unit}\nshaded: as claimed; tick: threshold; dots: seeds; bar: 95 % interval")
    return finish(figure, name)


def _row(axes: Any, y: int, row: Row, axis: tuple[float, float], least: float) -> None:
    low, high = axis
    ends = [max(row.side[0], low), min(row.side[1], high)]
    axes.fill_between(ends, y - 0.42, y + 0.42, color=SIDE, linewidth=0, zorder=0)
    for tick in row.side:
        if low < tick < high:
            axes.plot([tick] * 2, [y - 0.42, y + 0.42], color=INK, linewidth=1.2, zorder=2)
    mean = max(least, row.summary.mean or 0.0)
    colour = COLOURS[0] if row.side[0] < mean < row.side[1] else COLOURS[1]
    dots(axes, y, row.values.values(), BESIDE | {"color": colour}, least)


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
