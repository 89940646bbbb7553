"""All seeds of one task: a row of dots for each architecture, between floor and ceiling."""

from __future__ import annotations

import math
from typing import Any

from reports.analysis.results import Group, Results, TaskInfo
from reports.figures.style import PALE, Drawing, Look, canvas, finish, plain_numbers, text_width
from reports.formats import metric, shortened
from reports.wording import say


def draw(
    results: Results, task: TaskInfo, order: list[str], looks: dict[str, Look]
) -> Drawing | None:
    """A dot for each seed, a bar for the mean and its interval. None without any score.

    ``order`` names the architectures from top to bottom.
    """
    groups = {a: results.groups[task.name, a] for a in order}
    scores = [c.score for g in groups.values() for c in g.cells if c.score is not None]
    if not scores:
        return None
    limits = _limits(task)
    labels = [shortened(a, 34) for a in order]
    left = 0.2 + max(text_width(label, 9) for label in labels)
    right, width = 0.25, max(5.0, left + 3.4)
    logarithmic = _logarithmic(task, scores)
    shown = [item for item in limits if not logarithmic or item[1] > 0]
    low, high = _range(scores, [v for _, v, _ in shown], logarithmic)
    levels = _levels(shown, low, high, width - left - right, logarithmic)
    top = 0.12 + 0.16 * (max(levels, default=0) + 1)
    figure, axes = canvas(width, top + 0.27 * len(order) + 0.5, (left, right, top, 0.5))
    if logarithmic:
        axes.set_xscale("log")
        plain_numbers(axes.xaxis)
    axes.set_xlim(low, high)
    axes.set_ylim(len(order) - 0.5, -0.5)
    for y, (a, group) in enumerate(groups.items()):
        _row(axes, y, group, looks[a], low)
    for (word, value, line), level in zip(shown, levels, strict=True):
        axes.axvline(value, color=PALE, linestyle=line, linewidth=0.9, zorder=0)
        axes.annotate(
            word, (value, 1.0), xycoords=("data", "axes fraction"), fontsize=7, color=PALE,
            xytext=(0, 2 + 11.5 * level), textcoords="offset points", va="bottom",
            ha=_side(_at(value, low, high, logarithmic)),
        )  # fmt: skip
    axes.set_yticks(range(len(order)), labels)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color="#E6E6E6", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"test {shortened(metric(task), 60)}", labelpad=2)
    if task.metric == "accuracy":
        axes.xaxis.set_major_formatter(lambda v, _: f"{100 * v:g}")
    return finish(figure, f"seeds-{task.slug}", _alt(task, groups))


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


def _limits(task: TaskInfo) -> list[tuple[str, float, Any]]:
    """Floor, ceiling and references that are known, with their lines."""
    ceiling = say("seeds.perfect" if task.ceiling_is_ideal else "seeds.ceiling")
    known = [("floor", task.floor, (0, (4, 2))), (ceiling, task.ceiling, (0, (1, 1.5)))]
    known += [(shortened(n, 24), v, (0, (1, 3))) for n, v in task.references.items()]
    return [(word, value, line) for word, value, line in known if value is not None]


def _logarithmic(task: TaskInfo, scores: list[float]) -> bool:
    return task.metric != "accuracy" and min(scores) > 0 and max(scores) > 30 * min(scores)


def _range(scores: list[float], limits: list[float], logarithmic: bool) -> tuple[float, float]:
    low, high = min(scores + limits), max(scores + limits)
    if logarithmic:
        return low / 1.4, high * 1.4
    room = 0.04 * (high - low) or 0.05 * abs(high) or 1.0
    return low - room, high + room


def _at(value: float, low: float, high: float, logarithmic: bool) -> float:
    """Where on the axis a value lies, from 0 to 1."""
    if logarithmic:
        value, low, high = math.log(value), math.log(low), math.log(high)
    return (value - low) / (high - low)


def _side(place: float) -> str:
    return "left" if place < 0.12 else "right" if place > 0.88 else "center"


def _levels(
    items: list[tuple[str, float, Any]], low: float, high: float, inches: float, log: bool
) -> list[int]:
    """How far up each label must go so that none covers another; in the order of ``items``."""
    taken: list[list[tuple[float, float]]] = []
    levels = []
    for word, value, _ in items:
        place, wide = _at(value, low, high, log), text_width(word, 7) + 0.12
        shift = {"left": 0.0, "right": 1.0, "center": 0.5}[_side(place)]
        start = place * inches - shift * wide
        span = (start, start + wide)
        level = 0
        while level < len(taken) and any(a < span[1] and span[0] < b for a, b in taken[level]):
            level += 1
        if level == len(taken):
            taken.append([])
        taken[level].append(span)
        levels.append(level)
    return levels


def _alt(task: TaskInfo, groups: dict[str, Group]) -> str:
    found = [a for a, g in groups.items() if g.score.mean is not None]
    missing = [f"{a} ({g.code})" for a, g in groups.items() if g.score.mean is None]
    text = "Test {metric} of every seed on {task}, with floor and ceiling where known. From best to worst mean: {found}.".format(
        metric=metric(task), task=task.name, found=", ".join(found)
    )
    return f"{text} {say('seeds.missing', missing=', '.join(missing))}" if missing else text
