"""What skill costs: mean skill against a cost, and the Pareto front."""

from collections.abc import Mapping, Sequence

from reports.analysis.ranking import KINDS, Point
from reports.figures.style import INK, PALE, Drawing, Look, canvas, finish, legend_beside, log_axis
from reports.formats import shortened

LOWEST = -0.5


def draw(
    kind: str,
    points: Mapping[str, Point],
    of_tasks: Mapping[str, Sequence[tuple[float, float]]],
    looks: Mapping[str, Look],
) -> Drawing | None:
    """Large marks: the mean over the compared tasks; small ones: each task. None without any.

    ``kind`` is training, parameters or flops. Marks below skill -0.5 sit on the lower edge. The
    stepped line is the Pareto front.
    """
    if not any(of_tasks.values()):
        return None
    marks = {a: {**look, "linestyle": "none"} for a, look in looks.items()}
    figure, axes = canvas(4.8, 3.2)
    for a, places in of_tasks.items():
        axes.plot([cost for cost, _ in places], [max(LOWEST, skill) for _, skill in places],
                  **marks[a], markersize=3.5, alpha=0.35, markeredgewidth=0)  # fmt: skip
    front = [(p.cost, max(LOWEST, p.skill.mean or 0.0)) for p in points.values() if not p.beaten_by]
    if len(front) > 1:  # the highest skill that is to be had at each cost
        axes.plot(*zip(*sorted(front), strict=True), color=INK, linewidth=1.0,
                  drawstyle="steps-post", zorder=1)  # fmt: skip
    for a, point in points.items():
        skill = point.skill
        if skill.low is not None and skill.high is not None:
            ends = [max(LOWEST, skill.low), max(LOWEST, skill.high)]
            axes.plot([point.cost] * 2, ends, color=looks[a]["color"], linewidth=1.2)
        axes.plot(point.cost, max(LOWEST, skill.mean or 0.0), **marks[a], markersize=8,
                  markeredgecolor="white", label=shortened(a, 30))  # fmt: skip
    axes.axhline(0, color=PALE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
    label = KINDS[kind] if kind == "parameters" else f"{KINDS[kind]} of a cell"
    axes.set(xlabel=label, ylabel="skill")
    log_axis(axes, "x")
    if points:
        legend_beside(axes, handlelength=1)
    return finish(figure, f"cost-{kind}")
