"""Performance profiles: the share of runs that reach more than a given skill."""

from __future__ import annotations

from reports.analysis.across_tasks import OverTasks
from reports.figures.style import PALE, Drawing, Look, canvas, finish, text_width
from reports.formats import shortened


def draw(over: OverTasks, looks: dict[str, Look]) -> Drawing | None:
    """A line and its 95 % band for each architecture, named best first. None without any.

    A line above another at every skill is better throughout; the area right of 0 grows with
    mean skill.
    """
    if not over.profiles:
        return None
    names = {a: shortened(a, 30) for a in over.interquartile_means}
    right = 0.75 + max(text_width(name, 8.5) for name in names.values())
    height = max(3.2, 0.75 + 0.19 * len(names))
    figure, axes = canvas(4.9 + right, height, (0.62, right, 0.12, 0.5))
    pale = min(0.14, 0.7 / len(names))  # many bands lie on each other
    for i, a in enumerate(names):
        band, look = over.profiles[a], looks[a]
        axes.fill_between(band.tau, band.low, band.high, color=look.colour, alpha=pale,
                          linewidth=0)  # fmt: skip
        axes.plot(band.tau, band.share, color=look.colour, linestyle=look.line, linewidth=1.4,
                  marker=look.marker, markersize=4, markevery=(i % 10, 10), label=names[a],
                  clip_on=False)  # fmt: skip
    axes.axvline(0, color=PALE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
    axes.set_xlim(band.tau[0], band.tau[-1])
    axes.set_ylim(0, 1)
    axes.set_xlabel("skill", labelpad=2)
    axes.set_ylabel("share of runs above it, %", labelpad=2)
    axes.yaxis.set_major_formatter(lambda v, _: f"{100 * v:.0f}")
    axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False, fontsize=8.5,
                handlelength=2.6, borderaxespad=0, labelspacing=0.35)  # fmt: skip
    shares = ", ".join(
        f"{a} {100 * profile.above(0.5):.0f} % and {100 * profile.above(0.9):.0f} %"
        for a in names for profile in [over.profiles[a]]
    )  # fmt: skip
    return finish(
        figure,
        "profiles",
        f"Performance profiles over {len(over.tasks)} tasks: the share of runs with more than each "
        f"skill. Above 0.5 and above 0.9: {shares}.",
    )
