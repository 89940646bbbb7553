"""What skill costs: mean skill against parameters, seconds and FLOPs, and who is not dominated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from reports import formats
from reports.analysis.ranking import Comparison
from reports.analysis.results import Group, Results
from reports.analysis.statistics import Summary, summarize
from reports.formats import listed, plural
from reports.sections.section import Section, Table
from reports.sections.shown import Shown, as_csv

AXES = {
    "training": "training seconds",
    "parameters": "parameters",
    "flops": "training FLOPs",
}
"""What skill is held against, in the order of the page."""
SAME = 1.1
"""Costs within this factor do not tell architectures apart: sizes are matched to within 5 %."""


@dataclass(frozen=True)
class Point:
    """An architecture over the compared tasks."""

    cost: float
    """Geometric mean over the tasks: costs are compared by ratio."""
    skill: Summary
    beaten_by: tuple[str, ...] = ()
    """Those that are no more costly and no less skilled, and better in one of the two."""


def section(results: Results, compared: Comparison, looks: Mapping) -> Section | None:
    """A figure for each kind of cost that the records tell."""
    from reports.figures import cost

    figures = []
    for against, name in AXES.items():
        found = points(results, compared, against)
        drawing = cost.draw(results, found, looks, against)
        if drawing is None:
            continue
        rows = [
            (a, formats.skill_with_spread(p.skill), amount(p.cost, against),
             "not dominated" if not p.beaten_by else f"dominated by {listed(p.beaten_by, 3)}")
            for a, p in found.items()
        ]  # fmt: skip
        data = as_csv(
            ("architecture", "skill", "half", against, "dominated_by"),
            [(a, p.skill.mean, p.skill.half, p.cost, ";".join(p.beaten_by))
             for a, p in found.items()],
        )  # fmt: skip
        table = Table(("architecture", "mean skill", name, "Pareto front"), tuple(rows))
        figures.append(Shown(drawing, finding(found, compared, against), table, data=data))
    if not figures:
        return None
    return Section(
        "cost",
        "What it costs",
        (
            f"Large marks: the mean over the {plural(len(compared.tasks), 'task')} on which all "
            "compared architectures have a skill, against the geometric mean of their cost; the "
            "upright bar is the 95 % interval. Small marks: single tasks. The line is the Pareto "
            "front: it joins those that no other beats in skill without costing more.",
            "Parameters are all free ones, the shared embedding included. Training FLOPs are those "
            "of an update times the updates that were made. Seconds are wall clock on the machine "
            "that is described below, with the kernels of its library.",
        ),
        tuple(figures),
    )


def spent(group: Group, against: str) -> float | None:
    """What a cell of a group costs, mean over the scored seeds; None where it is not known."""
    if against != "flops":
        cost = group.mean_of(against)
    else:
        records = [c.record for c in group.cells if c.record is not None and not c.hole]
        cost = summarize(r.flops * r.steps if r.flops else None for r in records).mean
    return cost or None


def points(results: Results, compared: Comparison, against: str) -> dict[str, Point]:
    """The compared architectures whose cost is known on all tasks, the best first."""
    found = {}
    for a, summary in compared.skills.items():
        costs = [c for t in compared.tasks if (c := spent(results.groups[t, a], against))]
        if summary.mean is not None and len(costs) == len(compared.tasks):
            middle = math.exp(math.fsum(math.log(c) for c in costs) / len(costs))
            found[a] = Point(middle, summary)
    return {
        a: Point(p.cost, p.skill, tuple(b for b, q in found.items() if _beats(q, p)))
        for a, p in found.items()
    }


def _beats(one: Point, other: Point) -> bool:
    (cost, skill), (costs, skills) = ((p.cost, p.skill.mean or 0.0) for p in (one, other))
    return cost <= costs and skill >= skills and (cost < costs or skill > skills)


def finding(found: Mapping[str, Point], compared: Comparison, against: str) -> str:
    """Who is on the front, the cheapest first, in a sentence."""
    if not found:
        return "No architecture has both a mean skill and a known cost on all compared tasks."
    front = sorted((a for a, p in found.items() if not p.beaten_by), key=lambda a: found[a].cost)
    costs = [p.cost for p in found.values()]
    told = listed(
        [f"{a} ({formats.skill(found[a].skill.mean)} at {amount(found[a].cost, against)})"
         for a in front], 8
    )  # fmt: skip
    if len(found) == 1:
        return f"Skill against {AXES[against]}: {told}."
    text = f"Skill against {AXES[against]}. Not dominated: {told}"
    rest = len(found) - len(front)
    text += f"; for each of the other {rest} one of these is as good and no costlier." if rest \
        else ": each buys its skill at a cost."  # fmt: skip
    if max(costs) <= SAME * min(costs):
        text += (
            f" All cost about the same ({amount(min(costs), against)} to "
            f"{amount(max(costs), against)}), as was intended, so the front says no more than who "
            "is best."
        )
    unknown = [a for a in compared.skills if a not in found]
    return f"{text} Without a known cost: {listed(unknown, 8)}." if unknown else text


def amount(value: float, against: str) -> str:
    """A cost with its unit."""
    if against == "training":
        return formats.seconds(value)
    return formats.number(value) if against == "parameters" else flops(value)


def flops(value: float) -> str:
    """``3.2 GFLOPs``."""
    for size, unit in ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M")):
        if value >= size:
            return f"{value / size:.3g} {unit}FLOPs"
    return f"{value:,.0f} FLOPs"
