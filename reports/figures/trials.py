"""Expected best validation score against the number of tuning trials, one panel a task."""

from __future__ import annotations

from collections.abc import Mapping

from reports.analysis.results import TaskInfo
from reports.analysis.tuning import Tried
from reports.figures.style import Drawing, Look, canvas, finish, plain_numbers
from reports.formats import metric, shortened


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
    alt = f"Legend: colour, line and marker of each of {', '.join(looks)}."
    return finish(figure, "legend", alt)


def draw(task: TaskInfo, pairs: Mapping[str, Tried], looks: dict[str, Look]) -> Drawing | None:
    """The panel of one task; None where there is nothing to draw."""
    tried = {a: found for a, found in pairs.items() if len(found.scores) > 1}  # one is no line
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
    ]
    return (
        f"Expected best validation {metric(task)} on {task.name} against the number of tuning "
        f"trials: {', '.join(ends)}."
    )
