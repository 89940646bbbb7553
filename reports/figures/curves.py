"""A line for each architecture in its band: learning curves, trials and performance profiles."""

from collections.abc import Mapping, Sequence

import pandas

from reports.analysis.across_tasks import OverTasks
from reports.analysis.results import TaskInfo
from reports.figures import style
from reports.figures.style import PALE, Drawing, Look, Mark
from reports.formats import shortened


def draw(
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


def profiles(over: OverTasks, looks: Mapping[str, Look]) -> Drawing | None:
    """Performance profiles: for each architecture the share of runs that reach more than a given
    skill with its 95 % band, named best first. None without any.

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
