"""What all figures share: colours and markers of architectures, and SVG fit for a page."""

import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from html import escape
from itertools import chain, count
from typing import Any

import pandas

from reports.analysis.results import TaskInfo
from reports.analysis.statistics import Summary
from reports.formats import metric, scaled, shortened

# Okabe and Ito's colours, without the yellow that is lost on white paper.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "*", ">", "h", "p", "d", "8", "H", "$o$")
LINES = ("-", (0, (5, 2)), (0, (1.2, 1.5)))
INK, PALE = "#222222", "#767676"


@dataclass(frozen=True)
class Drawing:
    """A figure: ``svg`` stands alone in a file, ``inline`` goes into a page."""

    name: str
    svg: str
    inline: str


def labelled(svg: str, label: str) -> str:
    """A drawing with what it shows in words, for those who do not see it."""
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(printable(label))}" ', 1)


Look = dict[str, Any]
"""How an architecture is drawn, the same in every figure of a page: colour, marker and style of a
line, as matplotlib takes them."""
BESIDE = {"color": PALE, "marker": "o", "linestyle": LINES[0]}
"""How baselines are drawn, all alike."""


def looks(architectures: tuple[str, ...]) -> dict[str, Look]:
    """A look for each architecture: seven colours, then again with other lines and markers."""
    colours, lines = len(COLOURS), len(LINES)
    return {
        a: {"color": COLOURS[i % colours], "marker": MARKERS[i % len(MARKERS)],
            "linestyle": LINES[i // colours % lines]}
        for i, a in enumerate(dict.fromkeys(architectures))
    }  # fmt: skip


SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none", "text.parse_math": False, "hatch.linewidth": 0.5,
    "font.sans-serif": ["DejaVu Sans"], "font.size": 9,
    "axes.edgecolor": PALE, "axes.spines.top": False, "axes.spines.right": False,
    "axes.labelpad": 2, "axes.titlesize": 9, "axes.titlelocation": "left",
    "legend.frameon": False, "legend.fontsize": 8, "legend.handlelength": 2.6,
    "legend.labelspacing": 0.3, "legend.borderaxespad": 0,
    "xtick.labelsize": 8, "xtick.major.size": 3, "ytick.labelsize": 8, "ytick.major.size": 3,
}  # fmt: skip


def style() -> AbstractContextManager[None]:
    """Settings under which all figures are made."""
    import matplotlib

    return matplotlib.rc_context(SETTINGS)


def log_axis(axes: Any, which: str, ticks: int = 8) -> None:
    """An axis, x or y, on a logarithm: over a decade at least, and with plain numbers, for powers
    of ten need the formulas that are off."""
    from matplotlib.ticker import LogLocator, NullLocator

    axes.set(**{f"{which}scale": "log"})
    axis = getattr(axes, f"{which}axis")
    low, high = getattr(axes, f"get_{which}lim")()
    middle, half = math.sqrt(low * high), max(math.sqrt(high / low), 3.5)
    axes.set(**{f"{which}lim": (middle / half, middle * half)})
    steps = (1, 2, 5) if half < 15 else (1,)
    axis.set_major_locator(LogLocator(subs=steps, numticks=ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, _: _plain(value))


def _plain(value: float) -> str:
    """A number on a logarithmic axis: 0.5, 10,000, 20G."""
    number, unit = scaled(value)
    return f"{value:,.0f}" if value >= 1 and not unit else f"{number:g}{unit}"


Mark = tuple[str, float, Any]
"""What is known of a task's scores: word, score, dashes of its line."""


def limits(task: TaskInfo) -> list[Mark]:
    """Floor and ceiling of a task, as far as they are known."""
    ceiling = "perfect" if task.ceiling_is_ideal else "ceiling"
    lines = (("floor", task.floor, (0, (4, 2))), (ceiling, task.ceiling, (0, (1, 1.5))))
    return [(word, value, line) for word, value, line in lines if value is not None]


def score_axis(
    axes: Any, which: str, task: TaskInfo, scores: Iterable[float], marks: Iterable[Mark] = ()
) -> list[Mark]:
    """An axis, x or y, with room for a task's scores and for marks: accuracies in percent, errors
    that fall by orders of magnitude on a logarithm; returns the marks that it can show."""
    axis, known = getattr(axes, f"{which}axis"), list(scores)
    logarithmic = task.metric != "accuracy" and 0 < 30 * min(known) < max(known)
    shown = [mark for mark in marks if mark[1] > 0 or not logarithmic]
    known += [value for _, value, _ in shown]
    low, high = min(known), max(known)
    room = 0.04 * (high - low) or 0.05 * abs(high) or 1.0
    ends = (low / 1.4, high * 1.4) if logarithmic else (low - room, high + room)
    axes.set(**{f"{which}lim": ends})
    if logarithmic:
        log_axis(axes, which)
    elif task.metric == "accuracy":
        axis.set_major_formatter(lambda value, _: f"{100 * value:g}")
    axis.set_label_text(shortened(metric(task), 26 if which == "y" else 60))
    return shown


def levels(spans: Iterable[tuple[float, float]], gap: float = 0.0) -> list[int]:
    """For each span the first line on which it is at least ``gap`` from all before it."""
    placed: list[tuple[float, float, int]] = []
    for low, high in spans:
        taken = {level for a, b, level in placed if a < high + gap and low < b + gap}
        placed.append((low, high, next(level for level in count() if level not in taken)))
    return [level for *_, level in placed]


def canvas(width: float, height: float) -> Any:
    """A figure and its axes, whose size is given in inches; labels lie around them."""
    from matplotlib.figure import Figure

    figure = Figure((width, height))
    return figure, figure.add_axes((0, 0, 1, 1))


ALIKE = {"markersize": 4, "linewidth": 1.3}
"""What the lines of panels share."""
HANDLE = 0.55
"""Inches of an entry of a legend beside its text."""


def panels(
    titles: Sequence[Sequence[str]],
    size: tuple[float, float],
    legend: Mapping[str, Mapping[str, Any]],
    apart: tuple[float, float] = (0.25, 0.62),
    **more: Any,
) -> tuple[Any, Any]:
    """A figure, and its axes ``(rows, columns)``: one for each title.

    size: of a panel, and apart: from one to the next, both across and down in inches. legend: by
    label, how its line is drawn (as ``Line2D`` takes it). more: as ``subplots`` takes it.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    (wide, tall), (across, down) = size, apart
    rows, columns = len(titles), len(titles[0])
    width, height = columns * (wide + across) - across, rows * (tall + down) - down
    figure = Figure((width, height))  # labels lie beyond
    edges = {"left": 0, "right": 1, "bottom": 0, "top": 1}
    space = {"wspace": across / wide, "hspace": down / tall}
    grid = figure.subplots(rows, columns, squeeze=False, gridspec_kw=edges | space, **more)
    for axes, title in zip(grid.flat, chain(*titles), strict=True):
        axes.set_title(shortened(title, int(wide / text_width("x", 9))), color=INK)
    if legend:
        labels = [shortened(label, 40) for label in legend]
        entry = HANDLE + max(text_width(label, 8) for label in labels)
        figure.legend(
            [Line2D([], [], **ALIKE | dict(drawn)) for drawn in legend.values()], labels,
            loc="lower left", bbox_to_anchor=(0, 1 + 0.3 / height), columnspacing=1.2,
            ncols=max(1, int((width + across) / entry)),
        )  # fmt: skip
    return figure, grid


def legend_beside(axes: Any, **more: Any) -> None:
    """The legend of the axes, at their right."""
    axes.legend(**{"loc": "upper left", "bbox_to_anchor": (1.02, 1.02)} | more)


def line_in_band(axes: Any, look: Look, band: pandas.DataFrame, pale: float, **line: Any) -> None:
    """The middle of a band as a line, by its index, and from low to high in a pale colour."""
    axes.fill_between(band.index, band.low, band.high, color=look["color"], alpha=pale, linewidth=0)
    axes.plot(band.index, band.middle, **look, linewidth=1.4, markersize=3.5, **line)


def dots(axes: Any, y: float, values: Iterable[float], summary: Summary, look: Look) -> None:
    """A row of values, their mean as a tick and its 95 % interval, if it has one, as a bar, within
    the ends that the axis across has."""
    low, high = axes.get_xlim()
    x = list(values)
    if summary.low is not None and summary.high is not None:
        axes.plot([max(summary.low, low), min(summary.high, high)], [y, y], color=look["color"],
                  linewidth=5, alpha=0.3, solid_capstyle="butt", zorder=3)  # fmt: skip
    axes.plot(x, [y] * len(x), **look | {"linestyle": "none"}, markersize=4, markeredgewidth=0,
              clip_on=False, zorder=4)  # fmt: skip
    axes.plot([summary.mean] * 2, [y - 0.3, y + 0.3], color=look["color"], linewidth=2, zorder=5)


def finish(figure: Any, name: str) -> Drawing:
    """The figure with all that lies around its axes as SVG, the same bytes each time. ``name``
    must be unique on a page."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.StringIO()
    none = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    FigureCanvasSVG(figure)
    figure.dpi = FigureCanvasSVG.fixed_dpi
    with matplotlib.rc_context({"svg.hashsalt": name}):
        # What bbox_inches="tight" finds, too, but only after it has drawn everything once.
        around = figure.get_tightbbox().padded(0.06)
        figure.savefig(buffer, format="svg", bbox_inches=around, metadata=none)
    # Coordinates to a tenth of a point, and no space or name that nothing needs: half the bytes.
    svg = re.sub(
        r' (d|x|y|points)="[^"]*"|(translate|rotate)\([^)]*\)', _rounded, buffer.getvalue()
    )
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # only paths and clips are referred to by their id
    svg = re.sub(r">\s+<", "><", svg)
    inline = re.sub(r"<style[^>]*>.*?</style>", "", svg[svg.index("<svg") :], flags=re.S)
    inline = re.sub(r' xmlns(:xlink)?="[^"]*"', "", inline)
    inline = re.sub(r'\bid="|url\(#', rf"\g<0>{name}-", inline)
    return Drawing(name, svg, inline.replace('xlink:href="#', f'href="#{name}-'))


def _rounded(match: re.Match[str]) -> str:
    text = re.sub(r"\d+\.\d\d+", lambda number: f"{float(number[0]):.1f}", match[0])
    return " ".join(["", *text.split()] if text[0] == " " else text.split())


def printable(text: str) -> str:
    """The text without control characters, which neither HTML nor SVG may hold."""
    return re.sub(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", text)


def text_width(text: str, size: float) -> float:
    """Rough width of a text in inches, on the wide side."""
    return len(text) * size * 0.62 / 72
