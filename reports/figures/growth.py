"""What an update costs against what it grows with, on logarithmic axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from reports.figures.panels import Layout, finish_small, lines_of, panels
from reports.figures.style import INK, Drawing, plain_numbers
from reports.wording import say

DASHES = (0, (4, 2))
KERNEL, EQUATIONS = "kernel", "equations"
"""As the library computes it, and by the equations."""

Lines = Mapping[tuple[str, str], Mapping[int, Sequence[float]]]
"""By architecture, and ``kernel`` or ``equations``: for each size the costs, one a seed."""


def draw(
    name: str,
    shown: Mapping[tuple[str, str], Lines],
    survey: tuple[str, ...],
    alt: str,
) -> Drawing:
    """A panel for each pair of a cost and of what it grows with, a line for each architecture: the
    geometric mean over seeds. Dashed: by the equations, where that is not what the library does.

    shown: lines by the words of the catalogue for the panel's axes, upright and across. survey:
    whose colours and markers are to be kept.
    """
    every = [pair for lines in shown.values() for pair in lines]
    drawn = lines_of(list(dict.fromkeys(a for a, _ in every)), survey, markers=True)
    legend: dict[str, Mapping[str, Any]] = dict(drawn)
    if any(how == EQUATIONS for _, how in every):
        legend["as the library computes it"] = {"color": INK}
        legend["by the equations, step by step"] = {"color": INK, "linestyle": DASHES}
    titles = [[say(f"growth.{cost}") for cost, _ in shown]]
    figure, (row,) = panels(titles, legend, Layout(beside=0.65))
    for axes, ((_, size), lines) in zip(row, shown.items(), strict=True):
        for (architecture, how), costs in lines.items():
            sizes = sorted(costs)
            means = [_middle(costs[s]) for s in sizes]
            look = drawn[architecture]
            if how == EQUATIONS:
                look = look | {"linestyle": DASHES, "linewidth": 1.0, "markerfacecolor": "white"}
            axes.plot(sizes, means, **look)
        _frame(axes, sorted({s for costs in lines.values() for s in costs}))
        axes.set_xlabel(say(f"growth.{size}"), labelpad=2)
    return finish_small(figure, name, alt)


def _middle(costs: Sequence[float]) -> float:
    """Geometric mean."""
    return math.exp(math.fsum(math.log(c) for c in costs) / len(costs))


def _frame(axes: Any, sizes: Sequence[int]) -> None:
    from matplotlib.ticker import LogLocator, NullLocator

    axes.set_xscale("log")
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    if high < 10 * low:
        middle = math.sqrt(low * high)
        axes.set_ylim(middle / 4, middle * 4)
    axes.yaxis.set_major_locator(LogLocator(numticks=7))
    ticks = sizes if len(sizes) < 5 else [s for s in sizes if math.log10(s) % 1 == 0]
    axes.set_xticks(ticks or sizes)
    for axis in (axes.xaxis, axes.yaxis):
        plain_numbers(axis)
        axis.set_minor_locator(NullLocator())
    axes.margins(x=0.06)
