"""Expected best validation score against the number of tuning trials, one panel a task."""

from __future__ import annotations

from collections.abc import Mapping

from reports.analysis.results import TaskInfo
from reports.analysis.trials import Tried
from reports.figures.style import Drawing, Look, canvas, finish, score_axis
from reports.formats import shortened


def legend(looks: dict[str, Look]) -> Drawing:
    """The lines and markers of all architectures, for the figures that share them."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], **look, markersize=5, label=shortened(a, 34)) for a, look in looks.items()
    ]
    columns = max(1, min(len(looks), 110 // (max(len(shortened(a, 34)) for a in looks) + 7)))
    figure, axes = canvas(1, 0.2)
    axes.axis("off")
    axes.legend(handles=handles, ncols=columns, loc="upper left", fontsize=9)
    return finish(figure, "legend")


def draw(task: TaskInfo, pairs: Mapping[str, Tried], looks: dict[str, Look]) -> Drawing | None:
    """The panel of one task; None where there is nothing to draw."""
    lines = {a: t.expected for a, t in pairs.items() if len(t.scores) > 1}  # one is no line
    if not lines:
        return None
    figure, axes = canvas(3.3, 1.8)
    for a, expected in lines.items():
        axes.plot(range(1, len(expected) + 1), expected, **looks[a], markersize=3.5, linewidth=1.4,
                  markevery=max(1, len(expected) // 8))  # fmt: skip
    score_axis(axes, "y", task, [value for expected in lines.values() for value in expected])
    axes.set_title(shortened(task.name, 42), fontweight="bold")
    axes.set_xlabel("trials")
    axes.xaxis.get_major_locator().set_params(integer=True)
    return finish(figure, f"tuning-{task.slug}")
