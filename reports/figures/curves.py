"""Learning curves of one task: validation score against updates, one line per architecture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reports.analysis.results import TaskInfo
from reports.figures import style
from reports.figures.style import PALE, Drawing, Look
from reports.formats import shortened

if TYPE_CHECKING:
    import pandas


def draw(
    task: TaskInfo, bands: Mapping[str, pandas.DataFrame], looks: Mapping[str, Look]
) -> Drawing | None:
    """Mean over seeds, with a band from the lowest seed to the highest; named best first. None
    without curves."""
    if not bands:
        return None
    sign = 1 if task.higher_is_better else -1
    order = sorted(bands, key=lambda a: -sign * bands[a].middle.iloc[-1])
    figure, axes = style.canvas(2.95, max(2.15, 0.165 * len(order)))
    for at, a in enumerate(order):
        band = bands[a]
        every = max(1, len(band) // 5)
        style.line_in_band(axes, looks[a], band, 0.13,
                     label=shortened(a, 30), markevery=(at % every, every))  # fmt: skip
    ends = [end for band in bands.values() for end in (band.low.min(), band.high.max())]
    _limits(axes, task, style.score_axis(axes, "y", task, ends))
    axes.set_xlabel("updates")
    axes.locator_params(axis="x", nbins=5)
    axes.margins(x=0.02)
    style.legend_beside(axes)
    return style.finish(figure, f"curves-{task.slug}")


def _limits(axes: Any, task: TaskInfo, logarithmic: bool) -> None:
    """Floor and ceiling as lines, with room for their words."""
    for word, value, line in style.limits(task):
        if logarithmic and value <= 0:
            continue
        side = "right" if word == "floor" else "left"
        axes.axhline(value, color=PALE, linestyle=line, linewidth=0.9, zorder=0)
        axes.annotate(
            word, (1.0 if side == "right" else 0.0, value), xycoords=("axes fraction", "data"),
            xytext=(-2 if side == "right" else 2, 1.5), textcoords="offset points", ha=side,
            va="bottom", fontsize=7, color=PALE,
        )  # fmt: skip
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * 1.3 if logarithmic else high + 0.06 * (high - low))
