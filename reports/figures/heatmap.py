"""Skill as a heat map: tasks or tags down, architectures across; a hole is hatched."""

from typing import Any

import numpy as np

from reports import formats
from reports.analysis.results import BASELINE
from reports.analysis.squares import Square, Squares
from reports.figures.style import INK, PALE, Drawing, canvas, finish, text_width
from reports.formats import shortened

LOWEST, HIGHEST = -0.5, 1.0
"""Skills beyond these have the colour of the end; the number is never clipped."""
PAGE = 12.5
"""Width of the page, inches: squares shrink to fit it, but not until they cannot be read."""
SCALE = {-0.5: "≤ −0.5", 0.0: "0 floor", 0.5: "0.5", 1.0: "1 ceiling"}
"""The ticks of the colour scale."""
EVEN = 0.179
"""Luminance from which black stands out more from a colour than white (WCAG 2)."""
COLOURS = (
    (0.0, "#8C4400"), (1 / 6, "#E08A2E"), (1 / 3, "#F7F7F5"),
    (17 / 30, "#A9CCE3"), (0.8, "#3D85B8"), (1.0, "#08306B"),
)  # fmt: skip
"""From the lowest to the highest; white at the floor, which is skill 0."""


def draw(name: str, rows: dict[str, str], columns: tuple[str, ...], squares: Squares) -> Drawing:
    """A heat map of skill. ``rows`` gives the label of each row. A line parts the baselines from
    the others."""
    import seaborn
    from matplotlib.colors import LinearSegmentedColormap

    labels = [shortened(label, 38) for label in rows.values()]
    heads = [shortened(column, 34) for column in columns]
    slanted = max(map(len, heads)) > 9
    around = 1.2 + max(text_width(label, 9) for label in labels)
    wide, high = min(0.86, max(0.58, (PAGE - around) / len(columns))), 0.44
    figure, axes = canvas(wide * len(columns), high * len(rows))
    axes.patch.set(facecolor="white", edgecolor="#C4C4C4", hatch="////", linewidth=0)  # of holes
    values = np.array([[squares[r, c].skill.mean for c in columns] for r in rows], float)
    seaborn.heatmap(
        np.clip(values, LOWEST, HIGHEST), ax=axes, vmin=LOWEST, vmax=HIGHEST, linewidths=1.5,
        cmap=LinearSegmentedColormap.from_list("skill", COLOURS), linecolor="white",
        cbar_ax=beside(axes, 3.0), xticklabels=False, yticklabels=False,
        cbar_kws={"ticks": list(SCALE)},
    )  # fmt: skip
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            _write(axes, x + 0.5, y + 0.5, squares[row, column], wide)
    if columns[0] == BASELINE:
        axes.axvline(1, color=INK, linewidth=1.2)
    axes.set_yticks([y + 0.5 for y in range(len(rows))], labels, rotation=0, fontsize=9)
    axes.xaxis.tick_top()
    turn = dict(rotation=35, ha="left", rotation_mode="anchor") if slanted else {}
    axes.set_xticks([x + 0.5 for x in range(len(columns))], heads, fontsize=9, **turn)
    axes.tick_params(length=0)
    scale = axes.collections[0].colorbar
    scale.ax.set_yticklabels(SCALE.values())
    scale.outline.set_visible(False)
    scale.ax.tick_params(length=2, labelsize=7, color=PALE, pad=2)
    return finish(figure, name)


def beside(axes: Any, most: float) -> Any:
    """The place of the colour scale, at the right; at most so high, in inches."""
    width, height = axes.get_window_extent().size / axes.figure.dpi
    tall = min(height, most) / height
    return axes.inset_axes((1 + 0.15 / width, 1 - tall, 0.1 / width, tall))


def _write(axes: Any, x: float, y: float, square: Square, wide: float) -> None:
    from matplotlib.patches import Rectangle
    from seaborn.utils import relative_luminance

    centred: dict[str, Any] = {"ha": "center", "va": "center"}
    if square.hole and not square.serves:  # a place without a number is no hole
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor="white", linewidth=0))
        return
    if square.hole:
        box = {"facecolor": "white", "edgecolor": "none", "boxstyle": "square,pad=0.25"}
        axes.text(x, y, formats.square(square), fontsize=8, color=INK, bbox=box, **centred)
        return
    light = relative_luminance(axes.collections[0].to_rgba(square.skill.mean))
    colour = "black" if light > EVEN else "white"
    baseline = shortened(square.baseline, int(wide / text_width("x", 7)))
    small = baseline or formats.square_spread(square)
    weight = "bold" if square.rank == "best" else "normal"
    axes.text(x, y - (0.14 if small else 0), formats.square(square), fontsize=9.5,
              color=colour, fontweight=weight, **centred)  # fmt: skip
    axes.text(x, y + 0.25, small, fontsize=7, color=colour, **centred)
