"""Critical-difference diagram (Demšar 2006): average ranks, and who is not shown to differ."""

from reports.analysis.across_tasks import Ranks
from reports.figures.style import INK, Drawing, Look, canvas, finish, levels
from reports.formats import shortened

WIDTH = 3.4
"""Inches of the axis, at the least."""
BAR, ROW, STEP = 0.13, 0.22, 0.3
"""Inches between two bars, between two names, and (at least) between two ranks."""


def draw(ranks: Ranks, looks: dict[str, Look]) -> Drawing | None:
    """Ranks on an axis, best at the left, with a bar for each group. None if refused.

    A bar may pass an architecture that is not of its group: the dots on it are its members.
    """
    if ranks.refused:
        return None
    order = list(ranks.ranks)
    half = -(-len(order) // 2)
    left, right = order[:half], order[half:][::-1]
    groups = [g for g in ranks.groups if len(g) > 1]
    heights = levels(((ranks.ranks[g[0]], ranks.ranks[g[-1]]) for g in groups), 0.1)
    bars = 0.12 + BAR * (max(heights, default=-1) + 1)
    deep, wide = bars + ROW * half + 0.02, max(WIDTH, STEP * len(order))
    figure, axes = canvas(wide, deep)
    axes.set(xlim=(1, len(order)), ylim=(deep, 0))  # inches below the axis
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xticks(range(1, len(order) + 1))
    axes.set_xlabel(f"average rank over {len(ranks.tasks)} tasks, 1 is best", labelpad=4)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.spines["top"].set_visible(True)
    axes.set_yticks([])
    reach = 0.15 * (len(order) - 1) / wide  # 0.15 inches, in ranks
    for names, end, align in ((left, 1 - reach, "right"), (right, len(order) + reach, "left")):
        for i, name in enumerate(names):
            words = [shortened(name, 30), f"{ranks.ranks[name]:.1f}"]
            rank, depth = ranks.ranks[name], bars + ROW * (i + 0.4)
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
        y, places = 0.12 + BAR * level, [ranks.ranks[a] for a in group]
        axes.plot([places[0], places[-1]], [y, y], color=INK, linewidth=2.2, clip_on=False,
                  solid_capstyle="round", zorder=4)  # fmt: skip
        axes.plot(places, [y] * len(places), "o", color=INK, markersize=5.5, clip_on=False,
                  markeredgecolor="white", markeredgewidth=0.6, zorder=5)  # fmt: skip
    return finish(figure, "critical-difference")
