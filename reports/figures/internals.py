"""What goes on inside one model over one sequence, from the numbers of the internals probe."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pandas import DataFrame

from reports.figures.heatmap import beside
from reports.figures.style import COLOURS, PALE, Drawing, finish, panels
from reports.formats import shortened

WIDEST = 6.4
"""Width of a row of steps, inches."""
DIVERGING = ("#8C4400", "#E08A2E", "#FFFFFF", "#3D85B8", "#08306B")
FILLING = DIVERGING[2:]
SHADES = 49
"""Colours of a scale: fewer make smaller pictures, and no eye sees more."""
SMALL: dict[Any, Any] = {
    "axes.labelsize": 7, "axes.titlesize": 8, "axes.titlepad": 3,
    "xtick.labelsize": 6.5, "xtick.major.size": 0, "xtick.major.pad": 2,
    "ytick.labelsize": 6.5, "ytick.major.size": 0, "ytick.major.pad": 2,
}  # fmt: skip
"""Settings beside those of all figures."""
Numbers = Mapping[str, Any]


def draw(name: str, internals: Numbers, part: Numbers) -> Drawing:
    """The figure of one of the parts of ``harness.probes.internals``."""
    import matplotlib

    with matplotlib.rc_context(SMALL), warnings.catch_warnings():
        # The page's reader has fonts that matplotlib's own lacks; text stays text.
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        return finish(FORMS[part["form"]](internals, part), name)


def _units(internals: Numbers, part: Numbers) -> Any:
    """Units against steps, a panel for each kind of value, the symbols beneath."""
    shown, names = part["panels"], part.get("rows")
    gates = part["numbers"].get("gates", {})
    means = {name.replace("_", " "): f", mean {gate['mean']:.2f}" for name, gate in gates.items()}
    rows = len(shown[0]["values"])
    high = 0.19 * rows if names else min(1.15, max(0.32, 0.04 * rows))
    titles = [[panel["name"] + means.get(panel["name"], "")] for panel in shown]
    figure, grid = panels(titles, (_width(internals["symbols"]), high), {}, (0, 0.32))
    for (axes,), panel in zip(grid, shown, strict=True):
        steps = internals["symbols"] if panel is shown[-1] else None
        _map(axes, panel["values"], names, steps, 1.0 if panel["gate"] else None)
        axes.set_ylabel("" if names else "units")
    axes.set_xlabel(_read(internals))
    return figure


def _path(internals: Numbers, part: Numbers) -> Any:
    """The probability of each state at each step, and the most probable path on top."""
    states = _numbered(part["posterior"])
    size = (_width(internals["symbols"]), min(3.2, max(0.5, 0.24 * len(states))))
    title = "probability of each state, and the most probable path (line)"
    figure, ((axes,),) = panels([[title]], size, {})
    _map(axes, part["posterior"], states, internals["symbols"], 1.0)
    path = np.array(part["path"]) + 0.5
    axes.stairs(path, baseline=None, color=COLOURS[1], linewidth=1.6)
    axes.set(xlabel=_read(internals), ylabel="state")
    return figure


def _attention(internals: Numbers, part: Numbers) -> Any:
    """A map for each head: what attends down, what is attended to across."""
    from matplotlib.patches import Rectangle

    rows, columns, heads = part["rows"], part["columns"], part["heads"]
    wide = min(3.2, max(1.5, 0.24 * len(columns)))
    high = min(max(wide * len(rows) / max(len(columns), 1), 0.5), 4.0)
    peak = max(np.max(head["values"]) for head in heads)
    top = 1.0 if peak > 0.5 else peak  # many steps share a row: pale, but not blank
    titles = [f"layer {part['layer']}, head {head['head']}" for head in heads]
    figure, (grid,) = panels([titles], (wide, high), {}, (0.55 + 0.07 * max(map(len, rows)), 0))
    for axes, head in zip(grid, heads, strict=True):
        _map(axes, head["values"], rows, columns, top, scale=head is heads[-1])
        for row, column in part["alignment"]:
            corner = (column, row)
            axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=COLOURS[1], linewidth=1.1))
        axes.set_xlabel("input" if part["cross"] else "attended to")
    grid[0].set_ylabel("output" if part["cross"] else "attends")
    return figure


def _filters(internals: Numbers, part: Numbers) -> Any:
    """For each filter a panel: its strongest n-grams with its output, or the mean window."""
    filters, across = part["filters"], 3
    blank = [""] * (-len(filters) % across)
    titles = [f"filter {one['filter']}: {100 * one['share']:.1f} %" for one in filters]
    longest = max((f["ngrams"][0]["output"] for f in filters if f.get("ngrams")), default=1.0)
    top = max((np.abs(f["window"]).max() for f in filters if f.get("window")), default=1.0)
    rows = np.reshape([*titles, *blank], (-1, across)).tolist()
    figure, grid = panels(rows, (1.5, 0.95), {}, (0.9, 0.62))
    for axes, one in zip(grid.flat, [*filters, *({} for _ in blank)], strict=True):
        if one.get("window"):
            steps = [str(step + 1) for step in range(one["span"])]
            _map(axes, one["window"], None, steps, top, scale=one is filters[-1])
            axes.set(xlabel="step of the window", ylabel="numbers")
        elif grams := one.get("ngrams"):
            axes.barh(range(len(grams)), [g["output"] for g in grams], color=COLOURS[0], height=0.7)
            names = [shortened(" ".join(g["symbols"]), 24) for g in grams]
            axes.set_yticks(range(len(grams)), names)
            axes.invert_yaxis()
            axes.set(xlim=(0, max(longest, 1e-6) * 1.05), xlabel="output of the filter")
        else:
            axes.set_axis_off()
    return figure


def _chain(internals: Numbers, part: Numbers) -> Any:
    """Start, transitions and emissions side by side, a row for each state."""
    states = _numbered(part["start"])
    what = "emissions" if "emissions" in part else "means"
    columns = part.get("emitted", _numbered(part[what][0]))
    square = min(0.42, max(0.1, 3.2 / len(states)))
    blocks = {
        "start": (np.array(part["start"])[:, None], [""], "", 1.0),
        "transitions": (part["transitions"], states, "to state", 1.0),
        "emissions": (part.get("emissions"), columns, "symbol", 1.0),
        "means": (part.get("means"), columns, "number of the vector", None),
    }
    blocks = {title: block for title, block in blocks.items() if block[0] is not None}
    wide = [max(len(labels), 3) for _, labels, _, _ in blocks.values()]
    size = (square * sum(wide) / len(wide), square * len(states))
    figure, (grid,) = panels([list(blocks)], size, {}, (0.5, 0), width_ratios=wide)
    for axes, (title, (values, labels, across, top)) in zip(grid, blocks.items(), strict=True):
        written = square >= 0.25 and title != "means"
        _map(axes, values, states, labels, top, axes is grid[-1], written)
        axes.set_xlabel(across)
    grid[0].set_ylabel("from state" if len(states) > 1 else "state")
    return figure


FORMS = {"units": _units, "activations": _units, "attention": _attention, "filters": _filters,
         "chain": _chain, "path": _path}  # fmt: skip


def _map(
    axes: Any,
    values: Any,
    rows: Sequence[str] | None,
    columns: Sequence[str] | None,
    top: float | None,
    scale: bool = True,
    written: bool = False,
) -> None:
    """A heat map up to ``top`` or, if None, as far as the values go; from 0 or, if any is below
    it, from as far on the other side. Labels stand as densely as they fit; long ones upright."""
    import seaborn
    from matplotlib.colors import LinearSegmentedColormap

    values = np.array(values)
    top = max(float(np.abs(values).max(initial=0)), 1e-3) if top is None else top
    low = -top if (values < 0).any() else 0.0
    ramp = DIVERGING if low else FILLING
    seaborn.heatmap(
        DataFrame(values, rows, [shortened(label, 14) for label in columns or []] or None),
        ax=axes, vmin=low, vmax=top, rasterized=True,
        cmap=LinearSegmentedColormap.from_list("values", ramp, N=SHADES),
        xticklabels="auto" if columns else False, yticklabels="auto" if rows else False,
        annot=written, fmt=".2f", annot_kws={"fontsize": 6.5},
        cbar=scale, cbar_ax=beside(axes, 1.6) if scale else None, cbar_kws={"ticks": [low, top]},
    )  # fmt: skip
    upright = max(map(len, columns or [""])) > 2
    axes.tick_params("x", rotation=90 if upright else 0)
    axes.tick_params("y", rotation=0)
    for side in axes.spines.values():
        side.set(visible=True, color=PALE, linewidth=0.6)
    if scale:
        bar = axes.collections[0].colorbar
        bar.ax.set_yticklabels([f"−{top:.2g}" if low else "0", f"{top:.2g}"])


def _numbered(items: Sequence[Any]) -> list[str]:
    return [str(at + 1) for at in range(len(items))]


def _width(steps: Sequence[str]) -> float:
    return min(WIDEST, max(2.2, 0.2 * len(steps)))


def _read(internals: Numbers) -> str:
    """The symbols that were read, and how many of them these are."""
    steps, of = internals["symbols"], internals["steps"]
    what = "step" if internals["vectors"] else "symbol read"
    return f"{what}, the first {len(steps)} of {of}" if len(steps) < of else what
