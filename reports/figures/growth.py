"""What an update costs against what it grows with, on logarithmic axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import geometric_mean
from typing import Any

from reports.analysis.growth import EQUATIONS, KERNEL, Key
from reports.figures.panels import Layout, finish_small, lines_of, log_axis, panels, wide_enough
from reports.figures.style import INK, Drawing

DASHES = (0, (4, 2))
LABELS = {
    "seconds": "seconds an update",
    "flops": "FLOPs an update",
    "memory": "activations, MiB",
    "critical_path": "critical path, operations",
    "length": "length, steps",
    "batch": "sequences a batch",
    "width": "hidden units",
}
"""Of the costs, upright, and of what they grow with, across."""
HOW = {KERNEL: "as the library computes it", EQUATIONS: "by the equations, step by step"}

Lines = Mapping[Key, Mapping[int, Sequence[float]]]
"""By what grows, architecture and how it is computed: for each size the costs, one a seed."""


def draw(
    name: str, shown: Sequence[tuple[str, str, Lines]], survey: tuple[str, ...], alt: str
) -> Drawing:
    """A panel for each cost and what it grows with, a line for each architecture: the geometric
    mean over seeds. Dashed: by the equations, where that is not what the library does.

    shown: of each panel the cost, what it grows with, and the lines. survey: whose colours
    and markers are to be kept.
    """
    drawn = [
        (cost, axis, {(a, how): of for (x, a, how), of in lines.items() if x == axis})
        for cost, axis, lines in shown
    ]
    every = [pair for _, _, lines in drawn for pair in lines]
    looks = lines_of(list(dict.fromkeys(a for a, _ in every)), survey, markers=True)
    legend: dict[str, Mapping[str, Any]] = dict(looks)
    if any(how == EQUATIONS for _, how in every):
        legend[HOW[KERNEL]] = {"color": INK}
        legend[HOW[EQUATIONS]] = {"color": INK, "linestyle": DASHES}
    titles = [[LABELS[cost] for cost, _, _ in shown]]
    figure, (row,) = panels(titles, legend, Layout(beside=0.65))
    for axes, (_, size, lines) in zip(row, drawn, strict=True):
        for (architecture, how), costs in lines.items():
            look = looks[architecture]
            if how == EQUATIONS:
                look = look | {"linestyle": DASHES, "linewidth": 1.0, "markerfacecolor": "white"}
            axes.plot(list(costs), [geometric_mean(at) for at in costs.values()], **look)
        _frame(axes, sorted({s for costs in lines.values() for s in costs}))
        axes.set_xlabel(LABELS[size], labelpad=2)
    return finish_small(figure, name, alt)


def _frame(axes: Any, sizes: Sequence[int]) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(wide_enough(*axes.get_ylim()))
    log_axis(axes.yaxis, 7)
    decades = [s for s in sizes if math.log10(s) % 1 == 0]
    log_axis(axes.xaxis, decades if decades and len(sizes) > 4 else sizes)
    axes.margins(x=0.06)
