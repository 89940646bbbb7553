"""Panels side by side under one legend, for figures that draw a line for each architecture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.analysis.statistics import Summary
from reports.figures.style import (
    COLOURS,
    INK,
    LINES,
    MARKERS,
    Look,
    looks,
    plain_numbers,
    text_width,
)
from reports.formats import shortened

Ends = tuple[float, float]

LEGEND_ROW, HANDLE = 0.155, 0.55
"""Inches: of a row of the legend, and of an entry beside its text."""


class Sheet:
    """A figure on which axes are placed in inches from its left and top edges."""

    def __init__(self, width: float, height: float):
        from matplotlib.figure import Figure

        self.figure, self.width, self.height = Figure((width, height)), width, height

    def axes(self, left: float, top: float, width: float, height: float) -> Any:
        bottom = self.height - top - height
        return self.figure.add_axes(
            (left / self.width, bottom / self.height, width / self.width, height / self.height)
        )


@dataclass(frozen=True)
class Layout:
    """Sizes in inches: of a panel, and of the room left of, right of, below and between panels."""

    wide: float = 2.2
    tall: float = 2.1
    left: float = 0.62
    right: float = 0.12
    bottom: float = 0.48
    beside: float = 0.25
    below: float = 0.62


def panels(
    titles: Sequence[Sequence[str]],
    legend: Mapping[str, Mapping[str, Any]],
    layout: Layout = Layout(),
) -> tuple[Any, list[list[Any]]]:
    """A figure, and its axes in rows: one for each title.

    legend: by label, how its line is drawn (as ``Line2D`` takes it).
    """
    from matplotlib.lines import Line2D

    rows, columns = len(titles), max(map(len, titles))
    labels = [shortened(label, 40) for label in legend]
    entry = HANDLE + max(text_width(label, 8) for label in labels)
    between = layout.left + layout.right + (columns - 1) * layout.beside
    width = max(between + columns * layout.wide, layout.left + entry)
    across = max(1, int((width - layout.left) / entry))
    top = 0.38 + LEGEND_ROW * -(-len(labels) // across)
    height = top + rows * layout.tall + (rows - 1) * layout.below + layout.bottom
    wide = (width - between) / columns
    sheet = Sheet(width, height)
    grid: list[list[Any]] = [[] for _ in titles]
    for row, names in enumerate(titles):
        for column, name in enumerate(names):
            axes = sheet.axes(
                layout.left + column * (wide + layout.beside),
                top + row * (layout.tall + layout.below),
                wide,
                layout.tall,
            )
            most = int(wide / text_width("x", 9))
            axes.set_title(shortened(name, most), fontsize=9, loc="left", color=INK)
            axes.tick_params(labelsize=8, length=3)
            grid[row].append(axes)
    handles = [Line2D([], [], **dict(drawn)) for drawn in legend.values()]
    sheet.figure.legend(
        handles, labels, loc="upper left", frameon=False, ncols=across, fontsize=8,
        handlelength=2.6, columnspacing=1.2, labelspacing=0.3, borderpad=0.2, borderaxespad=0,
        bbox_to_anchor=(layout.left / width, 1 - 0.04 / height),
    )  # fmt: skip
    return sheet.figure, grid


def log_axis(axis: Any, ticks: int | Sequence[float]) -> None:
    """Plain numbers on a logarithmic axis: at these ticks, or at about so many; no minor ones."""
    from matplotlib.ticker import FixedLocator, LogLocator, NullLocator

    at = LogLocator(numticks=ticks) if isinstance(ticks, int) else FixedLocator(list(ticks))
    axis.set_major_locator(at)
    axis.set_minor_locator(NullLocator())
    plain_numbers(axis)


def wide_enough(low: float, high: float) -> Ends:
    """The ends of a logarithmic axis, further apart where they span less than a decade."""
    middle = math.sqrt(low * high)
    return (low, high) if high >= 10 * low else (middle / 4, middle * 4)


def lines_of(
    labels: Sequence[str], survey: tuple[str, ...], markers: bool = False
) -> dict[str, dict[str, Any]]:
    """How each line is drawn: as in the figures of the survey where it is in it; else in a look
    that no other in this figure has.

    markers: by colour and marker alone, so that the style of the line can say more.
    """

    def seen(look: Look) -> tuple[str, str]:
        return look.colour, look.marker if markers else str(look.line)

    every = [
        Look(COLOURS[i % len(COLOURS)], marker, line)
        for line in LINES
        for i, marker in enumerate(MARKERS)
    ]
    given = {label: look for label, look in looks(survey).items() if label in labels}
    for label in labels:
        if label not in given:
            taken = {seen(look) for look in given.values()}
            colours = [look.colour for look in given.values()]
            free = [look for look in every if seen(look) not in taken] or every
            given[label] = min(free, key=lambda look: colours.count(look.colour))
    return {
        label: {
            "color": given[label].colour,
            "marker": given[label].marker,
            "linestyle": LINES[0] if markers else given[label].line,
            "markersize": 4,
            "linewidth": 1.3,
        }
        for label in labels
    }


def intervals(axes: Any, places: Mapping[float, Summary], colour: str, ends: Ends) -> None:
    """The 95 % intervals of means as upright lines, as far as the ends of the axes."""
    x, y = [], []
    for place, summary in places.items():
        if summary.low is not None and summary.high is not None and summary.half:
            x += [place, place, math.nan]
            y += [min(max(end, ends[0]), ends[1]) for end in (summary.low, summary.high)] + [
                math.nan
            ]
    axes.plot(x, y, color=colour, linewidth=0.9, alpha=0.5)
