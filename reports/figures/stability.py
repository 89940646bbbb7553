"""Training loss from update to update, with clipping of the gradient and without."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pandas import DataFrame

from reports.figures.style import COLOURS, INK, Drawing, Look, finish, log_axis, panels

COLOUR_OF = {"off": COLOURS[1], "on": COLOURS[0]}
"""What is drawn first lies below."""
DIVERGED = {"linestyle": "none", "marker": "X", "markersize": 6, "markeredgewidth": 0}
BUCKETS = 16
"""Stretches of a curve: of each, its lowest and its highest update are drawn."""


def draw(name: str, frame: DataFrame, titles: Mapping[str, str]) -> Drawing | None:
    """A row of panels for each task, a panel for each architecture. A cross ends a training that
    diverged. None without losses.

    frame: a row for each ``task``, ``architecture`` and ``how`` (off, on), with the ``losses``,
    ``(updates,)``, and whether it ``diverged``. titles: short names of the tasks.
    """
    shown = frame[[_drawable(losses).any() for losses in frame["losses"]]]
    if shown.empty:
        return None
    tasks, architectures = shown["task"].unique(), shown["architecture"].unique()
    named = {"without clipping": "off", "with clipping": "on"}
    legend: dict[str, Look] = {name: {"color": COLOUR_OF[how]} for name, how in named.items()}
    if shown["diverged"].any():
        legend["diverged"] = DIVERGED | {"color": INK}
    titles_of = [list(architectures)] * len(tasks)
    figure, grid = panels(titles_of, (1.25, 1.0), legend, (0.12, 0.6), sharey="row")
    for task, row in zip(tasks, grid, strict=True):
        for architecture, axes in zip(architectures, row, strict=True):
            of = shown[(shown["task"] == task) & (shown["architecture"] == architecture)]
            for training in of.sort_values("how").itertuples():
                _trace(axes, training.losses, training.diverged, COLOUR_OF[training.how])
            axes.locator_params(axis="x", nbins=3)
        log_axis(row[0], "y", 5)
        row[0].set_ylabel(f"loss, {titles[task]}")
    for axes in grid[-1]:
        axes.set_xlabel("update")
    return finish(figure, name)


def _drawable(loss: np.ndarray) -> np.ndarray:
    return np.isfinite(loss) & (loss > 0)


def _trace(axes: Any, loss: np.ndarray, diverged: bool, colour: str) -> None:
    """The lowest and the highest update of each stretch: the curve swings as far as it did."""
    there = np.flatnonzero(_drawable(loss))
    extremes = [
        stretch[at]
        for stretch in np.array_split(there, min(BUCKETS, len(there)))
        for at in (loss[stretch].argmin(), loss[stretch].argmax())
    ]
    at = np.unique([there[0], *extremes, there[-1]])
    axes.plot(at + 1, loss[at], color=colour, linewidth=0.8)
    if diverged:
        axes.plot(at[-1:] + 1, loss[at[-1:]], color=colour, **DIVERGED)
