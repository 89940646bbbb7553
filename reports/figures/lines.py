"""Lines with their intervals against a number, in panels side by side."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reports.analysis.horizon import LEARNED
from reports.analysis.statistics import Numbers, Summary, summarize
from reports.figures.style import ALIKE, INK, PALE, Drawing, Look, finish, log_axis, looks, panels

SKILL = (-0.12, 1.07)
"""Ends of an axis of skill."""
ROW = 5
"""Panels beside each other, at most."""
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
    ends: tuple[float, float] | None = None
    """Upright; what lies beyond is drawn at the end. None: a logarithm, as the numbers ask for."""
    levels: tuple[float, ...] = ()
    """Where lines lie."""
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
    known = [(_known(panel.lines), _known(panel.dashed)) for panel in shown]
    labels = list(dict.fromkeys(label for both in known for lines in both for label in lines))
    if not labels:
        return None
    look, solid = looks((*survey, *labels)), {"linestyle": "-"} if scale.ways else {}
    legend: dict[str, Look] = {label: ALIKE | look[label] | solid for label in labels}
    drawn = legend.copy()
    if any(dashed for _, dashed in known):
        legend |= dict(zip(scale.ways, ({"color": INK}, {"color": INK} | DASHED), strict=True))
    if scale.ended:
        legend[scale.ended] = RING | {"color": INK}
    size = ({1: 4.8, 2: 2.9}.get(len(shown), 2.2), 2.2)
    titles = [panel.title for panel in shown]
    beside = math.ceil(len(titles) / math.ceil(len(titles) / ROW))
    titles += [""] * (-len(titles) % beside)
    rows = [titles[at : at + beside] for at in range(0, len(titles), beside)]
    apart = (0.25 if scale.ends else 0.65, 0.62 if len(rows) > 1 else 0)
    figure, grid = panels(rows, size, legend, apart, sharey=bool(scale.ends))
    for axes in grid.flat[len(shown) :]:
        axes.set_axis_off()
    for axes, panel, both in zip(grid.flat, shown, known, strict=False):
        for lines, way in zip(both, ({}, DASHED), strict=True):
            for at, label in enumerate(labels):
                if label in lines:
                    aside = scale.apart ** (at - (len(labels) - 1) / 2)
                    ring = label in panel.ended
                    _line(axes, lines[label], drawn[label] | way, scale, aside, ring)
        if panel.edge is not None:
            axes.axvline(panel.edge, color=PALE, linewidth=0.8, linestyle=DASHES, zorder=0)
        places = {at for lines in both for line in lines.values() for at in line}
        _frame(axes, sorted(places), scale)
        axes.set_xlabel(panel.across or scale.across)
    for row in grid:
        row[0].set_ylabel(scale.upright)
    if LEARNED in scale.levels:
        grid[0, 0].annotate(f"learned, {LEARNED:g}", (0, LEARNED), xytext=(2, -2), fontsize=7,
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


def _line(axes: Any, line: Line, look: Look, scale: Scale, aside: float, ring: bool) -> None:
    places = [place * aside for place in line]
    means = np.clip([s.mean for s in line.values()], *(scale.ends or (None, None)))
    axes.plot(places, means, **look, markevery=max(1, len(places) // 8))
    if scale.ends:  # the 95 % intervals
        known = [(at, s) for at, s in zip(places, line.values(), strict=True) if s.half]
        axes.vlines([at for at, _ in known], [s.low for _, s in known], [s.high for _, s in known],
                    color=look["color"], linewidth=0.9, alpha=0.5)  # fmt: skip
    if ring:
        axes.plot(places[-1:], means[-1:], color=look["color"], **RING)


def _frame(axes: Any, places: Sequence[int], scale: Scale) -> None:
    if scale.base and places:
        log_axis(axes, "x")
    if scale.base == 2 or (len(places) <= FEW and not scale.base):
        axes.set_xticks(places, [f"{place:,g}" for place in places])
    if scale.ends:
        axes.set_ylim(*scale.ends)
    else:
        log_axis(axes, "y", 7)
    for level in scale.levels:
        line = DASHES if level else "-"
        axes.axhline(level, color=PALE, linewidth=0.8, linestyle=line, zorder=0)
