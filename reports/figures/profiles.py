"""Performance profiles: the share of runs that reach more than a given skill."""

from __future__ import annotations

from reports.analysis.across_tasks import OverTasks
from reports.figures import style
from reports.figures.style import PALE, Drawing, Look
from reports.formats import shortened


def draw(over: OverTasks, looks: dict[str, Look]) -> Drawing | None:
    """A line and its 95 % band for each architecture, named best first. None without any.

    A line above another at every skill is better throughout; the area right of 0 grows with
    mean skill.
    """
    if not over.profiles:
        return None
    names = list(over.interquartile_means)
    figure, axes = style.canvas(4.3, max(2.6, 0.19 * len(names)))
    pale = min(0.14, 0.7 / len(names))  # many bands lie on each other
    for i, a in enumerate(names):
        band = over.profiles[a]
        style.line_in_band(axes, looks[a], band, pale,
                     label=shortened(a, 30), markevery=(i % 10, 10), clip_on=False)  # fmt: skip
    axes.axvline(0, color=PALE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
    axes.set(xlim=(band.index[0], band.index[-1]), ylim=(0, 1), xlabel="skill",
             ylabel="share of runs above it, %")  # fmt: skip
    axes.yaxis.set_major_formatter(lambda v, _: f"{100 * v:.0f}")
    style.legend_beside(axes, loc="center left", bbox_to_anchor=(1.02, 0.5))
    return style.finish(figure, "profiles")
