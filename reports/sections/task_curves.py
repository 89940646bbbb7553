"""Learning curves of a task: who learns first, and who was still learning at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reports import formats
from reports.analysis.curves import bands, evenly
from reports.analysis.results import Results, TaskInfo
from reports.document import Figure, Table, as_csv
from reports.figures.style import Look
from reports.formats import listed, verb

if TYPE_CHECKING:
    import pandas

SHOWN = 12
"""Rows of the table, evenly spread."""
REACHED = 0.5
"""Validation skill whose first update is said."""
CLIMB = 0.05
"""Skill gained in the last fifth of training from which on a curve is said to rise still."""


def figure(
    results: Results, task: TaskInfo, looks: Mapping[str, Look], command: str
) -> Figure | None:
    """The curves of all architectures; None where there are none."""
    import pandas

    from reports.figures import curves, style

    lines = bands(results, task)
    marks = style.limits(task)
    drawing = curves.draw(f"curves-{task.slug}", task, lines, looks, "updates", marks)
    if drawing is None:
        return None
    text = formats.scores_of(task, [v for band in lines.values() for v in band.middle])
    points = [(a, int(s), *scores) for a, band in lines.items() for s, *scores in band.itertuples()]
    data = as_csv(
        ("task", "architecture", "updates", "mean", "lowest", "highest"),
        [(task.name, *point) for point in points],
    )
    means = pandas.DataFrame({a: band.middle for a, band in lines.items()})
    means = means.iloc[evenly(len(means), SHOWN)].astype(object)
    rows = means.where(means.notna(), None).itertuples(name=None)
    table = Table(
        ("updates", *lines), tuple((f"{s:,.0f}", *map(text, scores)) for s, *scores in rows)
    )
    title = f"{task.name}: curves"
    return Figure(drawing, _learning(task, lines), table, command, data, title)


def _learning(task: TaskInfo, lines: Mapping[str, pandas.DataFrame]) -> str:
    """Who learns first, and who was still learning when training ended."""
    if task.floor is None or task.ceiling is None or task.floor == task.ceiling:
        return f"Validation {formats.metric(task)} against updates; without a floor and a ceiling."
    first, climbing = {}, []
    for name, band in lines.items():
        skill = (band.middle - task.floor) / (task.ceiling - task.floor)
        if (skill >= REACHED).any():
            first[name] = int(band.index[skill >= REACHED][0])
        late = skill[band.index >= 0.8 * band.index[-1]]
        if len(late) > 1 and late.iloc[-1] - late.iloc[0] >= CLIMB:
            climbing.append(name)
    text = f"None reaches a validation skill of {REACHED:g}."
    if first:
        least = min(first.values())
        who = [a for a in first if first[a] == least]
        text = (
            f"{listed(who)} {verb(who, 'is', 'are')} first at a validation skill of "
            f"{REACHED:g}, after {least:,} updates."
        )
    if climbing:
        was = verb(climbing, "was", "were")
        text += f" {listed(climbing, 8)} {was} still learning when training ended."
    return text
