"""What goes on inside one model over one sequence, from the numbers of the internals probe."""

from __future__ import annotations

import math
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reports.figures.style import COLOURS, INK, PALE, Drawing, finish
from reports.formats import shortened

WIDEST = 6.4
"""Width of a row of steps, inches."""
DIVERGING = ("#8C4400", "#E08A2E", "#FFFFFF", "#3D85B8", "#08306B")
FILLING = ("#FFFFFF", "#A9CCE3", "#3D85B8", "#08306B")
SHADES = 49
"""Colours of a scale: fewer make smaller pictures, and no eye sees more."""
TICKS = {"labelsize": 6.5, "major.size": 2, "major.pad": 2}
SMALL: dict[Any, Any] = {"axes.labelsize": 7, "axes.titlesize": 8, "axes.titlepad": 3} | {
    f"{axis}tick.{name}": value for axis in "xy" for name, value in TICKS.items()
}
"""Settings beside those of all figures."""
Numbers = Mapping[str, Any]


def draw(name: str, internals: Numbers, part: Numbers) -> Drawing:
    """The figure of one of the parts of ``harness.probes.internals``."""
    import matplotlib
    from matplotlib.figure import Figure

    figure = Figure((1, 1))  # so that places in the figure are inches; what lies beyond is drawn
    with matplotlib.rc_context(SMALL), warnings.catch_warnings():
        FORMS[part["form"]](figure, internals, part)
        # The page's reader has fonts that matplotlib's own lacks; text stays text.
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        return finish(figure, name)


def _units(figure: Any, internals: Numbers, part: Numbers) -> None:
    """Units against steps, a panel for each kind of value, the symbols beneath."""
    panels, names = part["panels"], part.get("rows")
    rows, wide = len(panels[0]["values"]), _width(internals["symbols"])
    high = 0.19 * rows if names else min(1.15, max(0.32, 0.04 * rows))
    for row, panel in enumerate(panels):
        gate = part["numbers"].get("gates", {}).get(panel["name"].replace(" ", "_"))
        mean = f", mean of all units {gate['mean']:.2f}" if gate else ""
        axes = _axes(figure, panel["name"] + mean, 0, row * (high + 0.32), wide, high)
        _image(axes, np.array(panel["values"]), 1.0 if panel["gate"] else None)
        _scale(axes)
        axes.set_xticks([])
        axes.set_yticks([])
        if names:
            axes.set_yticks(range(rows), names)
            axes.tick_params(axis="y", length=0)
        else:
            axes.set_ylabel("units")
    _steps(axes, internals)


def _path(figure: Any, internals: Numbers, part: Numbers) -> None:
    """The probability of each state at each step, and the most probable path on top."""
    posterior, wide = np.array(part["posterior"]), _width(internals["symbols"])
    high = min(3.2, max(0.5, 0.24 * len(posterior)))
    title = "probability of each state, and the most probable path (line)"
    axes = _axes(figure, title, 0, 0, wide, high)
    _image(axes, posterior, 1.0)
    _scale(axes)
    axes.step(range(len(part["path"])), part["path"], where="mid", color=COLOURS[1], linewidth=1.6)
    _symbols(axes, [str(state + 1) for state in range(len(posterior))], "y")
    axes.set_ylabel("state")
    _steps(axes, internals)


def _attention(figure: Any, internals: Numbers, part: Numbers) -> None:
    """A map for each head: what attends down, what is attended to across."""
    from matplotlib.patches import Rectangle

    rows, columns, heads = part["rows"], part["columns"], part["heads"]
    wide = min(3.2, max(1.5, 0.24 * len(columns)))
    high = min(max(wide * len(rows) / max(len(columns), 1), 0.5), 4.0)
    left = 0.35 + max(map(_ems, rows)) * 0.07
    peak = max(np.max(head["values"]) for head in heads)
    top = 1.0 if peak > 0.5 else peak  # many steps share a row: pale, but not blank
    for at, head in enumerate(heads):
        several = f", head {head['head']}" if len(heads) > 1 else ""
        title = f"layer {part['layer']}{several}"
        axes = _axes(figure, title, at * (left + wide + 0.2), 0, wide, high)
        _image(axes, np.array(head["values"]), top)
        for row, column in part["alignment"]:
            corner = (column - 0.5, row - 0.5)
            axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=COLOURS[1], linewidth=1.1))
        _symbols(axes, columns)
        _symbols(axes, rows, "y")
        axes.set_xlabel("input" if part["cross"] else "attended to")
        if at == 0:
            axes.set_ylabel("output" if part["cross"] else "attends")
    _scale(axes)


def _filters(figure: Any, internals: Numbers, part: Numbers) -> None:
    """For each filter a panel: its strongest n-grams with its output, or the mean window."""
    filters = part["filters"]
    across, wide, high = 3, 1.55, 0.95
    labels = [" ".join(g["symbols"]) for f in filters for g in f.get("ngrams", [])]
    left = 0.3 + max((_ems(shortened(label, 24)) for label in labels), default=1) * 0.075
    longest = max((f["ngrams"][0]["output"] for f in filters if f.get("ngrams")), default=1.0)
    top = max((np.abs(f["window"]).max() for f in filters if f.get("window")), default=1.0)
    for at, one in enumerate(filters):
        row, column = divmod(at, across)
        title = f"filter {one['filter']}: {100 * one['share']:.1f} %"
        axes = _axes(figure, title, column * (left + wide), row * (high + 0.62), wide, high)
        if one.get("window"):
            _image(axes, np.array(one["window"]), top)
            if at == len(filters) - 1:
                _scale(axes)
            axes.set_xticks(range(one["span"]), range(1, one["span"] + 1))
            axes.set_yticks([])
            axes.set_xlabel("step of the window")
            axes.set_ylabel("numbers")
        elif grams := one.get("ngrams"):
            axes.barh(range(len(grams)), [g["output"] for g in grams], color=COLOURS[0], height=0.7)
            names = [shortened(" ".join(g["symbols"]), 24) for g in grams]
            axes.set_yticks(range(len(grams)), names, fontsize=7.5)
            axes.invert_yaxis()
            axes.set_xlim(0, max(longest, 1e-6) * 1.05)
            axes.set_xlabel("output of the filter")
        else:
            axes.set_axis_off()


