"""Gradient norm against steps back from the output, before training and after."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reports.analysis.gradient_flow import WHEN
from reports.figures.panels import lines_of, log_axis, panels
from reports.figures.style import INK, Drawing, finish

CLOSE = 0.008
"""By what share of its panel's height a line may miss a norm, so that a straight one takes few
points."""
LEAST = 1e-18
"""Where the panels end at the bottom, at the least."""
END = {"linestyle": "none", "marker": "|", "markersize": 11, "markeredgewidth": 1.6}

Norms = Mapping[tuple[str, str], Sequence[Sequence[float | None]]]
"""By architecture and ``initial`` or ``trained``: for each seed the norm at each lag."""


def draw(
    name: str,
    norms: Norms,
    recurrent: Sequence[str],
    survey: tuple[str, ...],
) -> Drawing:
    """Two panels, and two more for what is not recurrent where there are both: a line for each
    architecture, the geometric mean over seeds, in a band from the lowest seed to the highest. A
    bar ends a line where the gradient is zero from there on.

    survey: whose looks are to be kept.
    """
    architectures = list(dict.fromkeys(architecture for architecture, _ in norms))
    others = [a for a in architectures if a not in recurrent]
    kinds = {"recurrent: ": recurrent, "not recurrent: ": others}
    kinds = {kind: shown for kind, shown in kinds.items() if shown}
    titles = [[(kind if len(kinds) > 1 else "") + when for when in WHEN.values()] for kind in kinds]
    looks = lines_of(architectures, survey)
    legend = looks | {"zero from here on": END | {"color": INK}}
    figure, rows = panels(titles, legend, (3.1, 2.1))
    for row, shown in zip(rows, kinds.values(), strict=True):
        close = CLOSE * _decades([n for (a, _), n in norms.items() if a in shown])
        for axes, when in zip(row, WHEN, strict=True):
            axes.set_yscale("log")
            for architecture in shown:
                _line(axes, norms.get((architecture, when), ()), looks[architecture], close)
        ends = [axes.get_ylim() for axes in row]
        for axes in row:
            axes.set_ylim(max(LEAST, min(low for low, _ in ends)), max(high for _, high in ends))
            log_axis(axes.yaxis, 8)
            axes.margins(x=0.02)
        row[0].set_ylabel("gradient norm")
        row[1].tick_params(labelleft=False)
    for axes in rows[-1]:
        axes.set_xlabel("steps back from the output")
    return finish(figure, name)


def _decades(norms: Sequence[Sequence[Sequence[float | None]]]) -> float:
    """The powers of ten that these norms reach over, as far as they are drawn."""
    known = [n for of in norms for seed in of for n in seed if n is not None and n > LEAST]
    return math.log10(max(known) / min(known)) if known else 0.0


def _line(
    axes: Any, seeds: Sequence[Sequence[float | None]], look: Mapping[str, Any], close: float
) -> None:
    """The seeds of one architecture."""
    reach = min(map(len, seeds), default=0)
    values = np.array([[np.nan if v is None else v for v in seed[:reach]] for seed in seeds], float)
    there = np.flatnonzero((values > 0).all(0)) if reach else np.array([], int)
    if not len(there):
        return
    logs = np.log10(values[:, there])
    outline = np.stack([logs.mean(0), logs.min(0), logs.max(0)])
    turns = turns_of(outline, close)
    kept, (line, low, high) = there[turns], 10 ** outline[:, turns]
    if len(seeds) > 1:
        axes.fill([*kept, *kept[::-1]], [*low, *high[::-1]], color=look["color"], alpha=0.12,
                  linewidth=0)  # fmt: skip
    axes.plot(kept, line, **{**look, "marker": ""})
    marked = [len(there) // 4, 3 * len(there) // 4]
    axes.plot(there[marked], 10 ** outline[0, marked], **{**look, "linestyle": "none"})
    last = there[-1]
    if last < reach - 1 and (values[:, last + 1] == 0).any():
        axes.plot([last], [line[-1]], color=look["color"], **END)


def turns_of(lines: np.ndarray, close: float, first: int = 0, last: int = -1) -> list[int]:
    """The points between which straight lines stay this close to all of ``(lines, points)``
    (Douglas and Peucker 1973)."""
    last %= lines.shape[1]
    if last - first < 2:
        return sorted({first, last})
    at = np.arange(first, last + 1)
    start, end = lines[:, [first]], lines[:, [last]]
    straight = start + (end - start) * (at - first) / (last - first)
    far = np.abs(lines[:, at] - straight).max(0)
    if far.max() <= close:
        return [first, last]
    middle = first + int(far.argmax())
    return [*turns_of(lines, close, first, middle), *turns_of(lines, close, middle, last)[1:]]
