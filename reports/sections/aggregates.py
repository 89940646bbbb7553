"""Skill over all tasks: performance profiles, interquartile means, and pairs with their chances."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reports.analysis.across_tasks import OverTasks, Versus
from reports.analysis.aggregates import ROPE, Estimate
from reports.document import Figure, Table, as_csv
from reports.figures.style import Look
from reports.formats import listed, plural, skill

TOP = 4
"""Architectures that are compared with each other one by one, beside the leader with all."""
MARKS = (0.0, 0.5, 0.9)
"""Skills at which the table of the performance profile gives the shares."""


def profiles(over: OverTasks, looks: dict[str, Look]) -> Figure | None:
    """Of each architecture the share of runs above each skill."""
    from reports.figures import profiles as figure

    drawing = figure.draw(over, looks)
    if drawing is None:
        return None
    heads = ("architecture", *(f"runs above {mark:g}" for mark in MARKS))
    rows = tuple(
        (a, *(f"{100 * over.profiles[a].middle[mark]:.0f} %" for mark in MARKS))
        for a in over.interquartile_means
    )
    data = as_csv(
        ("architecture", "skill", "share_above", "low", "high"),
        [
            (a, *numbers)
            for a in over.interquartile_means
            for numbers in over.profiles[a].itertuples()
        ],
    )
    table, title = Table(heads, rows), "Performance profiles"
    return Figure(drawing, _profile_finding(over), table, data=data, title=title)


def _profile_finding(over: OverTasks) -> str:
    shares = {a: over.profiles[a].middle[0.9] for a in over.interquartile_means}
    top = max(shares.values())
    best = [a for a in shares if shares[a] == top]
    below = {a: 1 - over.profiles[a].middle[0.0] for a in over.interquartile_means}
    worst = max(below, key=lambda a: below[a])
    reach, their = ("reaches", "its") if len(best) == 1 else ("reach", "their")
    text = (
        f"Share of runs (a task with a seed) above each skill, over {len(over.tasks)} shared "
        f"tasks: {listed(best)} {reach} more than 0.9 most often, in {100 * top:.0f} % of {their} "
        "runs"
    )
    if below[worst]:
        share = f"{100 * below[worst]:.0f} %"
        text += f"; {worst} is no better than the best trivial predictor in {share}"
    return f"{text}. Bands: 95 %, over seeds. A line above another throughout is better throughout."


def middle(over: OverTasks) -> Table | None:
    """The interquartile mean of skill, best first."""
    if not over.interquartile_means:
        return None
    averages = {a: f"{rank:.2f}" for a, rank in over.ranks.ranks.items()}
    rows = tuple(
        (a, skill(e.value), _interval(e, skill), str(e.runs), averages.get(a, ""))
        for a, e in over.interquartile_means.items()
    )
    (first, best), *rest = over.interquartile_means.items()
    text = f"{first} has the highest interquartile mean of skill, {skill(best.value)}"
    interval = ""
    if best.low is not None:
        overlapping = [a for a, e in rest if _overlap(e, best)]
        text += f"; intervals that overlap its own: {listed(overlapping, 8) or 'none'}"
        interval = " Interval: 95 %, stratified bootstrap over seeds."
    return Table(
        ("architecture", "interquartile mean", "95 % interval", "runs", "average rank"),
        rows,
        f"{text}. It is the mean of the middle half of all runs on the "
        f"{plural(len(over.tasks), 'shared task')}: a few very easy, hard or failed ones do not "
        f"move it (Agarwal et al. 2021).{interval}",
    )


def _overlap(one: Estimate, other: Estimate) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.low <= other.high and other.low <= one.high


def _interval(estimate: Estimate, text: Callable[[float], str]) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{text(estimate.low)} to {text(estimate.high)}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def pairs(over: OverTasks) -> Table | None:
    """The leader against each other one, then the others of the top among themselves."""
    top = _top(over)
    if not top:
        return None
    rows = []
    for v in top:
        p = v.posterior
        numbers = (p.better, p.equal, p.worse) if p else ()
        chances = tuple(f"{number:.2f}" for number in numbers) or ("", "", "")
        rows.append((v.a, v.b, str(len(v.tasks)), _percent(v.improvement.value),
                     _interval(v.improvement, _percent), *chances))  # fmt: skip
    heads = ("first", "second", "tasks", "chance to beat it", "95 % interval", "better", "equal",
             "worse")  # fmt: skip
    return Table(heads, tuple(rows), _pairs_caption(top))


def _top(over: OverTasks) -> list[Versus]:
    order = list(over.interquartile_means) or list(over.architectures)
    pairs = {(v.a, v.b): v for v in over.pairs} | {(v.b, v.a): v.turned() for v in over.pairs}
    wanted = [(order[0], b) for b in order[1:]]
    wanted += [(a, b) for i, a in enumerate(order[1:TOP], 1) for b in order[i + 1 : TOP]]
    return [pairs[pair] for pair in wanted if pair in pairs]


def _pairs_caption(pairs: Sequence[Versus]) -> str:
    leader = pairs[0].a
    text = "Two by two: the chance that a run of the first beats one of the second on the same task"
    known = [(v.b, v.posterior) for v in pairs if v.a == leader and v.posterior is not None]
    if not known:
        fewest = min(len(v.tasks) for v in pairs)
        return f"{text}. A Bayesian comparison asks for 5 tasks; here two share {fewest} or more."
    better = [b for b, p in known if p.better >= 0.95]
    equal = [b for b, p in known if p.equal >= 0.95]
    text += (
        f", and how probable it is that over tasks like these it is better, practically equal "
        f"(within {ROPE:g} of skill), or worse (Bayesian signed-rank test, Benavoli et al. 2017). "
        f"With a probability of 95 % or more {leader} is better than "
        f"{listed(better, 8) or 'none of them'}"
    )
    return f"{text}, and practically equal to {listed(equal, 8)}." if equal else f"{text}."
