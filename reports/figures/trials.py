"""Expected best validation score against the number of tuning trials, one panel a task."""

from __future__ import annotations

from reports.analysis.results import Results, TaskInfo
from reports.figures.style import Drawing, Look, canvas, finish, plain_numbers
from reports.formats import metric, shortened
from reports.sections.tuning import Tried

PANELS = 12
"""Tasks that get a panel: the first ones of the matrix. The tables have them all."""


def draw_all(
    results: Results, tried: dict[tuple[str, str], Tried], looks: dict[str, Look]
) -> list[tuple[TaskInfo, Drawing]]:
    """The panels of the first tasks on which there is something to draw."""
    drawn = ((task, _draw(task, _scored(results, task, tried), looks)) for task in results.tasks)
    return [(task, drawing) for task, drawing in drawn if drawing][:PANELS]


def legend(looks: dict[str, Look]) -> Drawing:
    """The lines and markers of all architectures, for the figures that share them."""
    from matplotlib.lines import Line2D

    widest = max(len(shortened(a, 34)) for a in looks)
    columns = max(1, min(len(looks), 110 // (widest + 7)))
    rows = -(-len(looks) // columns)
    figure, axes = canvas(columns * (widest + 7) * 0.085 + 0.2, rows * 0.22 + 0.1, (0, 0, 0, 0))
    axes.axis("off")
    handles = [
        Line2D([], [], color=k.colour, linestyle=k.line, marker=k.marker, markersize=5,
               label=shortened(a, 34))
        for a, k in looks.items()
    ]  # fmt: skip
    axes.legend(handles=handles, ncols=columns, loc="center left", frameon=False, fontsize=9,
                handlelength=3, borderaxespad=0)  # fmt: skip
    return finish(
        figure,
        "legend",
        "Legend: colour, line and marker of each of {names}.".format(names=", ".join(looks)),
    )


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
    def text(value: float) -> str:
        return f"{100 * value:.1f} %" if task.metric == "accuracy" else f"{value:.3g}"

    ends = [
        f"{a} from {text(found.expected[0])} to {text(found.expected[-1])}"
        for a, found in tried.items()
    ]  # fmt: skip
    return "Expected best validation {metric} on {task} against the number of tuning trials: {found}.".format(
        metric=metric(task), task=task.name, found=", ".join(ends)
    )
