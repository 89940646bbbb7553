"""Expected best validation score against the number of tuning trials, one panel a task."""

from __future__ import annotations

from reports.figures.style import Drawing, Look, canvas, finish, plain_numbers
from reports.formats import metric, shortened
from reports.results import Results, TaskInfo
from reports.tuning import Tried

PANELS = 12
"""Tasks that get a panel: the first ones of the matrix. The tables have them all."""


def draw_all(
    results: Results, tried: dict[tuple[str, str], Tried], looks: dict[str, Look]
) -> list[Drawing]:
    """The panels of the first tasks on which there is something to draw."""
    drawn = (_draw(task, _scored(results, task, tried), looks) for task in results.tasks)
    return [drawing for drawing in drawn if drawing][:PANELS]


def _scored(
    results: Results, task: TaskInfo, tried: dict[tuple[str, str], Tried]
) -> dict[str, Tried]:
    """Two trials at least: one alone is no line. The metric is known once a reported cell ran."""
    if not task.metric:
        return {}
    pairs = ((a, tried.get((task.name, a))) for a in results.architectures)
    return {a: found for a, found in pairs if found and len(found.scores) > 1}


def _draw(task: TaskInfo, tried: dict[str, Tried], looks: dict[str, Look]) -> Drawing | None:
    if not tried:
        return None
    figure, axes = canvas(4.05, 2.6, (0.66, 0.12, 0.33, 0.48))
    values = [value for found in tried.values() for value in found.expected]
    for a, found in tried.items():
        look = looks[a]
        counts = range(1, len(found.expected) + 1)
        axes.plot(counts, found.expected, color=look.colour, linestyle=look.line,
                  marker=look.marker, markersize=3.5, linewidth=1.4,
                  markevery=max(1, len(counts) // 8))  # fmt: skip
    if task.metric == "accuracy":
        axes.yaxis.set_major_formatter(lambda v, _: f"{100 * v:g}")
    elif min(values) > 0 and max(values) > 30 * min(values):
        axes.set_yscale("log")
        plain_numbers(axes.yaxis)
    axes.set_title(shortened(task.name, 42), fontsize=9, loc="left", fontweight="bold")
    axes.set_xlabel("trials", labelpad=2)
    axes.set_ylabel(shortened(metric(task), 26), labelpad=2)
    axes.tick_params(labelsize=8, length=3)
    axes.xaxis.get_major_locator().set_params(integer=True)
    return finish(figure, f"tuning-{task.slug}", _alt(task, tried))


def _alt(task: TaskInfo, tried: dict[str, Tried]) -> str:
    ends = []
    for a, found in tried.items():
        first, last = found.expected[0], found.expected[-1]
        if task.metric == "accuracy":
            ends.append(f"{a} from {100 * first:.1f} % to {100 * last:.1f} %")
        else:
            ends.append(f"{a} from {first:.3g} to {last:.3g}")
    return (
        f"Expected best validation {metric(task)} on {task.name} against the number of tuning "
        f"trials: {', '.join(ends)}."
    )
