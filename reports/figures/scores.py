"""The scores of one task: of every seed, and in lines as training or tuning goes on."""

from collections.abc import Mapping, Sequence

import pandas

from reports.analysis.results import Group, TaskInfo
from reports.figures import style
from reports.figures.style import PALE, Drawing, Look, Mark
from reports.formats import shortened

WIDTH, ROW = 3.6, 0.27
"""Inches: of the axes, and from a row to the next."""


def seeds(task: TaskInfo, groups: Mapping[str, Group], looks: Mapping[str, Look]) -> Drawing | None:
    """A dot for each seed, a bar for the mean and its interval, if it has one; ``groups`` from top
    to bottom. None without any score."""
    scores = [c.score for g in groups.values() for c in g.cells if c.score is not None]
    if not scores:
        return None
    figure, axes = style.canvas(WIDTH, ROW * len(groups))
    lines = style.limits(task)
    lines += [(shortened(n, 24), v, (0, (1, 3))) for n, v in task.references.items()]
    marks = style.score_axis(axes, "x", task, scores, lines)
    axes.set_ylim(len(groups) - 0.5, -0.5)
    for y, (a, group) in enumerate(groups.items()):
        if group.score.n:
            of_seeds = [c.score for c in group.cells if c.score is not None]
            style.dots(axes, y, of_seeds, group.score, looks[a])
            continue
        axes.annotate(
            group.code, (0, y), xycoords=("axes fraction", "data"), xytext=(5, 0),
            textcoords="offset points", va="center", fontsize=8, color=PALE, style="italic",
            bbox=dict(facecolor="white", edgecolor="none", boxstyle="square,pad=0.1"),
        )  # fmt: skip
    to_inches = (axes.transData + axes.figure.dpi_scale_trans.inverted()).transform
    spans = [
        (x - style.text_width(word, 7) / 2 - 0.06, x + style.text_width(word, 7) / 2 + 0.06)
        for word, value, _ in marks
        for x, _ in [to_inches((value, 0))]
    ]
    for (word, value, line), level in zip(marks, style.levels(spans), strict=True):
        axes.axvline(value, color=PALE, linestyle=line, linewidth=0.9, zorder=0)
        axes.annotate(
            word, (value, 1.0), xycoords=("data", "axes fraction"), fontsize=7, color=PALE,
            xytext=(0, 2 + 11.5 * level), textcoords="offset points", va="bottom", ha="center",
        )  # fmt: skip
    axes.set_yticks(range(len(groups)), [shortened(a, 34) for a in groups], fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color="#E6E6E6", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"test {axes.get_xlabel()}")
    return style.finish(figure, f"seeds-{task.slug}")


def curves(
    name: str,
    task: TaskInfo,
    bands: Mapping[str, pandas.DataFrame],
    looks: Mapping[str, Look],
    across: str,
    marks: Sequence[Mark] = (),
) -> Drawing | None:
    """Validation scores of one task: the middle of each band as a line, from low to high in a pale
    colour; named best first. None without any.

    across: what the index of the bands is; marks: scores to be drawn as lines.
    """
    if not bands:
        return None
    order = sorted(bands, key=lambda a: bands[a].middle.iloc[-1], reverse=task.higher_is_better)
    figure, axes = style.canvas(2.95, max(2.15, 0.165 * len(order)))
    for at, a in enumerate(order):
        every = max(1, len(bands[a]) // 5)
        style.line_in_band(axes, looks[a], bands[a], 0.13,
                     label=shortened(a, 30), markevery=(at % every, every))  # fmt: skip
    ends = [end for band in bands.values() for end in (band.low.min(), band.high.max())]
    for word, value, line in style.score_axis(axes, "y", task, ends, marks):
        side = "right" if word == "floor" else "left"
        axes.axhline(value, color=PALE, linestyle=line, linewidth=0.9, zorder=0)
        axes.annotate(
            word, (1.0 if side == "right" else 0.0, value), xycoords=("axes fraction", "data"),
            xytext=(-2 if side == "right" else 2, 1.5), textcoords="offset points", ha=side,
            va="bottom", fontsize=7, color=PALE,
        )  # fmt: skip
    axes.set_title(shortened(task.name, 42))
    axes.set_xlabel(across)
    axes.locator_params(axis="x", nbins=5, integer=True)
    axes.margins(x=0.02)
    style.legend_beside(axes)
    return style.finish(figure, name)
