"""Lines with their intervals against a number, in panels side by side."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reports.analysis.horizon import LEARNED
from reports.analysis.statistics import Numbers, Summary, summarize
from reports.figures.panels import (
    Layout,
    intervals,
    lines_of,
    log_axis,
    panels,
    wide_enough,
)
from reports.figures.style import INK, PALE, Drawing, finish, text_width

SKILL = (-0.12, 1.07)
"""Ends of an axis of skill."""
FEW = 6
"""Places of which each has its tick on an even axis, and its mean in words."""
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
    name: str,
    shown: Sequence[Panel],
    scale: Scale,
    alt: str = "",
    survey: tuple[str, ...] = (),
    layout: Layout | None = None,
) -> Drawing | None:
    """A line for each label; None where none has a point.

    alt: the numbers in words, for those who do not see the figure; the means, if empty. survey:
    whose looks are to be kept.
    """
    shown = [
        replace(panel, lines=_known(panel.lines), dashed=_known(panel.dashed)) for panel in shown
    ]
    every = (label for panel in shown for label in (*panel.lines, *panel.dashed))
    labels = list(dict.fromkeys(every))
    if not labels:
        return None
    looks = lines_of(labels, survey, markers=bool(scale.ways))
    legend: dict[str, Mapping[str, Any]] = dict(looks)
    if any(panel.dashed for panel in shown):
        solid, dashed = scale.ways
        legend |= {solid: {"color": INK}, dashed: {"color": INK, "linestyle": DASHES}}
    if scale.ended:
        legend[scale.ended] = RING | {"color": INK}
    wide = {1: 5.6, 2: 2.9}.get(len(shown), 2.2)
    layout = layout or Layout(wide, 2.4, left=0.75, beside=0.25 if scale.ends else 0.7)
    figure, (row,) = panels([[panel.title for panel in shown]], legend, layout)
    for axes, panel in zip(row, shown, strict=True):
        for lines, way in ((_known(panel.lines), {}), (_known(panel.dashed), DASHED)):
            for at, label in enumerate(labels):
                aside = scale.apart ** (at - (len(labels) - 1) / 2)
                ring = label in panel.ended
                _line(axes, lines.get(label, {}), looks[label] | way, scale, aside, ring)
        if panel.edge is not None:
            axes.axvline(panel.edge, color=PALE, linewidth=0.8, linestyle=DASHES, zorder=0)
        _frame(axes, panel, scale, layout.wide)
        axes.tick_params(labelleft=axes is row[0] or not scale.ends)
    row[0].set_ylabel(scale.upright, labelpad=2)
    if LEARNED in scale.levels:
        row[0].annotate(f"learned, {LEARNED:g}", (0, LEARNED), xytext=(2, -2), fontsize=7,
                        xycoords=("axes fraction", "data"), textcoords="offset points",
                        color=PALE, va="top")  # fmt: skip
    return finish(figure, name, alt or _means(shown, scale))


def _known(lines: Lines) -> dict[str, Line]:
    """The lines that have a point, of points that have a mean."""
    means = {
        label: {at: n if isinstance(n, Summary) else summarize(n) for at, n in line.items()}
        for label, line in lines.items()
    }
    known = {label: {at: s for at, s in line.items() if s.n} for label, line in means.items()}
    return {label: line for label, line in known.items() if line}


def _means(shown: Sequence[Panel], scale: Scale) -> str:
    """The means of lines with few places in words; of others, those at both ends."""
    told = []
    for panel in shown:
        for label, line in _known(panel.lines).items():
            places = list(line) if len(line) <= FEW else [min(line), max(line)]
            means = ", ".join(f"{line[at].mean:.3g} at {at:,}" for at in places)
            told.append(f"{f'{panel.title}, ' if panel.title else ''}{label}: {means}")
    axes = f"{scale.upright} against {scale.across}" if scale.upright else f"Against {scale.across}"
    return f"{axes[0].upper()}{axes[1:]}. {'; '.join(told)}."


def _line(
    axes: Any, line: Line, look: Mapping[str, Any], scale: Scale, aside: float, ring: bool
) -> None:
    low, high = scale.ends or (-math.inf, math.inf)
    known = {place * aside: summary for place, summary in line.items()}
    places, means = list(known), [min(max(s.mean or 0.0, low), high) for s in known.values()]
    if known:
        axes.plot(places, means, **look, markevery=max(1, len(places) // 8))
    if known and scale.ends:
        intervals(axes, known, look["color"], scale.ends)
    if known and ring:
        axes.plot(places[-1:], means[-1:], color=look["color"], **RING)


def _frame(axes: Any, panel: Panel, scale: Scale, wide: float) -> None:
    places = sorted({n for of in (panel.lines, panel.dashed) for line in of.values() for n in line})
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
    axes.set_xlabel(panel.across or scale.across, labelpad=2)


def _with_room(labels: Mapping[int, str], wide: float) -> list[int]:
    """The places on a logarithmic axis whose labels do not touch, from the first on."""
    inches = wide / math.log(max(labels) / min(labels)) if len(labels) > 1 else wide
    ticks: list[int] = []
    for place, label in labels.items():
        if not ticks or inches * math.log(place / ticks[-1]) > text_width(label, 8) + 0.05:
            ticks.append(place)
    return ticks
