"""Who wins where, and how sure that is: ranks, aggregates, chances, tests on examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.analysis.across_tasks import ALPHA, POLICY, OverTasks, Ranks, Versus, over_tasks
from reports.analysis.aggregates import Estimate, Profile
from reports.analysis.bayesian import ROPE
from reports.analysis.difference import LEVEL, Standing, all_pairs, standing
from reports.analysis.ranking import Comparison
from reports.analysis.results import Results
from reports.figures.style import Look
from reports.formats import listed, p_value, plural, skill
from reports.sections.section import Figure, Section, Table
from reports.sections.shown import Shown, as_csv

TOP = 4
"""Architectures that are compared with each other one by one, beside the leader with all."""
MARKS = (0.0, 0.5, 0.9)
"""Skills at which the table of the performance profile tells the shares."""


def section(
    results: Results,
    compared: Comparison,
    standings: Mapping[str, Standing],
    looks: dict[str, Look],
    profile: Figure | None,
    sentences: Sequence[str],
) -> Section | None:
    """All of it over the compared architectures; None where no two can be compared.

    profile: the heat map of skill by capability. sentences: what is said first.
    """
    if len(compared.skills) < 2:
        figures: tuple[Figure, ...] = (profile,) if profile else ()
        if not figures and not sentences:
            return None
        return Section("contest", "Who wins where, and how sure", tuple(sentences), figures)
    skills = {
        a: {
            t: {c.seed: c.skill for c in group.cells}
            for (t, b), group in results.groups.items()
            if b == a
        }
        for a in compared.skills
    }
    over = over_tasks(skills)
    figures = tuple(f for f in (_ranks(over, looks), _profiles(over, looks), profile) if f)
    tables = [(_middle_caption(over), _middle(over))] if over.middle else []
    if pairs := _top(over):
        tables.append((_versus_caption(over, pairs), _versus(pairs)))
    if standings:
        tables.append((_by_task_caption(standings), _by_task(standings)))
    told = [*sentences, _about_ranks(over.ranks), POLICY]
    return Section("contest", "Who wins where, and how sure", tuple(filter(None, told)), figures,
                   tuple(tables))  # fmt: skip


# -- one task ------------------------------------------------------------------------------------


def tested(results: Results) -> dict[str, Standing]:
    """By task, where the best is tested against any other architecture."""
    found = {task.name: standing(results, task) for task in results.tasks}
    return {n: o for n, o in found.items() if o and any(o.differences[a].p is not None
                                                       for a in o.order[1:])}  # fmt: skip


def _by_task(standings: Mapping[str, Standing]) -> Table:
    return Table(
        ("task", "best", "differ from it, worse", "not shown to differ", "examples"),
        tuple(
            (
                task,
                o.order[0],
                listed(o.worse, 99),
                listed(_alike(o), 99),
                f"{o.examples:,}" if o.examples else "",
            )
            for task, o in standings.items()
        ),
    )


def _alike(order: Standing) -> list[str]:
    """Not shown to differ from the first; those that share its mean are among them."""
    return [a for a in order.order[1:] if a not in order.worse]


def data(results: Results, standings: Mapping[str, Standing]) -> dict[str, str]:
    """Further CSV files, by name: each two architectures of each task."""
    heads = ("task", "a", "b", "difference", "low", "high", "examples", "p_examples", "seeds",
             "p_seeds", "p", "p_holm")  # fmt: skip
    rows = [
        (task.name, a, b, d.examples.mean, d.examples.low, d.examples.high, d.examples.n,
         d.examples.p, d.seeds.n, d.seeds.p, d.p, d.adjusted)
        for task in results.tasks if task.name in standings
        for (a, b), d in all_pairs(results, task).items()
    ]  # fmt: skip
    return {"examples": as_csv(heads, rows)} if rows else {}


def others(order: Standing | None) -> str:
    """Who differs from the best, for the caption of a task."""
    if order is None:
        return ""
    pairs = [order.differences[a] for a in order.order[1:]]
    repeated = any(d.seeds.p is not None for d in pairs)
    over = [plural(max(d.seeds.n for d in pairs), "seed")] * repeated
    over += [plural(order.examples, "test example")] * bool(order.examples)
    how = f"over {listed(over)} (paired t tests, Holm)"
    alike = _alike(order)
    if not order.worse:
        return f"None is shown to differ from it {how}."
    most = max(order.differences[a].adjusted or 0.0 for a in order.worse)
    sure = f"p {p_value(most) if most < 0.001 else f'at most {p_value(most)}'}"
    if not alike:
        who = (
            "The other differs"
            if len(order.worse) == 1
            else f"All {len(order.worse)} others differ"
        )
        return f"{who} from it {how}: {sure}."
    return f"Not shown to differ from it {how}: {listed(alike, 8)}; the others do ({sure})."


# -- ranks ----------------------------------------------------------------------------------------


def _about_ranks(ranks: Ranks) -> str:
    if ranks.refused:
        return f"No ranks and no critical-difference diagram: {ranks.refused}."
    return ""


def _ranks(over: OverTasks, looks: dict[str, Look]) -> Figure | None:
    from reports.figures import critical_difference

    drawing = critical_difference.draw(over.ranks, looks)
    if drawing is None:
        return None
    found = over.ranks
    rows = tuple((a, f"{rank:.2f}") for a, rank in found.ranks.items())
    pairs = as_csv(
        ("a", "b", "mean_difference_in_skill", "p_wilcoxon", "p_holm"),
        [(p.a, p.b, p.difference, p.p, p.adjusted) for p in found.pairs],
    )
    ranks = as_csv(("architecture", "average_rank"), found.ranks.items())
    return Shown(drawing, _ranks_caption(found), Table(("architecture", "average rank"), rows),
                 data=f"{ranks}\n{pairs}")  # fmt: skip


def _ranks_caption(ranks: Ranks) -> str:
    names = list(ranks.ranks)
    first, last = names[0], names[-1]
    text = (
        f"Over {plural(len(ranks.tasks), 'task')} {first} has the best average rank "
        f"({ranks.ranks[first]:.1f}), {last} the worst ({ranks.ranks[last]:.1f})."
    )
    if ranks.friedman is not None:
        verdict = "differ" if ranks.friedman <= ALPHA else "are not shown to differ"
        text += f" The ranks {verdict} (Friedman's test, p {_p(ranks.friedman)})."
    apart = [p for p in ranks.pairs if p.adjusted <= ALPHA]
    tested = ranks.friedman is None or ranks.friedman <= ALPHA
    if tested and ranks.least is not None and ranks.least > ALPHA:
        text += (
            f" With so few tasks none of the {len(ranks.pairs)} pairs can be shown to differ: the "
            f"smallest corrected p-value that they could give is {ranks.least:.2f}."
        )
    elif tested:
        from_first = [p.b if p.a == first else p.a for p in apart if first in (p.a, p.b)]
        text += f" {len(apart)} of {plural(len(ranks.pairs), 'pair')} differ"
        text += " (Wilcoxon's signed-rank test with Holm's correction)"
        text += f", {first} from {listed(from_first, 8)}." if from_first else "."
    return text + " A bar joins those of which no two are shown to differ; each dot on it is one."


def _p(value: float) -> str:
    text = p_value(value)
    return text if text.startswith("<") else f"= {text}"


# -- aggregates -----------------------------------------------------------------------------------


def _profiles(over: OverTasks, looks: dict[str, Look]) -> Figure | None:
    from reports.figures import profiles

    drawing = profiles.draw(over, looks)
    if drawing is None:
        return None
    rows = tuple(
        (a, *(f"{100 * _share(over.profiles[a], mark):.0f} %" for mark in MARKS))
        for a in over.middle
    )
    heads = ("architecture", *(f"runs above {mark:g}" for mark in MARKS))
    data = as_csv(
        ("architecture", "skill", "share_above", "low", "high"),
        [(a, *numbers) for a in over.middle for numbers in _numbers(over.profiles[a])],
    )
    return Shown(drawing, _profiles_caption(over), Table(heads, rows), data=data)


def _numbers(found: Profile) -> list[tuple[float, ...]]:
    return list(zip(found.tau, found.share, found.low, found.high, strict=True))


def _share(found: Profile, mark: float) -> float:
    return found.share[found.tau.index(mark)]


def _profiles_caption(over: OverTasks) -> str:
    shares = {a: _share(over.profiles[a], 0.9) for a in over.middle}
    top = max(shares.values())
    best = [a for a in shares if shares[a] == top]
    below = {a: 1 - _share(over.profiles[a], 0.0) for a in over.middle}
    worst = max(below, key=lambda a: below[a])
    text = (
        f"Share of runs (a task with a seed) above each skill, over {len(over.tasks)} shared "
        f"tasks: {listed(best)} {'reaches' if len(best) == 1 else 'reach'} more than 0.9 most "
        f"often, in {100 * top:.0f} % of {'its' if len(best) == 1 else 'their'} runs"
    )
    if below[worst]:
        text += (
            f"; {worst} is no better than the best trivial predictor in {100 * below[worst]:.0f} %"
        )
    return text + ". Bands: 95 %, over seeds. A line above another throughout is better throughout."


def _middle_caption(over: OverTasks) -> str:
    (first, value), *rest = over.middle.items()
    level = [a for a, e in rest if _overlap(e, value)]
    text = (
        f"{first} has the highest interquartile mean of skill, {skill(value.value)}"
        if rest else f"{first}: {skill(value.value)}"
    )  # fmt: skip
    if value.low is not None and rest:
        text += f"; intervals that overlap its own: {listed(level, 8) or 'none'}"
    return (
        f"{text}. It is the mean of the middle half of all runs on the "
        f"{plural(len(over.tasks), 'shared task')}: a few very easy, hard or failed ones do not "
        "move it (Agarwal et al. 2021). Interval: 95 %, stratified bootstrap over seeds."
    )


def _overlap(one: Estimate, other: Estimate) -> bool:
    ends = (one.low, one.high, other.low, other.high)
    low, high, lower, upper = ends
    if low is None or high is None or lower is None or upper is None:
        return False
    return low <= upper and lower <= high


def _middle(over: OverTasks) -> Table:
    rows = tuple(
        (a, skill(e.value), _ends(e), str(e.runs), _rank_of(over, a))
        for a, e in over.middle.items()
    )
    heads = ("architecture", "interquartile mean", "95 % interval", "runs", "average rank")
    return Table(heads, rows)


def _rank_of(over: OverTasks, architecture: str) -> str:
    rank = over.ranks.ranks.get(architecture)
    return "" if rank is None else f"{rank:.2f}"


def _ends(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{skill(estimate.low)} to {skill(estimate.high)}"


# -- two by two -----------------------------------------------------------------------------------


def _top(over: OverTasks) -> list[Versus]:
    """The leader against each other, then the others of the top among themselves."""
    order = list(over.middle) or list(over.architectures)
    pairs = {frozenset((v.a, v.b)): v for v in over.pairs}
    wanted = [(order[0], b) for b in order[1:]]
    wanted += [(a, b) for i, a in enumerate(order[1:TOP], 1) for b in order[i + 1 : TOP]]
    found = []
    for a, b in wanted:
        versus = pairs.get(frozenset((a, b)))
        if versus is not None:
            found.append(versus if versus.a == a else _turned(versus))
    return found


def _turned(v: Versus) -> Versus:
    """The same with the two exchanged."""
    from dataclasses import replace

    p, flip = v.improvement, lambda value: None if value is None else 1 - value
    improvement = replace(p, value=1 - p.value, low=flip(p.high), high=flip(p.low))
    posterior = v.posterior and replace(v.posterior, worse=v.posterior.better,
                                        better=v.posterior.worse)  # fmt: skip
    return replace(v, a=v.b, b=v.a, improvement=improvement, posterior=posterior)


def _versus_caption(over: OverTasks, pairs: Sequence[Versus]) -> str:
    leader = pairs[0].a
    known = [v for v in pairs if v.a == leader and v.posterior is not None]
    sure = [v.b for v in known if v.posterior and v.posterior.better >= 0.95]
    level = [v.b for v in known if v.posterior and v.posterior.equal >= 0.95]
    text = "Two by two: the chance that a run of the first beats one of the second on the same task"
    if known:
        text += (
            f", and how probable it is that over tasks like these it is better, practically equal "
            f"(within {ROPE:g} of skill), or worse (Bayesian signed-rank test, Benavoli et al. "
            f"2017). With a probability of 95 % or more {leader} is better than "
            f"{listed(sure, 8) or 'none of them'}"
        )
        text += f", and practically equal to {listed(level, 8)}" if level else ""
        return text + "."
    fewest = min(len(v.tasks) for v in pairs)
    return f"{text}. A Bayesian comparison asks for 5 tasks; here two share {fewest} or more."


def _versus(pairs: Sequence[Versus]) -> Table:
    heads = ("first", "second", "tasks", "chance to beat it", "95 % interval", "better", "equal",
             "worse")  # fmt: skip
    rows = []
    for v in pairs:
        p = v.posterior
        low, high = v.improvement.low, v.improvement.high
        rows.append(
            (v.a, v.b, str(len(v.tasks)), f"{100 * v.improvement.value:.0f} %",
             "" if low is None or high is None else f"{100 * low:.0f} % to {100 * high:.0f} %",
             *(("", "", "") if p is None
               else (f"{p.better:.2f}", f"{p.equal:.2f}", f"{p.worse:.2f}")))
        )  # fmt: skip
    return Table(heads, tuple(rows))


def _by_task_caption(standings: Mapping[str, Standing]) -> str:
    contested = [o for o in standings.values() if len(o.order) > 1]
    clear = sum(o.clear for o in contested)
    return (
        f"Task by task: on {clear} of {plural(len(contested), 'task')} the best differs from all "
        f"others (paired t tests over seeds and over test examples, Holm's correction over the "
        f"comparisons with the best, {LEVEL}). data/examples.csv has every pair; of those without "
        "the best the p-values are not corrected."
    )
