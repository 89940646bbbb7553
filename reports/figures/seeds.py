"""All seeds of one task: a row of dots for each architecture, between floor and ceiling."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from reports.analysis.results import Group, TaskInfo
from reports.figures.style import (
    PALE,
    Drawing,
    Look,
    canvas,
    finish,
    levels,
    limits,
    logarithmic,
    plain_numbers,
    text_width,
)
from reports.formats import metric, shortened


def draw(task: TaskInfo, groups: Mapping[str, Group], looks: Mapping[str, Look]) -> Drawing | None:
    """A dot for each seed, a bar for the mean and its interval; ``groups`` from top to bottom.

    None without any score.
    """
    scores = [c.score for g in groups.values() for c in g.cells if c.score is not None]
    if not scores:
        return None
    labels = [shortened(a, 34) for a in groups]
    left = 0.2 + max(text_width(label, 9) for label in labels)
    right, width = 0.25, max(5.0, left + 3.4)
    log = logarithmic(task, min(scores), max(scores))
    lines = limits(task)
    lines += [(shortened(n, 24), v, (0, (1, 3))) for n, v in task.references.items()]
    marks = [item for item in lines if not log or item[1] > 0]
    low, high = _range(scores, [v for _, v, _ in marks], log)
    inches = width - left - right
    heights = levels(_span(word, _at(v, low, high, log), inches) for word, v, _ in marks)
    top = 0.12 + 0.16 * (max(heights, default=0) + 1)
    figure, axes = canvas(width, top + 0.27 * len(groups) + 0.5, (left, right, top, 0.5))
    if log:
        axes.set_xscale("log")
        plain_numbers(axes.xaxis)
    axes.set_xlim(low, high)
    axes.set_ylim(len(groups) - 0.5, -0.5)
    for y, (a, group) in enumerate(groups.items()):
        _row(axes, y, group, looks[a], low)
    for (word, value, line), level in zip(marks, heights, strict=True):
        axes.axvline(value, color=PALE, linestyle=line, linewidth=0.9, zorder=0)
        axes.annotate(
            word, (value, 1.0), xycoords=("data", "axes fraction"), fontsize=7, color=PALE,
            xytext=(0, 2 + 11.5 * level), textcoords="offset points", va="bottom",
            ha=_side(_at(value, low, high, log)),
        )  # fmt: skip
    axes.set_yticks(range(len(groups)), labels)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color="#E6E6E6", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"test {shortened(metric(task), 60)}", labelpad=2)
    if task.metric == "accuracy":
        axes.xaxis.set_major_formatter(lambda v, _: f"{100 * v:g}")
    scored = ", ".join(a for a, g in groups.items() if g.score.mean is not None)
    alt = (
        f"Test {metric(task)} of every seed on {task.name}, with floor and ceiling where known. "
        f"From best to worst mean: {scored}."
    )
    missing = ", ".join(f"{a} ({g.code})" for a, g in groups.items() if g.score.mean is None)
    alt += f" Without a score: {missing}." if missing else ""
    return finish(figure, f"seeds-{task.slug}", alt)


def _row(axes: Any, y: int, group: Group, look: Look, low: float) -> None:
    summary = group.score
    if summary.mean is None:
        axes.annotate(
            group.code, (0, y), xycoords=("axes fraction", "data"), xytext=(5, 0),
            textcoords="offset points", va="center", fontsize=8, color=PALE, style="italic",
            bbox=dict(facecolor="white", edgecolor="none", boxstyle="square,pad=0.1"),
        )  # fmt: skip
        return
    if summary.low is not None:
        axes.plot([max(summary.low, low), summary.high], [y, y], color=look.colour, linewidth=5,
                  alpha=0.25, solid_capstyle="butt")  # fmt: skip
        axes.plot([summary.mean] * 2, [y - 0.3, y + 0.3], color=look.colour, linewidth=2)
    seeds = [c.score for c in group.cells if c.score is not None]
    axes.plot(seeds, [y] * len(seeds), linestyle="none", marker=look.marker, color=look.colour,
              markersize=4.5, markeredgewidth=0, clip_on=False, zorder=3)  # fmt: skip


def _range(scores: list[float], limits: list[float], log: bool) -> tuple[float, float]:
    low, high = min(scores + limits), max(scores + limits)
    if log:
        return low / 1.4, high * 1.4
    room = 0.04 * (high - low) or 0.05 * abs(high) or 1.0
    return low - room, high + room


def _at(value: float, low: float, high: float, log: bool) -> float:
    """Where on the axis a value lies, from 0 to 1."""
    if log:
        value, low, high = math.log(value), math.log(low), math.log(high)
    return (value - low) / (high - low)


def _side(place: float) -> str:
    return "left" if place < 0.12 else "right" if place > 0.88 else "center"


def _span(word: str, place: float, inches: float) -> tuple[float, float]:
    """From where to where a label reaches, in inches."""
    wide = text_width(word, 7) + 0.12
    start = place * inches - wide * {"left": 0.0, "right": 1.0, "center": 0.5}[_side(place)]
    return start, start + wide
