"""Learning curves of one task: validation score against updates, one line per architecture."""

from __future__ import annotations

import math
from typing import Any

from reports.figures.style import PALE, Drawing, Look, canvas, finish, plain_numbers
from reports.formats import metric, number, shortened
from reports.results import Group, Results, TaskInfo

POINTS = 60
"""Points kept of a curve: more cannot be told apart in print."""


def draw(results: Results, task: TaskInfo, looks: dict[str, Look]) -> Drawing | None:
    """Mean over seeds, with a band from the lowest seed to the highest. None without curves.

    A seed that stopped early counts with its last value, so that the mean does not jump.
    """
    curves = {
        a: found
        for a in results.architectures
        if (task.name, a) in results.groups and (found := _curves(results.groups[task.name, a]))
    }
    if not curves:
        return None
    figure, axes = canvas(4.05, 2.75, (0.66, 0.12, 0.33, 0.48))
    lowest, highest = math.inf, -math.inf
    for a, of_seeds in curves.items():
        steps, mean, low, high = _band(of_seeds)
        look = looks[a]
        every = max(1, len(steps) // 5)
        axes.fill_between(steps, low, high, color=look.colour, alpha=0.15, linewidth=0)
        axes.plot(steps, mean, color=look.colour, linestyle=look.line, linewidth=1.4,
                  marker=look.marker, markersize=3.5, label=a,
                  markevery=(list(curves).index(a) % every, every))  # fmt: skip
        lowest, highest = min(lowest, *low), max(highest, *high)
    _limits(axes, task, lowest, highest)
    axes.set_title(shortened(task.name, 42), fontsize=9, loc="left", fontweight="bold")
    axes.set_xlabel("updates", labelpad=2)
    axes.set_ylabel(shortened(metric(task), 26), labelpad=2)
    axes.tick_params(labelsize=8, length=3)
    axes.locator_params(axis="x", nbins=5)
    axes.margins(x=0.02)
    return finish(figure, f"curves-{task.slug}", _alt(task, curves))


def _curves(group: Group) -> list[tuple[list[float], list[float]]]:
    """Steps and validation scores of each seed that has any."""
    found = []
    for cell in group.cells:
        points = {
            p["step"]: p["validation"]
            for p in (cell.record.curve if cell.record is not None else ())
            if _number(p.get("step")) and _number(p.get("validation"))
        }
        if points:
            steps = sorted(points)
            found.append((steps, [points[s] for s in steps]))
    return found


def _band(of_seeds: list[tuple[list[float], list[float]]]) -> tuple[Any, Any, Any, Any]:
    """A common grid of steps, and mean, lowest and highest value there."""
    import numpy as np

    grid = np.unique(np.concatenate([steps for steps, _ in of_seeds]).astype(float))
    if len(grid) > POINTS:
        grid = grid[np.unique(np.linspace(0, len(grid) - 1, POINTS).round().astype(int))]
    values = np.stack([np.interp(grid, steps, scores) for steps, scores in of_seeds])
    return grid, values.mean(axis=0), values.min(axis=0), values.max(axis=0)


def _limits(axes: Any, task: TaskInfo, lowest: float, highest: float) -> None:
    """Floor and ceiling as lines; a logarithmic axis where errors fall by orders of magnitude."""
    logarithmic = task.metric != "accuracy" and lowest > 0 and highest > 30 * lowest
    if logarithmic:
        axes.set_yscale("log")
        plain_numbers(axes.yaxis)
    elif task.metric == "accuracy":
        axes.yaxis.set_major_formatter(lambda v, _: f"{100 * v:.0f}")
    words = (("floor", task.floor, (0, (4, 2)), "right"),
             ("perfect" if task.ceiling_is_ideal else "ceiling", task.ceiling, (0, (1, 1.5)),
              "left"))  # fmt: skip
    for word, value, line, side in words:
        if value is None or (logarithmic and value <= 0):
            continue
        axes.axhline(value, color=PALE, linestyle=line, linewidth=0.9, zorder=0)
        axes.annotate(
            word, (1.0 if side == "right" else 0.0, value), xycoords=("axes fraction", "data"),
            xytext=(-2 if side == "right" else 2, 1.5), textcoords="offset points", ha=side,
            va="bottom", fontsize=7, color=PALE,
        )  # fmt: skip
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.06 * (high - low) if not logarithmic else high * 1.3)


def _alt(task: TaskInfo, curves: dict[str, Any]) -> str:
    ends = []
    for a, of_seeds in curves.items():
        _, mean, _, _ = _band(of_seeds)
        last = f"{100 * mean[-1]:.1f} %" if task.metric == "accuracy" else f"{mean[-1]:.3g}"
        ends.append(f"{a} {last}")
    last_step = max(steps[-1] for found in curves.values() for steps, _ in found)
    return (
        f"Learning curves on {task.name}: validation {metric(task)} against updates, up to "
        f"{number(last_step)}. Last means: {', '.join(ends)}."
    )


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def legend(looks: dict[str, Look]) -> Drawing:
    """The lines and markers of all architectures, for the figures that share them."""
    from matplotlib.lines import Line2D

    widest = max(len(shortened(a, 34)) for a in looks)
    columns = max(1, min(len(looks), 110 // (widest + 7)))
    rows = -(-len(looks) // columns)
    figure, axes = canvas(columns * (widest + 7) * 0.085 + 0.2, rows * 0.22 + 0.1, (0, 0, 0, 0))
    axes.axis("off")
    handles = [
        Line2D([], [], color=k.colour, linestyle=k.line, marker=k.marker, markersize=5,
               label=shortened(a, 34))
        for a, k in looks.items()
    ]  # fmt: skip
    axes.legend(handles=handles, ncols=columns, loc="center left", frameon=False, fontsize=9,
                handlelength=3, borderaxespad=0)  # fmt: skip
    words = ", ".join(looks)
    return finish(figure, "legend", f"Legend: colour, line and marker of each of {words}.")
