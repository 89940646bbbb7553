"""What goes on inside one model over one sequence, from the numbers of the internals probe."""

from __future__ import annotations

import math
import unicodedata
import warnings
from typing import Any

from reports.figures.style import COLOURS, INK, PALE, Drawing, finish
from reports.formats import shortened
from reports.sections.internals import caption
from reports.wording import say

WIDEST = 6.4
"""Width of a row of steps, inches."""
DIVERGING = ("#8C4400", "#E08A2E", "#FFFFFF", "#3D85B8", "#08306B")
FILLING = ("#FFFFFF", "#A9CCE3", "#3D85B8", "#08306B")
SHADES = 49
"""Colours of a scale: fewer make smaller pictures, and no eye tells more apart."""
Numbers = dict[str, Any]


def draw_all(prefix: str, internals: Numbers) -> list[Drawing]:
    """A figure for each of the parts, named ``prefix-part``; none where there is nothing."""
    draw = {
        "units": _units,
        "activations": _units,
        "attention": _attention,
        "filters": _filters,
        "chain": _chain,
        "path": _path,
    }
    drawings = []
    with warnings.catch_warnings():
        # The page's reader has fonts that matplotlib's own lacks; text stays text.
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        for part in internals["parts"]:
            figure = draw[part["form"]](internals, part)
            alt = caption(internals, part)
            drawings.append(finish(figure, f"{prefix}-{part['name']}", alt))
    return drawings


def _units(internals: Numbers, part: Numbers) -> Any:
    """Units against steps, a panel for each kind of value, the symbols beneath."""
    import numpy as np

    steps, panels = internals["symbols"], part["panels"]
    rows = len(panels[0]["values"])
    wide = _width(steps)
    high = min(1.15, max(0.32, 0.04 * rows)) if "rows" not in part else 0.19 * rows
    left = 0.95 if "rows" in part else 0.4
    sheet = _Sheet(left + wide + 0.75, len(panels) * (high + 0.32) + _foot(steps, wide))
    for row, panel in enumerate(panels):
        values = np.array(panel["values"])
        axes = sheet.axes(left, 0.24 + row * (high + 0.32), wide, high)
        _image(sheet, axes, values, panel["gate"])
        gate = part["numbers"].get("gates", {}).get(panel["name"].replace(" ", "_"))
        title = panel["name"]
        if gate:
            title = "{panel}, mean of all units {mean}".format(
                panel=title, mean=f"{gate['mean']:.2f}"
            )
        axes.set_title(title, fontsize=8, loc="left", pad=3)
        axes.set_xticks([])
        if "rows" in part:
            axes.set_yticks(range(rows), part["rows"], fontsize=7)
            axes.tick_params(axis="y", length=0)
        else:
            axes.set_yticks([])
            axes.set_ylabel("units", fontsize=7, labelpad=3)
    _symbols(axes, steps, wide)
    _step_label(axes, internals)
    return sheet.figure


def _attention(internals: Numbers, part: Numbers) -> Any:
    """A map for each head: what attends down, what is attended to across."""
    import numpy as np
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    rows, columns, heads = part["rows"], part["columns"], part["heads"]
    wide = min(3.2, max(1.5, 0.24 * len(columns)))
    high = wide * len(rows) / max(len(columns), 1)
    high = min(max(high, 0.5), 4.0)
    left = 0.35 + max(_ems(label) for label in rows) * 0.07
    across, foot = len(heads), _foot(columns, wide)
    sheet = _Sheet(across * (left + wide + 0.2) + 0.45, 0.3 + high + foot)
    peak = max(np.max(head["values"]) for head in heads)
    most = 1.0 if peak > 0.5 else peak  # many steps share a row: pale, but not blank
    one, to = ("output", "input") if part["cross"] else ("attends", "attended")
    for at, head in enumerate(heads):
        axes = sheet.axes(left + at * (left + wide + 0.2), 0.26, wide, high)
        _image(sheet, axes, np.array(head["values"]), True, at == across - 1, most)
        right = [Rectangle((c - 0.5, r - 0.5), 1, 1) for r, c in part["alignment"]]
        axes.add_collection(
            PatchCollection(right, facecolor="none", edgecolor=COLOURS[1], linewidth=1.1)
        )
        title = say("internals.head" if across > 1 else "internals.layer", layer=part["layer"],
                    head=head["head"])  # fmt: skip
        axes.set_title(title, fontsize=8, loc="left", pad=3)
        _symbols(axes, columns, wide)
        _symbols(axes, rows, high, "y")
        axes.set_xlabel(say(f"internals.{to}"), fontsize=7, labelpad=2)
        if at == 0:
            axes.set_ylabel(say(f"internals.{one}"), fontsize=7, labelpad=2)
    return sheet.figure


