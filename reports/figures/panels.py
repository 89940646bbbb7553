"""Panels side by side under one legend, for figures that draw a line for each architecture."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from reports.figures.style import INK, text_width
from reports.formats import shortened

ALIKE = {"markersize": 4, "linewidth": 1.3}
"""What lines share."""
HANDLE = 0.55
"""Inches of an entry of the legend beside its text."""


def panels(
    titles: Sequence[Sequence[str]],
    size: tuple[float, float],
    legend: Mapping[str, Mapping[str, Any]],
    apart: tuple[float, float] = (0.25, 0.62),
    **more: Any,
) -> tuple[Any, Any]:
    """A figure, and its axes ``(rows, columns)``: one for each title.

    size: of a panel, and apart: from one to the next, both across and down in inches. legend: by
    label, how its line is drawn (as ``Line2D`` takes it). more: as ``subplots`` takes it.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    (wide, tall), (across, down) = size, apart
    rows, columns = len(titles), len(titles[0])
    width, height = columns * (wide + across) - across, rows * (tall + down) - down
    figure = Figure((width, height))  # labels lie beyond
    edges = {"left": 0, "right": 1, "bottom": 0, "top": 1}
    space = {"wspace": across / wide, "hspace": down / tall}
    grid = figure.subplots(rows, columns, squeeze=False, gridspec_kw=edges | space, **more)
    for axes, title in zip(grid.flat, chain(*titles), strict=True):
        axes.set_title(shortened(title, int(wide / text_width("x", 9))), color=INK)
    if legend:
        labels = [shortened(label, 40) for label in legend]
        entry = HANDLE + max(text_width(label, 8) for label in labels)
        figure.legend(
            [Line2D([], [], **ALIKE | dict(drawn)) for drawn in legend.values()], labels,
            loc="lower left", bbox_to_anchor=(0, 1 + 0.3 / height), columnspacing=1.2,
            ncols=max(1, int((width + across) / entry)),
        )  # fmt: skip
    return figure, grid
