"""Skill as a heat map: tasks or tags down, architectures across; a hole is hatched."""

from __future__ import annotations

import math
from typing import Any

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
    (-0.5, "#8C4400"),
    (-0.25, "#E08A2E"),
    (0.0, "#F7F7F5"),
    (0.35, "#A9CCE3"),
    (0.7, "#3D85B8"),
    (1.0, "#08306B"),
)


def draw(
    name: str,
    rows: dict[str, str],
    columns: tuple[str, ...],
    squares: Squares,
) -> Drawing:
    """A heat map of skill. ``rows`` gives the label of each row. A line parts the baselines from
    the others."""
    import numpy as np
    import seaborn
    from matplotlib.colors import LinearSegmentedColormap

    span = HIGHEST - LOWEST
    palette = LinearSegmentedColormap.from_list(
        "skill", [((v - LOWEST) / span, colour) for v, colour in COLOURS]
    )
    labels = [shortened(label, 38) for label in rows.values()]
    heads = [shortened(column, 34) for column in columns]
    slanted = max(map(len, heads)) > 9
    around = 1.2 + max(text_width(label, 9) for label in labels)
    wide, high = min(0.86, max(0.58, (PAGE - around) / len(columns))), 0.44
    figure, axes = canvas(wide * len(columns), high * len(rows))

    values = np.array([[_shade(squares[r, c]) for c in columns] for r in rows], float)
    seaborn.heatmap(
        values, ax=axes, vmin=LOWEST, vmax=HIGHEST, cmap=palette, linewidths=1.5,
        linecolor="white", mask=np.isnan(values), cbar_ax=beside(axes, 3.0), xticklabels=False,
        yticklabels=False, cbar_kws={"ticks": list(SCALE)},
    )  # fmt: skip
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            _write(axes, x, y, squares[row, column], palette, wide)
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


def _shade(square: Square) -> float:
    mean = square.skill.mean
    return math.nan if mean is None else min(HIGHEST, max(LOWEST, mean))


def _write(axes: Any, x: int, y: int, square: Square, palette: Any, wide: float) -> None:
    from matplotlib.patches import Rectangle
    from seaborn.utils import relative_luminance

    if square.hole:
        axes.add_patch(
            Rectangle((x + 0.02, y + 0.03), 0.96, 0.94, facecolor="white", edgecolor="#C4C4C4",
                      hatch="////", linewidth=0)
        )  # fmt: skip
        if code := formats.square(square):
            box = dict(facecolor="white", edgecolor="none", boxstyle="square,pad=0.25")
            axes.text(x + 0.5, y + 0.5, code, ha="center", va="center", fontsize=8,
                      color=INK, bbox=box)  # fmt: skip
        return
    light = relative_luminance(palette((_shade(square) - LOWEST) / (HIGHEST - LOWEST)))
    colour = "black" if light > EVEN else "white"
    small = shortened(square.baseline, int(wide / text_width("x", 7))) or formats.square_spread(
        square
    )
    weight = "bold" if square.rank == "best" else "normal"
    height = 0.36 if small else 0.5
    axes.text(x + 0.5, y + height, formats.square(square), ha="center", va="center", fontsize=9.5,
              color=colour, fontweight=weight)  # fmt: skip
    axes.text(x + 0.5, y + 0.75, small, ha="center", va="center", fontsize=7, color=colour)
