"""Learning curves of one task: validation score against updates, one line per architecture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.analysis.curves import Band
from reports.analysis.results import TaskInfo
from reports.figures.style import (
    PALE,
    Drawing,
    Look,
    canvas,
    finish,
    limits,
    logarithmic,
    plain_numbers,
    text_width,
)
from reports.formats import metric, number, shortened


def draw(task: TaskInfo, bands: Mapping[str, Band], looks: Mapping[str, Look]) -> Drawing | None:
    """Mean over seeds, with a band from the lowest seed to the highest; named best first. None
    without curves."""
    if not bands:
        return None
    sign = 1 if task.higher_is_better else -1
    order = sorted(bands, key=lambda a: -sign * bands[a].mean[-1])
    names = {a: shortened(a, 30) for a in order}
    right = 0.75 + max(text_width(name, 8) for name in names.values())
    height = max(2.75, 0.6 + 0.165 * len(names))
    figure, axes = canvas(3.6 + right, height, (0.66, right, 0.12, 0.48))
    for at, a in enumerate(order):
        band, look = bands[a], looks[a]
        every = max(1, len(band.steps) // 5)
        axes.fill_between(band.steps, band.low, band.high, color=look.colour, alpha=0.13,
                          linewidth=0)  # fmt: skip
        axes.plot(band.steps, band.mean, color=look.colour, linestyle=look.line, linewidth=1.4,
                  marker=look.marker, markersize=3.5, label=names[a],
                  markevery=(at % every, every))  # fmt: skip
    lowest = min(min(band.low) for band in bands.values())
    highest = max(max(band.high) for band in bands.values())
    _limits(axes, task, logarithmic(task, lowest, highest))
    axes.set_xlabel("updates", labelpad=2)
    axes.set_ylabel(shortened(metric(task), 26), labelpad=2)
    axes.tick_params(labelsize=8, length=3)
    axes.locator_params(axis="x", nbins=5)
    axes.margins(x=0.02)
    axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.02), frameon=False, fontsize=8,
                handlelength=2.6, borderaxespad=0, labelspacing=0.3)  # fmt: skip
    scale, unit = (100, " %") if task.metric == "accuracy" else (1, "")
    ends = ", ".join(f"{a} {scale * bands[a].mean[-1]:.3g}{unit}" for a in order)
    last = number(max(band.steps[-1] for band in bands.values()))
    return finish(
        figure,
        f"curves-{task.slug}",
        f"Learning curves on {task.name}: validation {metric(task)} against updates, up to {last}. "
        f"Last means: {ends}.",
    )


def _limits(axes: Any, task: TaskInfo, log: bool) -> None:
    """Floor and ceiling as lines; a logarithmic axis where errors fall by orders of magnitude."""
    if log:
        axes.set_yscale("log")
        plain_numbers(axes.yaxis)
    elif task.metric == "accuracy":
        axes.yaxis.set_major_formatter(lambda v, _: f"{100 * v:.0f}")
    for word, value, line in limits(task):
        if log and value <= 0:
            continue
        side = "right" if word == "floor" else "left"
        axes.axhline(value, color=PALE, linestyle=line, linewidth=0.9, zorder=0)
        axes.annotate(
            word, (1.0 if side == "right" else 0.0, value), xycoords=("axes fraction", "data"),
            xytext=(-2 if side == "right" else 2, 1.5), textcoords="offset points", ha=side,
            va="bottom", fontsize=7, color=PALE,
        )  # fmt: skip
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.06 * (high - low) if not log else high * 1.3)
