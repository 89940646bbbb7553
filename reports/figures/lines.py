"""Lines with their intervals against a number, in panels side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.analysis.statistics import Summary
from reports.figures.panels import Layout, finish_small, intervals, lines_of, panels
from reports.figures.style import PALE, Drawing, text_width

SKILL = (-0.12, 1.07)
"""Ends of an axis of skill."""
FEW = 6
"""Places on an even axis at which each has its tick."""


@dataclass(frozen=True)
class Panel:
    """One pair of axes."""

    title: str
    lines: Mapping[str, Mapping[int, Summary]]
    """By label, then by place on the axis across; the same label looks alike in all panels."""
    edge: float | None = None
    """Where a dashed line stands upright."""


@dataclass(frozen=True)
class Scale:
    """What the axes of all panels show."""

    across: str
    upright: str = ""
    base: int = 0
    """Of the logarithm across; 0: even steps."""
    logarithmic: bool = False
    """Upright."""
    ends: tuple[float, float] | None = None
    """Upright; what lies beyond is drawn at the end. None: as the numbers ask for."""
    levels: tuple[float, ...] = ()
    """Where dashed lines lie."""
    unit: str = ""
    """Behind the numbers across."""


def draw(name: str, shown: Sequence[Panel], scale: Scale, alt: str) -> Drawing | None:
    """A line for each label; None where none has a point. ``alt``: the numbers in words."""
    labels = list(dict.fromkeys(a for panel in shown for a, line in panel.lines.items() if line))
    if not labels:
        return None
    drawn = lines_of(labels, ())
    wide = 5.6 if len(shown) == 1 else 2.9 if len(shown) == 2 else 2.2
    beside = 0.25 if scale.ends else 0.7
    layout = Layout(wide=wide, tall=2.4, left=0.75, beside=beside)
    figure, (row,) = panels([[panel.title for panel in shown]], drawn, layout)
    for axes, panel in zip(row, shown, strict=True):
        for label, line in panel.lines.items():
            if line:
                _line(axes, line, drawn[label], scale)
        if panel.edge is not None:
            axes.axvline(panel.edge, color=PALE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
        _frame(axes, panel, scale, wide)
        if scale.ends and axes is not row[0]:
            axes.tick_params(labelleft=False)
    row[0].set_ylabel(scale.upright, labelpad=2)
    return finish_small(figure, name, alt)


def _line(axes: Any, line: Mapping[int, Summary], look: Mapping[str, Any], scale: Scale) -> None:
    low, high = scale.ends or (-math.inf, math.inf)
    places = [place for place, summary in line.items() if summary.mean is not None]
    means = [min(max(line[place].mean or 0.0, low), high) for place in places]
    axes.plot(places, means, **look, markevery=max(1, len(places) // 8))
    if scale.ends:
        intervals(axes, {place: line[place] for place in places}, look["color"], scale.ends)


def _frame(axes: Any, panel: Panel, scale: Scale, wide: float) -> None:
    from matplotlib.ticker import NullLocator

    places = sorted({place for line in panel.lines.values() for place in line})
    if scale.base:
        axes.set_xscale("log", base=scale.base)
        axes.xaxis.set_minor_locator(NullLocator())
    if scale.base or len(places) <= FEW:
        labels = {place: f"{place:,g}{scale.unit}" for place in places}
        ticks = _with_room(labels, wide) if scale.base else places
        axes.set_xticks(ticks, [labels[place] for place in ticks])
    if scale.logarithmic:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
        axes.yaxis.set_minor_locator(NullLocator())
    if scale.ends:
        axes.set_ylim(*scale.ends)
    for level in scale.levels:
        axes.axhline(level, color=PALE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
    axes.set_xlabel(scale.across, labelpad=2)


def _with_room(labels: Mapping[int, str], wide: float) -> list[int]:
    """The places on a logarithmic axis whose labels do not touch, from the first on."""
    inches = wide / math.log(max(labels) / min(labels)) if len(labels) > 1 else wide
    ticks: list[int] = []
    for place, label in labels.items():
        if not ticks or inches * math.log(place / ticks[-1]) > text_width(label, 8) + 0.05:
            ticks.append(place)
    return ticks
