"""Forest plot: the mean of each row with its interval, and where it was predicted to lie."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.analysis.statistics import Summary, summarize
from reports.figures.style import BESIDE, COLOURS, INK, PALE, Drawing, canvas, dots, finish

SIDE = "#DCEBF5"
"""Behind the values that were predicted."""
ROW, ROOM = 0.27, 0.3


@dataclass(frozen=True)
class Row:
    """One comparison."""

    label: str
    values: Mapping[int, float]
    """By seed; of two architectures the paired differences."""
    threshold: float = 0.0
    """The mean is predicted to lie above."""
    margin: float | None = None
    """Instead: it is predicted to lie within this of zero."""

    @property
    def side(self) -> tuple[float, float]:
        """The ends between which the mean is predicted to lie."""
        return (self.threshold, math.inf) if self.margin is None else (-self.margin, self.margin)

    @property
    def summary(self) -> Summary:
        """Mean and 95 % interval over seeds."""
        return summarize(self.values)


def draw(name: str, rows: Sequence[Row], unit: str) -> Drawing | None:
    """A line for each row that has values: dots for the seeds, the mean with its 95 % interval,
    the ends of the predicted side as ticks, the side shaded. None where none has values."""
    kept = [row for row in rows if row.values]
    if not kept:
        return None
    ends = [end for row in kept for end in row.side if math.isfinite(end)]
    shown = [0.0, *ends, *(value for row in kept for value in row.values.values())]
    room = ROOM * (max(shown) - min(shown)) or 0.5
    low, high = min(shown) - room, max(shown) + room
    figure, axes = canvas(4.6, ROW * len(kept))
    axes.set(xlim=(low, high), ylim=(len(kept) - 0.5, -0.5))
    axes.axvline(0, color=PALE, linewidth=0.8, zorder=1)
    for y, row in enumerate(kept):
        left, right = row.side
        axes.fill_between([left, min(right, high)], y - 0.42, y + 0.42, color=SIDE, linewidth=0,
                          zorder=0)  # fmt: skip
        axes.vlines(row.side, y - 0.42, y + 0.42, color=INK, linewidth=1.2, zorder=2)
        as_claimed = left < (row.summary.mean or 0.0) < right
        look = BESIDE | {"color": COLOURS[0 if as_claimed else 1]}
        dots(axes, y, row.values.values(), row.summary, look)
    axes.set_yticks(range(len(kept)), [row.label for row in kept], fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"{unit}\nshaded: as claimed; tick: threshold; dots: seeds; bar: 95 % interval")
    return finish(figure, name)