def _filters(internals: Numbers, part: Numbers) -> Any:
    """For each filter a panel: its strongest n-grams with its output, or the mean window."""
    import numpy as np

    filters = part["filters"]
    across, wide, high = 3, 1.55, 0.95
    labels = [" ".join(g["symbols"]) for f in filters for g in f.get("ngrams", [])]
    left = 0.3 + max((_ems(shortened(label, 24)) for label in labels), default=1) * 0.075
    down = -(-len(filters) // across)
    sheet = _Sheet(across * (left + wide) + 0.5, down * (high + 0.62) + 0.1)
    top = max((f["ngrams"][0]["output"] for f in filters if f.get("ngrams")), default=1.0)
    most = max((np.abs(f["window"]).max() for f in filters if f.get("window")), default=1.0)
    for at, found in enumerate(filters):
        axes = sheet.axes(left + at % across * (left + wide), 0.28 + at // across * (high + 0.62),
                          wide, high)  # fmt: skip
        share = f"{100 * found['share']:.1f}"
        title = "filter {filter}: {share} %".format(filter=found["filter"], share=share)
        axes.set_title(title, fontsize=8, loc="left", pad=3)
        if not (found.get("window") or found.get("ngrams")):
            axes.set_axis_off()
            continue
        if "window" in found:
            _image(sheet, axes, np.array(found["window"]), False, at == len(filters) - 1, most)
            axes.set_xticks(range(found["span"]), range(1, found["span"] + 1), fontsize=7)
            axes.set_yticks([])
            axes.set_xlabel("step of the window", fontsize=7, labelpad=1)
            axes.set_ylabel("numbers", fontsize=7, labelpad=2)
            continue
        grams = found["ngrams"]
        places = range(len(grams))
        axes.barh(places, [g["output"] for g in grams], color=COLOURS[0], height=0.7)
        names = [shortened(" ".join(g["symbols"]), 24) for g in grams]
        axes.set_yticks(places, names, fontsize=7.5)
        axes.invert_yaxis()
        axes.set_xlim(0, max(top, 1e-6) * 1.05)
        axes.tick_params(axis="both", length=2, labelsize=7)
        axes.set_xlabel("output of the filter", fontsize=7, labelpad=1)
    return sheet.figure


def _chain(internals: Numbers, part: Numbers) -> Any:
    """Start, transitions and emissions side by side, a row for each state."""
    import numpy as np

    states = len(part["start"])
    square = min(0.42, max(0.1, 3.2 / states))
    emits = np.array(part.get("emissions", part.get("means")))
    columns = part.get("emitted", [str(i + 1) for i in range(emits.shape[1])])
    high, emitted = square * states, max(1.0, min(0.3, max(square, 0.16)) * len(columns))
    names = [str(state + 1) for state in range(states)]
    foot = max(_foot(names, high), _foot(columns, emitted))
    sheet = _Sheet(0.5 + square + 0.55 + high + 0.65 + emitted + 0.75, 0.3 + high + foot)
    blocks: tuple[tuple[str, Any, float, float, list[str], str], ...] = (
        ("start", np.array(part["start"])[:, None], 0.5, square, [], ""),
        ("transitions", np.array(part["transitions"]), 1.05 + square, high, names,
         "to state"),
        ("emissions" if "emissions" in part else "means", emits, 1.7 + square + high, emitted,
         columns, say("internals.symbol" if "emissions" in part else "internals.number")),
    )  # fmt: skip
    for title, values, left, wide, labels, below in blocks:
        axes = sheet.axes(left, 0.26, wide, high)
        last = left == blocks[2][2]
        _image(sheet, axes, values, title != "means", last)
        # The column of start is narrower than its title.
        side = "center" if title == "start" else "left"
        axes.set_title(say(f"internals.{title}"), fontsize=8, loc=side, pad=3)
        _symbols(axes, labels, wide)
        _symbols(axes, names, high, "y")
        axes.set_xlabel(below, fontsize=7, labelpad=2)
        if square >= 0.25 and title != "means" and wide / values.shape[1] >= 0.25:
            _numbers(axes, values)
        if title == "start":
            beside = say("internals.from" if states > 1 else "internals.state")
            axes.set_ylabel(beside, fontsize=7, labelpad=2)
    return sheet.figure


def _path(internals: Numbers, part: Numbers) -> Any:
    """The probability of each state at each step, and the most probable path on top."""
    import numpy as np

    steps, posterior = internals["symbols"], np.array(part["posterior"])
    states, wide = len(posterior), _width(internals["symbols"])
    high = min(3.2, max(0.5, 0.24 * states))
    sheet = _Sheet(0.5 + wide + 0.75, 0.3 + high + _foot(steps, wide))
    axes = sheet.axes(0.5, 0.26, wide, high)
    _image(sheet, axes, posterior, True)
    axes.step(range(len(part["path"])), part["path"], where="mid", color=COLOURS[1], linewidth=1.6)
    axes.set_title(
        "probability of each state, and the most probable path (line)",
        fontsize=8,
        loc="left",
        pad=3,
    )
    _symbols(axes, [str(state + 1) for state in range(states)], high, "y")
    axes.set_ylabel("state", fontsize=7, labelpad=2)
    _symbols(axes, steps, wide)
    _step_label(axes, internals)
    return sheet.figure


class _Sheet:
    """A figure on which axes are placed in inches from its left and top edges."""

    def __init__(self, width: float, height: float):
        from matplotlib.figure import Figure

        self.figure, self.width, self.height = Figure((width, height)), width, height

    def axes(self, left: float, top: float, width: float, height: float) -> Any:
        bottom = self.height - top - height
        return self.figure.add_axes(
            (left / self.width, bottom / self.height, width / self.width, height / self.height)
        )


def _image(
    sheet: _Sheet,
    axes: Any,
    values: Any,
    share: bool,
    bar: bool = True,
    most: float | None = None,
) -> None:
    """A picture of a pixel a value, with a scale at its right: up to 1 for what is a ``share``,
    else, if ``most`` does not say, as far as the values go, on both sides of 0 if they do."""
    import numpy as np
    from matplotlib.colors import LinearSegmentedColormap

    if most is None:
        most = 1.0 if share else float(max(np.abs(values).max(initial=0), 1e-3))
    one_sided = share or values.min(initial=0) >= 0
    least = 0.0 if one_sided else -most
    ramp = FILLING if one_sided else DIVERGING
    colours = LinearSegmentedColormap.from_list("values", ramp, N=SHADES)
    look = dict(cmap=colours, aspect="auto", interpolation="none")
    axes.imshow(values, vmin=least, vmax=most, **look)
    for side in axes.spines.values():
        side.set(visible=True, color=PALE, linewidth=0.6)
    axes.tick_params(length=2, pad=1.5)
    if not bar:
        return
    box = axes.get_position()
    left, high = box.x1 * sheet.width + 0.1, box.height * sheet.height
    top = sheet.height * (1 - box.y1)
    scale = sheet.axes(left, top, 0.08, min(high, 1.6))
    scale.imshow(np.linspace(1, 0, 64)[:, None], **look)
    for side in scale.spines.values():
        side.set_visible(False)
    ends = [f"{most:.2g}", "0" if one_sided else f"−{most:.2g}"]
    scale.set_xticks([])
    scale.set_yticks([0, 63], ends, fontsize=6.5)
    scale.tick_params(length=0, pad=2, labelright=True, labelleft=False)
    for label, side in zip(scale.get_yticklabels(), ("top", "bottom"), strict=True):
        label.set_verticalalignment(side)


def _numbers(axes: Any, values: Any) -> None:
    import numpy as np

    for (row, column), value in np.ndenumerate(values):
        if value >= 0.005:
            axes.text(column, row, f"{value:.2f}".removeprefix("0"), ha="center", va="center",
                      fontsize=6.5, color="white" if value > 0.55 else INK)  # fmt: skip


def _ems(label: str) -> float:
    """Width of a label in letters; a Chinese character is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in label)


def _width(steps: list[str]) -> float:
    return min(WIDEST, max(2.2, 0.2 * len(steps)))


def _rotated(labels: list[str], room: float) -> bool:
    """Whether labels are too long to stand side by side."""
    longest = max(map(_ems, labels), default=1)
    return longest > 2 and longest * 0.062 > room / max(len(labels), 1)


def _foot(labels: list[str], wide: float) -> float:
    """Inches beneath the axes for labels and the axis's name."""
    longest = min(max(map(_ems, labels), default=1), 14)
    return 0.28 + (longest * 0.062 if _rotated(labels, wide) else 0.1)


def _symbols(axes: Any, labels: list[str], room: float, axis: str = "x") -> None:
    """Ticks with the labels of the steps, as many as fit without touching."""
    turned = axis == "x" and _rotated(labels, room)
    longest = max(map(_ems, labels), default=1)
    needed = 0.115 if axis == "y" or turned else longest * 0.06 + 0.005
    every = max(1, math.ceil(needed * len(labels) / room))
    places = range(0, len(labels), every)
    named = [shortened(labels[place], 14) for place in places]
    setter = axes.set_xticks if axis == "x" else axes.set_yticks
    setter(places, named, fontsize=6.5, rotation=90 if turned else 0)
    axes.tick_params(axis=axis, bottom=False, left=False, pad=2)


def _step_label(axes: Any, internals: Numbers) -> None:
    shown, of = len(internals["symbols"]), internals["steps"]
    what = say("internals.step" if internals["vectors"] else "internals.read")
    if shown < of:
        what = f"{what}, the first {shown} of {of}"
    axes.set_xlabel(what, fontsize=7, labelpad=2)
