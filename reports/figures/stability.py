"""Training loss from update to update, with clipping of the gradient and without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from reports.figures.panels import log_axis, panels, wide_enough
from reports.figures.style import COLOURS, Drawing, finish

if TYPE_CHECKING:
    from pandas import DataFrame

LOOKS: dict[str, dict[str, Any]] = {
    "off": {"color": COLOURS[1], "linewidth": 0.8},
    "on": {"color": COLOURS[0], "linewidth": 0.8},
}
"""What is drawn first lies below."""
LABELS = {"off": "without clipping", "on": "with clipping"}
DIVERGED = {"linestyle": "none", "marker": "X", "markersize": 6, "markeredgewidth": 0}
BUCKETS = 16
"""Stretches of a curve: of each, its lowest and its highest update are drawn."""
COLUMNS = 7


def draw(name: str, frame: DataFrame, titles: Mapping[str, str]) -> Drawing | None:
    """A panel for each pair of task and architecture. A cross ends a training that diverged.
    None without losses.

    frame: a row for each ``task``, ``architecture`` and ``how`` (off, on), with the ``losses``,
    ``(updates,)``, and whether it ``diverged``. titles: short names of the tasks.
    """
    columns = ["task", "architecture", "how", "losses", "diverged"]
    shown = {
        (task, a, how): (losses, diverged)
        for task, a, how, losses, diverged in frame[columns].itertuples(index=False)
        if len(_drawable(losses))
    }
    if not shown:
        return None
    pairs = list(dict.fromkeys((task, a) for task, a, _ in shown))
    rows = []
    for task in dict.fromkeys(task for task, _ in pairs):
        of_task = [pair for pair in pairs if pair[0] == task]
        rows += [of_task[i : i + COLUMNS] for i in range(0, len(of_task), COLUMNS)]
    legend: dict[str, Mapping[str, Any]] = {LABELS[how]: look for how, look in LOOKS.items()}
    if any(diverged for _, diverged in shown.values()):
        legend["diverged"] = DIVERGED | {"color": COLOURS[4]}
    titles_of = [[a for _, a in row] for row in rows]
    figure, grid = panels(titles_of, legend, (1.25, 1.0), (0.12, 0.6))
    for axes_row, row in zip(grid, rows, strict=True):
        for axes, pair in zip(axes_row, row, strict=True):
            axes.set_yscale("log")
            for how, look in LOOKS.items():
                if (*pair, how) in shown:
                    _trace(axes, *shown[*pair, how], look)
        ends = [end for axes in axes_row for end in axes.get_ylim()]
        for axes in axes_row:
            axes.set_ylim(wide_enough(min(ends), max(ends)))
            log_axis(axes.yaxis, 5)
            axes.locator_params(axis="x", nbins=3)
            axes.tick_params(labelleft=axes is axes_row[0])
        task, _ = row[0]
        axes_row[0].set_ylabel(f"loss, {titles[task]}")
    for axes in grid[-1]:
        axes.set_xlabel("update")
    return finish(figure, name)


def _drawable(loss: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.isfinite(loss) & (loss > 0))


def _trace(axes: Any, loss: np.ndarray, diverged: bool, look: Mapping[str, Any]) -> None:
    """The lowest and the highest update of each stretch, so that a curve swings in the figure as
    far as it did."""
    there = _drawable(loss)
    ends = {there[0], there[-1]}
    for stretch in np.array_split(there, BUCKETS):
        if len(stretch):
            ends |= {stretch[loss[stretch].argmin()], stretch[loss[stretch].argmax()]}
    at = np.array(sorted(ends))
    axes.plot(at + 1, loss[at], **look)
    if diverged:
        axes.plot(at[-1:] + 1, loss[at[-1:]], color=look["color"], **DIVERGED)
