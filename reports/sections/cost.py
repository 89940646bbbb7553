"""What skill costs: mean skill against seconds, parameters and FLOPs, and who is not dominated."""

from __future__ import annotations

from collections.abc import Mapping

from reports import formats
from reports.analysis.cost import KINDS, Point, of_tasks, over_tasks
from reports.analysis.ranking import Comparison, compare
from reports.analysis.results import Results
from reports.analysis.user_data import without_controls
from reports.document import Block, Figure, Heading, Paragraph, Row, Table, as_csv
from reports.formats import each, listed, plural

PLACE = 70

SAME = 1.1
"""Costs within this factor are about the same: sizes are matched to within 5 %."""


def blocks(results: Results) -> list[Block]:
    """A figure for each kind of cost that the records hold; control rows are left out."""
    from reports.figures import cost, style

    results = without_controls(results)
    compared, looks = compare(results), style.looks(results.architectures)
    figures = []
    for kind in KINDS:
        points = over_tasks(results, compared, kind)
        if drawing := cost.draw(kind, points, of_tasks(results, kind), looks):
            figures.append(
                Figure(
                    drawing,
                    finding(points, compared, kind),
                    _table(points, kind),
                    data=_data(points, kind),
                    title=f"Skill against {KINDS[kind]}",
                )
            )
    if not figures:
        return []
    return [
        Heading("What it costs", "cost"),
        Paragraph(
            f"Large marks: the mean over the {plural(len(compared.tasks), 'task')} on which all "
            "compared architectures have a skill, against the geometric mean of their cost; the "
            "upright bar is the 95 % interval. Small marks: single tasks. The line is the Pareto "
            "front: it joins those that no other beats in skill without costing more."
        ),
        Paragraph(
            "Parameters are all free ones, the shared embedding included. Training FLOPs are those "
            "of an update times the updates that were made. Seconds are wall clock on the machine "
            "that is described below, with the kernels of its library."
        ),
        Row(tuple(figures)),
    ]


def _table(points: Mapping[str, Point], kind: str) -> Table:
    rows = [
        (
            name,
            formats.skill_with_spread(point.skill),
            formats.cost(point.cost, kind),
            f"dominated by {listed(point.beaten_by, 3)}" if point.beaten_by else "not dominated",
        )
        for name, point in points.items()
    ]
    return Table(("architecture", "mean skill", KINDS[kind], "Pareto front"), tuple(rows))


def _data(points: Mapping[str, Point], kind: str) -> str:
    return as_csv(
        ("architecture", "skill", "half", kind, "dominated_by"),
        [(a, p.skill.mean, p.skill.half, p.cost, ";".join(p.beaten_by)) for a, p in points.items()],
    )


def finding(points: Mapping[str, Point], compared: Comparison, kind: str) -> str:
    """Who is on the front, the cheapest first, in a sentence."""
    if not points:
        return "No architecture has both a mean skill and a known cost on all compared tasks."
    front = sorted((a for a, p in points.items() if not p.beaten_by), key=lambda a: points[a].cost)
    marks = {a: f"({formats.skill(points[a].skill.mean)} at {formats.cost(points[a].cost, kind)})"
             for a in front}  # fmt: skip
    text = f"Skill against {KINDS[kind]}. Not dominated: {each(marks, str, 8)}"
    if rest := len(points) - len(front):
        text += f"; for each of the other {rest} one of these is as good and no costlier"
    elif len(points) > 1:
        text += ": each costs more than the one before and has more skill"
    text += "."
    least, most = (end(p.cost for p in points.values()) for end in (min, max))
    if len(points) > 1 and most <= SAME * least:
        text += (
            f" All cost about the same ({formats.cost(least, kind)} to {formats.cost(most, kind)}),"
            " as was intended, so the front says no more than who is best."
        )
    unknown = [a for a in compared.skills if a not in points]
    return f"{text} Without a known cost: {listed(unknown, 8)}." if unknown else text
