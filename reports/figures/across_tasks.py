"""Over tasks: average ranks in a critical-difference diagram (Demšar 2006), and profiles."""

from collections.abc import Mapping

from reports.analysis.across_tasks import OverTasks, Ranks
from reports.figures import style
from reports.figures.style import INK, PALE, Drawing, Look
from reports.formats import shortened

WIDTH = 3.4
"""Inches of the axis, at the least."""
BAR, ROW, STEP = 0.13, 0.22, 0.3
"""Inches between two bars, between two names, and (at least) between two ranks."""


def ranks(found: Ranks, looks: dict[str, Look]) -> Drawing | None:
    """Ranks on an axis, best at the left, with a bar for each group. None if refused.

    A bar may pass an architecture that is not of its group: the dots on it are its members.
    """
    if found.refused:
        return None
    order = list(found.ranks)
    half = -(-len(order) // 2)
    left, right = order[:half], order[half:][::-1]
    groups = [g for g in found.groups if len(g) > 1]
    heights = style.levels(((found.ranks[g[0]], found.ranks[g[-1]]) for g in groups), 0.1)
    bars = 0.12 + BAR * (max(heights, default=-1) + 1)
    deep, wide = bars + ROW * half + 0.02, max(WIDTH, STEP * len(order))
    figure, axes = style.canvas(wide, deep)
    axes.set(xlim=(1, len(order)), ylim=(deep, 0))  # inches below the axis
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xticks(range(1, len(order) + 1))
    axes.set_xlabel(f"average rank over {len(found.tasks)} tasks, 1 is best", labelpad=4)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.spines["top"].set_visible(True)
    axes.set_yticks([])
    reach = 0.15 * (len(order) - 1) / wide  # 0.15 inches, in ranks
    for names, end, align in ((left, 1 - reach, "right"), (right, len(order) + reach, "left")):
        for i, name in enumerate(names):
            words = [shortened(name, 30), f"{found.ranks[name]:.1f}"]
            rank, depth = found.ranks[name], bars + ROW * (i + 0.4)
            axes.plot([rank, rank, end], [0, depth, depth], **looks[name] | {"marker": ""},
                      linewidth=1.1, clip_on=False, zorder=2)  # fmt: skip
            axes.plot([rank], [0], **looks[name], markersize=6, clip_on=False,
                      markeredgecolor="white", markeredgewidth=0.5, zorder=6)  # fmt: skip
            axes.annotate(
                "  ".join(words if align == "right" else words[::-1]), (end, depth),
                xytext=(-3 if align == "right" else 3, 0), textcoords="offset points", ha=align,
                va="center", annotation_clip=False,
            )  # fmt: skip
    for group, level in zip(groups, heights, strict=True):
        y, places = 0.12 + BAR * level, [found.ranks[a] for a in group]
        axes.plot([places[0], places[-1]], [y, y], color=INK, linewidth=2.2, clip_on=False,
                  solid_capstyle="round", zorder=4)  # fmt: skip
        axes.plot(places, [y] * len(places), "o", color=INK, markersize=5.5, clip_on=False,
                  markeredgecolor="white", markeredgewidth=0.6, zorder=5)  # fmt: skip
    return style.finish(figure, "critical-difference")


def profiles(over: OverTasks, looks: Mapping[str, Look]) -> Drawing | None:
    """Performance profiles: for each architecture the share of runs that reach more than a given
    skill with its 95 % band, named best first. None without any.

    A line above another at every skill is better throughout; the area right of 0 grows with
    mean skill.
    """
    if not over.profiles:
        return None
    names = list(over.interquartile_means)
    figure, axes = style.canvas(4.3, max(2.6, 0.19 * len(names)))
    pale = min(0.14, 0.7 / len(names))  # many bands lie on each other
    for i, a in enumerate(names):
        band = over.profiles[a]
        style.line_in_band(axes, looks[a], band, pale,
                     label=shortened(a, 30), markevery=(i % 10, 10), clip_on=False)  # fmt: skip
    axes.axvline(0, color=PALE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
    axes.set(xlim=(band.index[0], band.index[-1]), ylim=(0, 1), xlabel="skill",
             ylabel="share of runs above it, %")  # fmt: skip
    axes.yaxis.set_major_formatter(lambda v, _: f"{100 * v:.0f}")
    style.legend_beside(axes, loc="center left", bbox_to_anchor=(1.02, 0.5))
    return style.finish(figure, "profiles")
