"""Forest plot: the mean of each row with its interval, and where it was predicted to lie."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.figures.style import COLOURS, INK, PALE, Drawing, canvas, finish
from reports.formats import shortened

SIDE = "#DCEBF5"
"""Behind the values that were predicted."""
ROW, LONGEST, ROOM = 0.27, 60, 0.3
ANYWHERE = (-math.inf, math.inf)


@dataclass(frozen=True)
class Effect:
    """A number over ``n`` seeds with its 95 % interval; None where there is none."""

    n: int = 0
    mean: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """One comparison."""

    label: str
    values: Mapping[int, float]
    """By seed; of two architectures the paired differences, of solved or not 1 and 0."""
    effect: Effect
    side: tuple[float, float] = ANYWHERE
    """The ends between which it is predicted to lie."""


def draw(name: str, rows: Sequence[Row], unit: str) -> Drawing | None:
    """A line for each row that has values: dots for the seeds, the mean with its interval, the
    ends of the predicted side as ticks, the side shaded. None where none has values."""
    kept = [row for row in rows if row.values]
    if not kept:
        return None
    shown = [0.0, *(end for row in kept for end in row.side if math.isfinite(end))]
    shown += [value for row in kept for value in row.values.values()]
    room = ROOM * (max(shown) - min(shown)) or 0.5
    low, high = min(shown) - room, max(shown) + room
    figure, axes = canvas(4.6, ROW * len(kept))
    axes.set(xlim=(low, high), ylim=(len(kept) - 0.5, -0.5))
    axes.axvline(0, color=PALE, linewidth=0.8, zorder=1)
    for y, row in enumerate(kept):
        left, right = row.side
        mean = row.effect.mean or 0.0
        if row.side != ANYWHERE:
            axes.fill_between([max(left, low), min(right, high)], y - 0.42, y + 0.42, color=SIDE,
                              linewidth=0, zorder=0)  # fmt: skip
            axes.vlines([end for end in row.side if math.isfinite(end)], y - 0.42, y + 0.42,
                        color=INK, linewidth=1.2, zorder=2)  # fmt: skip
        colour = COLOURS[0 if left < mean < right else 1]
        axes.plot(list(row.values.values()), [y] * len(row.values), "o", color=colour, alpha=0.35,
                  markersize=3.5, zorder=3)  # fmt: skip
        if row.effect.low is not None:
            axes.hlines(y, row.effect.low, row.effect.high, color=colour, linewidth=2, zorder=4)
        axes.plot([mean], [y], "D", color=colour, markersize=5, zorder=5)
    axes.set_yticks(range(len(kept)), [shortened(r.label, LONGEST) for r in kept], fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"{unit}\nshaded: as claimed; tick: threshold; dots: seeds; bar: 95 % interval")
    return finish(figure, name)
