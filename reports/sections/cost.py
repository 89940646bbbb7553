"""What skill costs: mean skill against seconds, parameters and FLOPs, and who is not dominated."""

from collections.abc import Mapping
from typing import Any

from reports import formats
from reports.analysis.ranking import KINDS, Point, compare, mean_costs, task_costs
from reports.analysis.results import Results
from reports.document import Block, Figure, Heading, Paragraph, Row, as_csv, table_of
from reports.figures import cost as drawn_cost
from reports.figures import style
from reports.figures.style import Drawing
from reports.formats import each, listed, plural

PLACE = 70

SAME = 1.1
"""Costs within this factor are about the same: sizes are matched to within 5 %."""


def blocks(results: Results) -> list[Block]:
    """A figure for each kind of cost that the records hold; control rows are left out."""
    results = results.without_controls
    compared, looks = compare(results), style.looks(results.architectures)
    figures = []
    for kind in KINDS:
        points = mean_costs(results, compared, kind)
        if drawing := drawn_cost.draw(kind, points, task_costs(results, kind), looks):
            figures.append(_figure(drawing, points, kind))
    if not figures:
        return []
    return [
        Heading("What it costs", "cost"),
        Paragraph(
            f"Large marks: the mean over the {plural(len(compared.tasks), 'task')} on which all "
            "compared architectures have a skill, against the geometric mean of their cost; the "
            "upright bar is the 95 % interval, if each task has one. Small marks: single tasks. "
            "The line is the Pareto front: it joins those that no other beats in skill without "
            "costing more."
        ),
        Paragraph(
            "Parameters include the shared embedding. Training FLOPs are those of an update times "
            "the updates made. Seconds are wall clock on the machine described below."
        ),
        Row(tuple(figures)),
    ]


def _figure(drawing: Drawing, points: Mapping[str, Point], kind: str) -> Figure:
    beaten = {a: f"dominated by {listed(p.beaten_by, 3)}" for a, p in points.items() if p.beaten_by}
    columns: dict[str, Any] = {
        "architecture": str,
        "mean skill": {a: formats.skill_with_spread(p.skill) for a, p in points.items()},
        KINDS[kind]: {a: formats.cost(p.cost, kind) for a, p in points.items()},
        "Pareto front": lambda a: beaten.get(a, "not dominated"),
    }
    front = sorted((a for a in points if a not in beaten), key=lambda a: points[a].cost)
    marks = {a: f"({columns['mean skill'][a]} at {columns[KINDS[kind]][a]})" for a in front}
    finding = f"Skill against {KINDS[kind]}. Not dominated: {each(marks, str, 8) or 'none'}."
    costs = [p.cost for p in points.values()]
    if len(costs) > 1 and max(costs) <= SAME * min(costs):
        finding += " All cost about the same, as was intended: the front says only who is best."
    data = as_csv(
        ("architecture", "skill", "half", kind, "dominated_by"),
        [(a, p.skill.mean, p.skill.half, p.cost, ";".join(p.beaten_by)) for a, p in points.items()],
    )
    title = f"Skill against {KINDS[kind]}"
    return Figure(drawing, finding, table_of(points, columns), data=data, title=title)
