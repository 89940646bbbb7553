"""Skill over all tasks: performance profiles, interquartile means, and pairs with their chances."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reports.analysis.across_tasks import OverTasks, Versus
from reports.analysis.aggregates import ROPE, Estimate
from reports.document import Figure, Table, as_csv
from reports.figures.style import Look
from reports.formats import listed, plural, skill, verb

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
        (a, *(_percent(over.profiles[a].middle[mark]) for mark in MARKS))
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
    text = (
        f"Share of runs (a task with a seed) above each skill, over {len(over.tasks)} shared "
        f"tasks: {listed(best)} {verb(best, 'reaches', 'reach')} more than 0.9 most often, in "
        f"{_percent(top)} of {verb(best, 'its', 'their')} runs"
    )
    if below[worst]:
        text += (
            f"; {worst} is no better than the best trivial predictor in {_percent(below[worst])}"
        )
    spread = any((band.high > band.low).any() for band in over.profiles.values())
    bands = " Bands: 95 %, over seeds." if spread else " With one seed there are no bands."
    return f"{text}.{bands} A line above another throughout is better throughout."


def middle(over: OverTasks) -> Table | None:
    """The interquartile mean of skill, best first."""
    if not over.interquartile_means:
        return None
    averages = {a: f"{rank:.2f}" for a, rank in over.ranks.ranks.items()}
    rows = tuple(
        (a, skill(e.value), _interval(e, skill), str(e.runs), averages.get(a, ""))
        for a, e in over.interquartile_means.items()
    )
    first, best = next(iter(over.interquartile_means.items()))
    interval = " Interval: 95 %, stratified bootstrap over seeds." if best.low is not None else ""
    return Table(
        ("architecture", "interquartile mean", "95 % interval", "runs", "average rank"),
        rows,
        f"{first} has the highest interquartile mean of skill, {skill(best.value)}: the mean of "
        f"the middle half of all runs on the {plural(len(over.tasks), 'shared task')}, which a few "
        f"very easy, hard or failed ones do not move (Agarwal et al. 2021).{interval}",
    )


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
    rows = [
        (v.a, v.b, str(len(v.tasks)), _percent(v.improvement.value),
         _interval(v.improvement, _percent), *_chances(v))
        for v in top
    ]  # fmt: skip
    heads = ("first", "second", "tasks", "chance to beat it", "95 % interval", "better", "equal",
             "worse")  # fmt: skip
    return Table(heads, tuple(rows), _pairs_caption(top))


def _chances(versus: Versus) -> list[str]:
    p = versus.posterior
    return [f"{n:.2f}" for n in (p.better, p.equal, p.worse)] if p else [""] * 3


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
    return (
        f"{text}, and how probable it is that over tasks like these it is better, practically "
        f"equal (within {ROPE:g} of skill), or worse (Bayesian signed-rank test, Benavoli et al. "
        f"2017). {leader} is better than {listed(better, 8) or 'no other'} with a probability of "
        "95 % or more."
    )
