"""Skill against lag: how far back each architecture learned to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.analysis.horizon import LEARNED, Horizon
from reports.figures.panels import Layout, finish_small, intervals, lines_of, panels
from reports.figures.style import INK, PALE, Drawing, plain_numbers
from reports.wording import say

ENDS = -0.12, 1.07
"""Of the axis of skill."""
END = {"linestyle": "none", "marker": "o", "markersize": 9, "markerfacecolor": "none"}


def draw(
    name: str,
    horizons: Mapping[tuple[str, str], Horizon],
    survey: tuple[str, ...],
    told: str,
) -> Drawing:
    """A panel for each task, a line for each architecture: mean over seeds with its 95 % interval,
    and a ring around its end where no longer lag was tried.

    horizons: by task and architecture. survey: whose looks are to be kept. told: the numbers in
    words, for those who do not see them.
    """
    tasks = list(dict.fromkeys(task for task, _ in horizons))
    architectures = list(dict.fromkeys(architecture for _, architecture in horizons))
    drawn = lines_of(architectures, survey)
    # A little to the side of each other, so that intervals at one lag can be told apart.
    aside = {a: 1.03 ** (i - (len(architectures) - 1) / 2) for i, a in enumerate(architectures)}
    legend = drawn | {"longer lags not tried": END | {"color": INK}}
    figure, (row,) = panels([tasks], legend, Layout())
    lags = sorted({lag for found in horizons.values() for lag in found.skills})
    for axes, task in zip(row, tasks, strict=True):
        for architecture in architectures:
            found = horizons.get((task, architecture), Horizon())
            _line(axes, found, drawn[architecture], aside[architecture])
        _frame(axes, lags)
        if axes is not row[0]:
            axes.tick_params(labelleft=False)
    row[0].set_ylabel("skill", labelpad=2)
    row[0].annotate(
        f"{say('horizon.learned')}, {LEARNED:g}", (0, LEARNED), xytext=(2, -2),
        xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=7, color=PALE,
        va="top",
    )  # fmt: skip
    return finish_small(
        figure, name, f"Skill against lag on a logarithmic axis, a panel for each task. {told}."
    )


def _line(axes: Any, found: Horizon, look: Mapping[str, Any], aside: float) -> None:
    lags = [lag for lag, skill in found.skills.items() if skill.mean is not None]
    means = [max(ENDS[0], found.skills[lag].mean or 0.0) for lag in lags]
    places = [lag * aside for lag in lags]
    axes.plot(places, means, **look)
    skills = [found.skills[lag] for lag in lags]
    intervals(axes, dict(zip(places, skills, strict=True)), look["color"], ENDS)
    if lags and lags[-1] > (found.steps or 0):
        axes.plot(places[-1:], means[-1:], color=look["color"], **END)


def _frame(axes: Any, lags: Sequence[int]) -> None:
    from matplotlib.ticker import NullLocator

    axes.set_xscale("log")
    plain_numbers(axes.xaxis)
    axes.set_xlim(lags[0] / 1.3, lags[-1] * 1.3)
    # Between 20 and 100, and 200 and 1000, there is no room for a further number.
    axes.set_xticks([lag for lag in lags if lag not in (50, 500)] if len(lags) > 5 else lags)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("lag, steps", labelpad=2)
    axes.set_ylim(*ENDS)
    for height, line in ((LEARNED, (0, (4, 2))), (0, "-")):
        axes.axhline(height, color=PALE, linewidth=0.8, linestyle=line, zorder=0)
