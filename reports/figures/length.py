"""Skill against the length of the test sequences, from that of training on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.analysis.horizon import LEARNED
from reports.analysis.statistics import Summary
from reports.figures.panels import Layout, finish_small, intervals, lines_of, panels
from reports.figures.style import PALE, Drawing

ENDS = -0.12, 1.07
"""Of the axis of skill."""


def draw(
    name: str,
    skills: Mapping[tuple[str, str], Mapping[int, Summary]],
    survey: tuple[str, ...],
    told: str,
) -> Drawing:
    """A panel for each task, a line for each architecture: mean over seeds with its 95 % interval.

    skills: by task and architecture, then by how many times the length of training. survey: whose
    looks are to be kept. told: the numbers in words, for those who do not see them.
    """
    tasks = list(dict.fromkeys(task for task, _ in skills))
    architectures = list(dict.fromkeys(architecture for _, architecture in skills))
    factors = sorted({factor for found in skills.values() for factor in found})
    drawn = lines_of(architectures, survey)
    aside = {a: 1.02 ** (i - (len(architectures) - 1) / 2) for i, a in enumerate(architectures)}
    figure, (row,) = panels([tasks], drawn, Layout())
    for axes, task in zip(row, tasks, strict=True):
        for a in architectures:
            _line(axes, skills.get((task, a), {}), drawn[a], aside[a])
        _frame(axes, factors)
        if axes is not row[0]:
            axes.tick_params(labelleft=False)
    row[0].set_ylabel("skill", labelpad=2)
    return finish_small(figure, name, f"Skill against the length of the test sequences. {told}.")


def _line(axes: Any, skills: Mapping[int, Summary], look: Mapping[str, Any], aside: float) -> None:
    known = {factor: s for factor, s in skills.items() if s.mean is not None}
    places = [factor * aside for factor in known]
    axes.plot(places, [max(ENDS[0], s.mean or 0.0) for s in known.values()], **look)
    intervals(axes, dict(zip(places, known.values(), strict=True)), look["color"], ENDS)


def _frame(axes: Any, factors: list[int]) -> None:
    from matplotlib.ticker import NullLocator

    axes.set_xscale("log", base=2)
    axes.set_xlim(factors[0] / 1.25, factors[-1] * 1.25)
    axes.set_xticks(factors, [f"{factor}×" for factor in factors])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("length, times that of training", labelpad=2)
    axes.set_ylim(*ENDS)
    for height, line in ((LEARNED, (0, (4, 2))), (0, "-")):
        axes.axhline(height, color=PALE, linewidth=0.8, linestyle=line, zorder=0)
