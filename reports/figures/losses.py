"""Training losses, update by update, on logarithmic axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reports.figures.style import PALE, Drawing, canvas, finish, log_axis, looks


def draw(
    name: str,
    losses: Mapping[str, Sequence[Sequence[float] | np.ndarray]],
    title: str,
    across: str,
    level: float,
) -> Drawing | None:
    """A thin line for each seed, a colour for each label; a cross ends those that broke off.

    losses: by label, then for each seed ``(updates,)``. across: what the axis counts. level: where
    a dashed line lies. None where a label has no seed.
    """
    if not all(losses.values()):
        return None
    figure, axes = canvas(6.3, 1.85)
    axes.set(title=title, ylabel="training loss", xlabel=f"{across}; x: the training broke off")
    longest = max(len(seed) for seeds in losses.values() for seed in seeds)
    for label, look in looks(tuple(losses)).items():
        for number, seed in enumerate(losses[label]):
            loss = np.asarray(seed, float)
            loss = loss[np.isfinite(loss) & (loss > 0)]
            axes.plot(np.arange(1, len(loss) + 1), loss, color=look["color"], linewidth=0.8,
                      label="" if number else label)  # fmt: skip
            if len(loss) < longest:
                axes.plot(len(loss), loss[-1], marker="x", color=look["color"], markersize=5)
    axes.axhline(level, color=PALE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
    log_axis(axes, "x")
    log_axis(axes, "y")
    axes.legend(loc="upper right", borderaxespad=0.5)
    return finish(figure, name)
