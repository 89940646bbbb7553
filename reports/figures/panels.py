"""Panels side by side under one legend, for figures that draw a line for each architecture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from reports.figures.style import INK, LINES, looks, plain_numbers, text_width
from reports.formats import shortened

HANDLE = 0.55
"""Inches of an entry of the legend beside its text."""


def panels(
    titles: Sequence[Sequence[str]],
    legend: Mapping[str, Mapping[str, Any]],
    size: tuple[float, float],
    apart: tuple[float, float] = (0.25, 0.62),
) -> tuple[Any, list[list[Any]]]:
    """A figure, and its axes in rows: one for each title.

    legend: by label, how its line is drawn (as ``Line2D`` takes it). size: of a panel, and apart:
    from one to the next, both across and down in inches.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    (wide, tall), (across, down) = size, apart
    figure = Figure((1, 1))  # so that places in the figure are inches; what lies beyond is drawn
    grid = [
        [figure.add_axes((column * (wide + across), -row * (tall + down), wide, tall))
         for column in range(len(names))]
        for row, names in enumerate(titles)
    ]  # fmt: skip
    most = int(wide / text_width("x", 9))
    for axes_row, names in zip(grid, titles, strict=True):
        for axes, name in zip(axes_row, names, strict=True):
            axes.set_title(shortened(name, most), color=INK)
    labels = [shortened(label, 40) for label in legend]
    entry = HANDLE + max(text_width(label, 8) for label in labels)
    figure.legend(
        [Line2D([], [], **dict(drawn)) for drawn in legend.values()], labels, loc="lower left",
        ncols=max(1, int(max(map(len, titles)) * (wide + across) / entry)), columnspacing=1.2,
        bbox_to_anchor=(0, tall + 0.3),
    )  # fmt: skip
    return figure, grid


def log_axis(axis: Any, ticks: int | Sequence[float]) -> None:
    """Plain numbers on a logarithmic axis: at these ticks, or at about so many; no minor ones."""
    from matplotlib.ticker import FixedLocator, LogLocator, NullLocator

    at = LogLocator(numticks=ticks) if isinstance(ticks, int) else FixedLocator(list(ticks))
    axis.set_major_locator(at)
    axis.set_minor_locator(NullLocator())
    plain_numbers(axis)


def wide_enough(low: float, high: float) -> tuple[float, float]:
    """The ends of a logarithmic axis, further apart where they span less than a decade."""
    middle = math.sqrt(low * high)
    return (low, high) if high >= 10 * low else (middle / 4, middle * 4)


def lines_of(
    labels: Sequence[str], survey: tuple[str, ...], solid: bool = False
) -> dict[str, dict[str, Any]]:
    """How each line is drawn: as in the figures of the survey where it is in it, the others in
    looks that come after these.

    solid: by colour and marker alone, so that the style of the line can say more.
    """
    every = looks(tuple(dict.fromkeys((*survey, *labels))))
    alike = {"markersize": 4, "linewidth": 1.3} | ({"linestyle": LINES[0]} if solid else {})
    return {label: every[label] | alike for label in labels}