def _chain(figure: Any, internals: Numbers, part: Numbers) -> None:
    """Start, transitions and emissions side by side, a row for each state."""
    states = len(part["start"])
    names = [str(state + 1) for state in range(states)]
    square = min(0.42, max(0.1, 3.2 / states))
    what = "emissions" if "emissions" in part else "means"
    emits = np.array(part[what])
    columns = part.get("emitted", [str(i + 1) for i in range(emits.shape[1])])
    high, emitted = square * states, max(1.0, min(0.3, max(square, 0.16)) * len(columns))

    def block(title: str, values: Any, left: float, wide: float, labels: Sequence[str]) -> Any:
        # The column of start is narrower than its title.
        axes = _axes(figure, title, left, 0, wide, high, "center" if title == "start" else "left")
        _image(axes, values, None if title == "means" else 1.0)
        _symbols(axes, labels)
        _symbols(axes, names, "y")
        if square >= 0.25 and title != "means" and wide / values.shape[1] >= 0.25:
            _write(axes, values)
        return axes

    start = block("start", np.array(part["start"])[:, None], 0, square, [])
    start.set_ylabel("from state" if states > 1 else "state")
    moves = block("transitions", np.array(part["transitions"]), square + 0.55, high, names)
    moves.set_xlabel("to state")
    last = block(what, emits, square + high + 1.2, emitted, columns)
    last.set_xlabel("symbol" if what == "emissions" else "number of the vector")
    _scale(last)


FORMS = {
    "units": _units,
    "activations": _units,
    "attention": _attention,
    "filters": _filters,
    "chain": _chain,
    "path": _path,
}


def _axes(
    figure: Any, title: str, left: float, top: float, wide: float, high: float, side: str = "left"
) -> Any:
    """Axes of a place and a size in inches."""
    axes = figure.add_axes((left, -top - high, wide, high))
    axes.set_title(title, loc=side)
    return axes


def _image(axes: Any, values: np.ndarray, top: float | None = None) -> None:
    """A picture of a pixel a value, up to ``top`` or, if None, as far as the values go; from 0 or,
    if any is below it, from as far on the other side."""
    from matplotlib.colors import LinearSegmentedColormap

    top = max(float(np.abs(values).max(initial=0)), 1e-3) if top is None else top
    both = values.min(initial=0) < 0
    ramp = DIVERGING if both else FILLING
    colours = LinearSegmentedColormap.from_list("values", ramp, N=SHADES)
    low = -top if both else 0.0
    axes.imshow(values, vmin=low, vmax=top, cmap=colours, aspect="auto", interpolation="none")
    for side in axes.spines.values():
        side.set(visible=True, color=PALE, linewidth=0.6)


def _scale(axes: Any) -> None:
    """What the shades of a picture stand for, at its right."""
    (image,), box = axes.images, axes.get_position()
    high = min(box.height, 1.6)
    place = axes.figure.add_axes((box.x1 + 0.1, box.y1 - high, 0.08, high))
    bar = axes.figure.colorbar(image, place)
    low, top = image.get_clim()
    bar.set_ticks([low, top], labels=[f"−{top:.2g}" if low else "0", f"{top:.2g}"])
    bar.outline.set_visible(False)
    bar.solids.set_rasterized(True)
    place.tick_params(length=0)


def _write(axes: Any, values: np.ndarray) -> None:
    """The numbers in the picture."""
    for (row, column), value in np.ndenumerate(values):
        if value >= 0.005:
            axes.text(column, row, f"{value:.2f}".removeprefix("0"), ha="center", va="center",
                      fontsize=6.5, color="white" if value > 0.55 else INK)  # fmt: skip


def _ems(label: str) -> float:
    """Width of a label in letters; a Chinese character is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in label)


def _width(steps: Sequence[str]) -> float:
    return min(WIDEST, max(2.2, 0.2 * len(steps)))


def _symbols(axes: Any, labels: Sequence[str], axis: str = "x") -> None:
    """Ticks with the labels of the steps, as many as fit without touching; upright ones where they
    are too long to stand side by side."""
    box, longest = axes.get_position(), max(map(_ems, labels), default=1)
    room = box.width if axis == "x" else box.height
    turned = axis == "x" and longest > 2 and longest * 0.062 * len(labels) > room
    needed = 0.115 if axis == "y" or turned else longest * 0.06 + 0.005
    places = range(0, len(labels), max(1, math.ceil(needed * len(labels) / room)))
    named = [shortened(labels[place], 14) for place in places]
    setter = axes.set_xticks if axis == "x" else axes.set_yticks
    setter(places, named, rotation=90 if turned else 0)
    axes.tick_params(axis=axis, bottom=False, left=False)


def _steps(axes: Any, internals: Numbers) -> None:
    """The symbols that were read, and how many of them these are."""
    steps, of = internals["symbols"], internals["steps"]
    what = "step" if internals["vectors"] else "symbol read"
    _symbols(axes, steps)
    axes.set_xlabel(f"{what}, the first {len(steps)} of {of}" if len(steps) < of else what)
