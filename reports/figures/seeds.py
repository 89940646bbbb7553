"""All seeds of one task: a row of dots for each architecture, between floor and ceiling."""

from collections.abc import Mapping

from reports.analysis.results import Group, TaskInfo
from reports.figures import style
from reports.figures.style import PALE, Drawing, Look
from reports.formats import shortened

WIDTH, ROW = 3.6, 0.27
"""Inches: of the axes, and from a row to the next."""


def draw(task: TaskInfo, groups: Mapping[str, Group], looks: Mapping[str, Look]) -> Drawing | None:
    """A dot for each seed, a bar for the mean and its interval; ``groups`` from top to bottom.

    None without any score.
    """
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
            style.dots(axes, y, [c.score for c in group.cells if c.score is not None], looks[a])
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
