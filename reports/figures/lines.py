"""Lines with their intervals against a number, in panels side by side."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reports.analysis.horizon import LEARNED
from reports.analysis.statistics import Numbers, Summary, summarize
from reports.figures.panels import lines_of, log_axis, panels, wide_enough
from reports.figures.style import INK, PALE, Drawing, finish, text_width

SKILL = (-0.12, 1.07)
"""Ends of an axis of skill."""
FEW = 6
"""Places of which each has its tick on an even axis."""
DASHES = (0, (4, 2))
DASHED = {"linestyle": DASHES, "linewidth": 1.0, "markerfacecolor": "white"}
RING = {"linestyle": "none", "marker": "o", "markersize": 9, "markerfacecolor": "none"}

Line = Mapping[int, Summary]
Lines = Mapping[str, Mapping[int, Summary | Numbers]]
"""By label, then by place on the axis across; the same label looks alike in all panels."""


@dataclass(frozen=True)
class Panel:
    """One pair of axes."""

    title: str
    lines: Lines
    edge: float | None = None
    """Where a dashed line stands upright."""
    dashed: Lines = field(default_factory=dict)
    ended: Collection[str] = ()
    """Whose lines end in a ring."""
    across: str = ""
    """What the axis across shows, if not the same in all panels."""


@dataclass(frozen=True)
class Scale:
    """What the axes of all panels show, and the legend beside the labels."""

    across: str
    upright: str = ""
    base: int = 0
    """Of the logarithm across; 0: even steps."""
    logarithmic: bool = False
    """Upright."""
    ends: tuple[float, float] | None = None
    """Upright; what lies beyond is drawn at the end. None: as the numbers ask for."""
    levels: tuple[float, ...] = ()
    """Where lines lie."""
    unit: str = ""
    """Behind the numbers across."""
    apart: float = 1.0
    """The factor by which each line is moved to the side, so that intervals do not overlap."""
    ways: tuple[str, ...] = ()
    """What solid and dashed lines are."""
    ended: str = ""
    """What a ring is."""


def draw(
    name: str, shown: Sequence[Panel], scale: Scale, survey: tuple[str, ...] = ()
) -> Drawing | None:
    """A line for each label; None where none has a point. survey: whose looks are to be kept."""
    shown = [replace(p, lines=_known(p.lines), dashed=_known(p.dashed)) for p in shown]
    labels = list(dict.fromkeys(label for p in shown for label in (*p.lines, *p.dashed)))
    if not labels:
        return None
    looks = lines_of(labels, survey, solid=bool(scale.ways))
    legend: dict[str, Mapping[str, Any]] = dict(looks)
    if any(panel.dashed for panel in shown):
        solid, dashed = scale.ways
        legend |= {solid: {"color": INK}, dashed: {"color": INK, "linestyle": DASHES}}
    if scale.ended:
        legend[scale.ended] = RING | {"color": INK}
    size = ({1: 4.8, 2: 2.9}.get(len(shown), 2.2), 2.2)
    figure, (row,) = panels(
        [[panel.title for panel in shown]], legend, size, (0.25 if scale.ends else 0.65, 0)
    )
    for axes, panel in zip(row, shown, strict=True):
        for lines, way in ((_known(panel.lines), {}), (_known(panel.dashed), DASHED)):
            for at, label in enumerate(labels):
                if label in lines:
                    aside = scale.apart ** (at - (len(labels) - 1) / 2)
                    ring = label in panel.ended
                    _line(axes, lines[label], looks[label] | way, scale, aside, ring)
        if panel.edge is not None:
            axes.axvline(panel.edge, color=PALE, linewidth=0.8, linestyle=DASHES, zorder=0)
        _frame(axes, panel, scale, size[0])
        axes.tick_params(labelleft=axes is row[0] or not scale.ends)
    row[0].set_ylabel(scale.upright)
    if LEARNED in scale.levels:
        row[0].annotate(f"learned, {LEARNED:g}", (0, LEARNED), xytext=(2, -2), fontsize=7,
                        xycoords=("axes fraction", "data"), textcoords="offset points",
                        color=PALE, va="top")  # fmt: skip
    return finish(figure, name)


def _known(lines: Lines) -> dict[str, Line]:
    """The lines that have a point, of points that have a mean."""
    means = {
        label: {at: n if isinstance(n, Summary) else summarize(n) for at, n in line.items()}
        for label, line in lines.items()
    }
    known = {label: {at: s for at, s in line.items() if s.n} for label, line in means.items()}
    return {label: line for label, line in known.items() if line}


def _line(
    axes: Any, line: Line, look: Mapping[str, Any], scale: Scale, aside: float, ring: bool
) -> None:
    low, high = scale.ends or (-math.inf, math.inf)
    places = [place * aside for place in line]
    means = [min(max(s.mean or 0.0, low), high) for s in line.values()]
    axes.plot(places, means, **look, markevery=max(1, len(places) // 8))
    if scale.ends:  # the 95 % intervals
        known = [(at, s) for at, s in zip(places, line.values(), strict=True) if s.half]
        axes.vlines([at for at, _ in known], [s.low for _, s in known], [s.high for _, s in known],
                    color=look["color"], linewidth=0.9, alpha=0.5)  # fmt: skip
    if ring:
        axes.plot(places[-1:], means[-1:], color=look["color"], **RING)


def _frame(axes: Any, panel: Panel, scale: Scale, wide: float) -> None:
    every = (*panel.lines.values(), *panel.dashed.values())
    places = sorted({place for line in every for place in line})
    labels = {place: f"{place:,g}{scale.unit}" for place in places}
    if scale.base and places:
        axes.set_xscale("log", base=scale.base)
        axes.set_xlim(places[0] / 1.25, places[-1] * 1.25)
        log_axis(axes.xaxis, _with_room(labels, wide))
        axes.xaxis.set_major_formatter(lambda place, _: labels.get(round(place), ""))
    elif len(places) <= FEW:
        axes.set_xticks(places, labels.values())
    if scale.logarithmic:
        axes.set_yscale("log")
        axes.set_ylim(wide_enough(*axes.get_ylim()))
        log_axis(axes.yaxis, 7)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    if scale.ends:
        axes.set_ylim(*scale.ends)
    for level in scale.levels:
        line = DASHES if level else "-"
        axes.axhline(level, color=PALE, linewidth=0.8, linestyle=line, zorder=0)
    axes.set_xlabel(panel.across or scale.across)


def _with_room(labels: Mapping[int, str], wide: float) -> list[int]:
    """The places on a logarithmic axis whose labels do not touch, from the first on."""
    inches = wide / math.log(max(labels) / min(labels)) if len(labels) > 1 else wide
    ticks: list[int] = []
    for place, label in labels.items():
        if not ticks or inches * math.log(place / ticks[-1]) > text_width(label, 8) + 0.05:
            ticks.append(place)
    return ticks
