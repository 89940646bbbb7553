"""Training loss from update to update, with clipping of the gradient and without."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reports.figures.panels import Layout, finish_small, panels
from reports.figures.style import COLOURS, Drawing, plain_numbers
from reports.wording import say

HOW = ("off", "on")
"""Without clipping, drawn below, and with it."""
LOOKS: dict[str, dict[str, Any]] = {
    "off": {"color": COLOURS[1], "linewidth": 0.8},
    "on": {"color": COLOURS[0], "linewidth": 0.8},
}
DIVERGED = {"linestyle": "none", "marker": "X", "markersize": 6, "markeredgewidth": 0}
BUCKETS = 16
"""Stretches of a curve: of each, its lowest and its highest update are drawn."""
COLUMNS = 7

Traces = Mapping[tuple[str, str], Mapping[str, np.ndarray]]
"""By task and architecture, then ``on`` or ``off``: the loss of one seed's updates."""


def draw(
    name: str, traces: Traces, ended: Sequence[tuple[str, str, str]], told: str
) -> Drawing | None:
    """A panel for each pair of task and architecture. A cross ends a training that diverged:
    ``ended`` has task, architecture and ``on`` or ``off`` of those. None without losses.

    told: the numbers in words, for those who do not see them.
    """
    pairs = [pair for pair, found in traces.items() if any(map(_any_loss, found.values()))]
    if not pairs:
        return None
    rows = []
    for task in dict.fromkeys(task for task, _ in pairs):
        of_task = [pair for pair in pairs if pair[0] == task]
        rows += [of_task[i : i + COLUMNS] for i in range(0, len(of_task), COLUMNS)]
    legend: dict[str, Mapping[str, Any]] = {say(f"stability.{how}"): LOOKS[how] for how in HOW}
    if ended:
        legend["diverged"] = DIVERGED | {"color": COLOURS[4]}
    layout = Layout(wide=1.25, tall=1.0, beside=0.12, below=0.72)
    figure, grid = panels([[a for _, a in row] for row in rows], legend, layout)
    for axes_row, row in zip(grid, rows, strict=True):
        for axes, pair in zip(axes_row, row, strict=True):
            for how in HOW:
                _trace(axes, traces[pair].get(how), how, (*pair, how) in ended)
        _frame(axes_row, row[0][0])
    for axes in grid[-1]:
        axes.set_xlabel("update", labelpad=2)
    return finish_small(
        figure,
        name,
        f"Training loss of one seed against updates, with clipping and without, a panel for each task and architecture. Spread of the step-to-step change of the log loss: {told}.",
    )


def _any_loss(losses: np.ndarray) -> bool:
    return bool((np.isfinite(losses) & (losses > 0)).any())


def _trace(axes: Any, losses: np.ndarray | None, how: str, ended: bool) -> None:
    if losses is None or not _any_loss(losses):
        return
    at = _kept(losses)
    axes.plot(at + 1, losses[at], **LOOKS[how])
    if ended:
        axes.plot(at[-1:] + 1, losses[at[-1:]], color=LOOKS[how]["color"], **DIVERGED)


def _kept(losses: np.ndarray) -> np.ndarray:
    """The updates that are drawn: the lowest and the highest of each stretch, so that a curve
    swings in the figure as far as it did."""
    there = np.flatnonzero(np.isfinite(losses) & (losses > 0))
    ends = {there[0], there[-1]}
    for stretch in np.array_split(there, BUCKETS):
        if len(stretch):
            ends |= {stretch[losses[stretch].argmin()], stretch[losses[stretch].argmax()]}
    return np.array(sorted(ends))


def _frame(row: Sequence[Any], task: str) -> None:
    """One scale for a row; the task stands at its left."""
    from matplotlib.ticker import LogLocator, NullLocator

    for axes in row:
        axes.set_yscale("log")
    low = min(axes.get_ylim()[0] for axes in row)
    high = max(axes.get_ylim()[1] for axes in row)
    if high < 10 * low:
        middle = math.sqrt(low * high)
        low, high = middle / 4, middle * 4
    for axes in row:
        axes.set_ylim(low, high)
        axes.yaxis.set_major_locator(LogLocator(numticks=5))
        axes.yaxis.set_minor_locator(NullLocator())
        plain_numbers(axes.yaxis)
        axes.locator_params(axis="x", nbins=3)
        if axes is not row[0]:
            axes.tick_params(labelleft=False)
    row[0].set_ylabel("loss, {task}".format(task=task.split("[")[0]), labelpad=2)
