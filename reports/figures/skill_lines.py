"""Skill against the lag, or against the length of the test: how far what was learned reaches."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from reports.analysis.horizon import LEARNED, Horizon
from reports.analysis.statistics import Summary
from reports.figures.panels import finish_small, intervals, lines_of, log_axis, panels
from reports.figures.style import INK, PALE, Drawing

ENDS = -0.12, 1.07
"""Of the axis of skill."""
RING = {"linestyle": "none", "marker": "o", "markersize": 9, "markerfacecolor": "none"}

Skills = Mapping[tuple[str, str], Mapping[int, Summary]]
"""By task and architecture, then by lag or by length."""


def against_lag(
    name: str,
    horizons: Mapping[tuple[str, str], Horizon],
    survey: tuple[str, ...],
    numbers: str,
) -> Drawing:
    """A panel for each task, a line for each architecture: mean over seeds with its 95 % interval,
    and a ring around its end where no longer lag was tried.

    horizons: by task and architecture. survey: whose looks are to be kept. numbers: the same in
    words, for those who do not see the figure.
    """
    skills = {pair: horizon.skills for pair, horizon in horizons.items()}
    lags = sorted({lag for found in skills.values() for lag in found})
    ended = {
        pair
        for pair, horizon in horizons.items()
        if (tried := [lag for lag, s in horizon.skills.items() if s.mean is not None])
        and tried[-1] > (horizon.steps or 0)
    }
    figure, row = _draw(skills, survey, 1.03, ended)
    for axes in row:
        axes.set_xscale("log")
        axes.set_xlim(lags[0] / 1.3, lags[-1] * 1.3)
        # Between 20 and 100, and 200 and 1000, there is no room for a further number.
        few = [lag for lag in lags if lag not in (50, 500)] if len(lags) > 5 else lags
        log_axis(axes.xaxis, few)
        axes.set_xlabel("lag, steps", labelpad=2)
    row[0].annotate(
        f"learned, {LEARNED:g}", (0, LEARNED), xytext=(2, -2), fontsize=7, color=PALE, va="top",
        xycoords=("axes fraction", "data"), textcoords="offset points",
    )  # fmt: skip
    alt = f"Skill against lag on a logarithmic axis, a panel for each task. {numbers}."
    return finish_small(figure, name, alt)


def against_length(name: str, skills: Skills, survey: tuple[str, ...], numbers: str) -> Drawing:
    """A panel for each task, a line for each architecture: mean over seeds with its 95 % interval.

    skills: by task and architecture, then by how many times the length of training. survey,
    numbers: as above.
    """
    figure, row = _draw(skills, survey, 1.02)
    factors = sorted({factor for found in skills.values() for factor in found})
    for axes in row:
        axes.set_xscale("log", base=2)
        axes.set_xlim(factors[0] / 1.25, factors[-1] * 1.25)
        log_axis(axes.xaxis, factors)
        axes.xaxis.set_major_formatter(lambda factor, _: f"{factor:g}×")
        axes.set_xlabel("length, times that of training", labelpad=2)
    return finish_small(figure, name, f"Skill against the length of the test sequences. {numbers}.")


def _draw(
    skills: Skills,
    survey: tuple[str, ...],
    apart: float,
    ended: Collection[tuple[str, str]] | None = None,
) -> tuple[Any, list[Any]]:
    """The figure and its panels; a ring at the end of the lines of those that ``ended`` there."""
    tasks = list(dict.fromkeys(task for task, _ in skills))
    architectures = list(dict.fromkeys(architecture for _, architecture in skills))
    looks = lines_of(architectures, survey)
    ring = {} if ended is None else {"longer lags not tried": RING | {"color": INK}}
    figure, (row,) = panels([tasks], looks | ring)
    for (task, architecture), found in skills.items():
        axes, look = row[tasks.index(task)], looks[architecture]
        # A little to the side of each other, so that intervals at one place do not overlap.
        aside = apart ** (architectures.index(architecture) - (len(architectures) - 1) / 2)
        known = {place * aside: s for place, s in found.items() if s.mean is not None}
        means = [max(ENDS[0], s.mean or 0.0) for s in known.values()]
        axes.plot(list(known), means, **look)
        intervals(axes, known, look["color"], ENDS)
        if (task, architecture) in (ended or ()):
            axes.plot(list(known)[-1:], means[-1:], color=look["color"], **RING)
    for axes in row:
        axes.set_ylim(*ENDS)
        for height, line in ((LEARNED, (0, (4, 2))), (0, "-")):
            axes.axhline(height, color=PALE, linewidth=0.8, linestyle=line, zorder=0)
        if axes is not row[0]:
            axes.tick_params(labelleft=False)
    row[0].set_ylabel("skill", labelpad=2)
    return figure, row
