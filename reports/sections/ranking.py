"""Who wins where, and how sure that is: ranks, aggregates, chances, and the test of each task."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas

from reports import formats
from reports.analysis.across_tasks import ALPHA, POLICY, OverTasks, Ranks, Versus, over_tasks
from reports.analysis.aggregates import FEWEST_OF_CHANCE, FEWEST_OF_MEAN, FEWEST_OF_PROFILE, ROPE
from reports.analysis.cells import NOT_LEARNED
from reports.analysis.difference import LEVEL, Standing, standing
from reports.analysis.ranking import compare, runs
from reports.analysis.results import Results
from reports.document import Block, Figure, Heading, Table, as_csv, paragraphs, table_of
from reports.figures import across_tasks, style
from reports.figures.style import Look
from reports.formats import interval, listed, p_value, plural, skill, span
from reports.sections import answer
from reports.sections.skill import capabilities

PLACE = 30

TOP = 4
"""Architectures that are compared with each other one by one, beside the leader with all."""
MARKS = (0.0, 0.5, 0.9)
"""Skills at which the table of the performance profile gives the shares."""


def blocks(results: Results) -> list[Block]:
    """Over the compared architectures, without control rows."""
    every, results = results, results.without_controls
    compared = compare(results)
    said = [] if every.only_user_data else answer.more(results)
    figures, tables = capabilities(every), []
    if len(compared.skills) > 1:
        over = over_tasks(runs(results, compared.skills))
        looks = style.looks(results.architectures)
        if over.ranks.refused:
            said.append(f"No ranks and no critical-difference diagram: {over.ranks.refused}.")
        said.append(POLICY)
        figures = [*filter(None, [_ranks(over.ranks, looks), _profiles(over, looks)]), *figures]
        tables = [_middle(over), _pairs(over), _by_task(every)]
    made: list[Block] = [*(paragraphs(*said) if said else []), *figures]
    for at, table in enumerate(filter(None, tables), 1):
        made.append(replace(table, name=f"contest-table-{at}"))
    return [Heading("Who wins where, and how sure", "contest"), *made] if made else []


# -- over tasks -----------------------------------------------------------------------------------


def _ranks(ranks: Ranks, looks: dict[str, Look]) -> Figure | None:
    drawing = across_tasks.ranks(ranks, looks)
    if drawing is None:
        return None
    differ = sum(pair.adjusted <= ALPHA for pair in ranks.pairs)
    said = f"{differ} of {plural(len(ranks.pairs), 'pair')} differ (Wilcoxon's test, Holm)"
    if ranks.friedman is not None and ranks.friedman > ALPHA:
        said = f"they are not shown to differ (Friedman's test, p = {p_value(ranks.friedman)})"
    elif ranks.least is not None and ranks.least > ALPHA:
        said = "so few tasks cannot show that any pair differs"
    tasks = plural(len(ranks.tasks), "task")
    ends = span(ranks.ranks, "{:.1f}".format)
    finding = (
        f"Average ranks over {tasks} are {ends}; {said}. A bar joins those not shown to differ."
    )
    averages = as_csv(("architecture", "average_rank"), ranks.ranks.items())
    pairs = as_csv(
        ("a", "b", "mean_difference_in_skill", "p_wilcoxon", "p_holm"),
        [(p.a, p.b, p.difference, p.p, p.adjusted) for p in ranks.pairs],
    )
    texts = {a: f"{rank:.2f}" for a, rank in ranks.ranks.items()}
    table = table_of(texts, {"architecture": str, "average rank": texts})
    return Figure(drawing, finding, table, data=f"{averages}\n{pairs}", title="Average ranks")


def _profiles(over: OverTasks, looks: dict[str, Look]) -> Figure | None:
    drawing = across_tasks.profiles(over, looks)
    if drawing is None:
        return None
    names = list(over.interquartile_means)
    shares = {mark: {a: over.profiles[a].middle[mark] for a in names} for mark in MARKS}
    columns = {f"runs above {mark:g}": {a: _percent(share) for a, share in of.items()}
               for mark, of in shares.items()}  # fmt: skip
    rows = pandas.concat({a: over.profiles[a] for a in names}).astype(object)
    bands = [(*at, *of) for at, *of in rows.where(rows.notna(), None).itertuples()]
    finding = (
        f"Above a skill of 0.9 are {span(shares[0.9], _percent)} of the runs (a task with a seed) "
        f"on {len(over.tasks)} shared tasks; bands, from {FEWEST_OF_PROFILE} seeds on: 95 %."
    )
    data = as_csv(("architecture", "skill", "share_above", "low", "high"), bands)
    title = "Performance profiles"
    table = table_of(names, {"architecture": str, **columns})
    return Figure(drawing, finding, table, data=data, title=title)


def _middle(over: OverTasks) -> Table | None:
    means = over.interquartile_means
    known = any(mean.low is not None for mean in means.values())
    columns: dict[str, Any] = {
        "architecture": str,
        "interquartile mean": lambda a: skill(means[a].value),
        **(
            {"95 % interval": lambda a: interval(means[a].low, means[a].high, skill)}
            if known
            else {}
        ),
        "runs": lambda a: str(means[a].runs),
        "average rank": {a: f"{rank:.2f}" for a, rank in over.ranks.ranks.items()},
    }
    caption = (
        "The interquartile mean of skill: the mean of the middle half of all runs on the "
        f"{plural(len(over.tasks), 'shared task')} (Agarwal et al. 2021). Interval, from "
        f"{FEWEST_OF_MEAN} seeds on: stratified bootstrap over seeds."
    )
    return table_of(means, columns, caption=caption) if means else None


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _pairs(over: OverTasks) -> Table | None:
    """The leader against each other one, then the others of the top among themselves."""
    order = list(over.interquartile_means or over.architectures)
    pairs = {(v.a, v.b): v for v in over.pairs} | {(v.b, v.a): v.turned() for v in over.pairs}
    wanted = [(order[0], b) for b in order[1:]]
    wanted += [(a, b) for i, a in enumerate(order[1:TOP], 1) for b in order[i + 1 : TOP]]

    def chance(of: str) -> Callable[[Versus], str]:
        return lambda v: f"{getattr(v.posterior, of):.2f}" if v.posterior else ""

    known = any(v.improvement.low is not None for v in over.pairs)
    columns: dict[str, Callable[[Versus], str]] = {
        "first": lambda v: v.a,
        "second": lambda v: v.b,
        "tasks": lambda v: str(len(v.tasks)),
        "chance to beat it": lambda v: _percent(v.improvement.value),
        **(
            {"95 % interval": lambda v: interval(v.improvement.low, v.improvement.high, _percent)}
            if known
            else {}
        ),
        **{of: chance(of) for of in ("better", "equal", "worse")},
    }
    caption = (
        "Two by two: the chance that a run of the first beats one of the second on the same task, "
        "and from five tasks on how probable it is that over tasks like these it is better, "
        f"practically equal (within {ROPE:g} of skill), or worse (Bayesian signed-rank test, "
        f"Benavoli et al. 2017). These probabilities are not corrected for the number "
        f"of pairs; the tests above are. Interval: from {FEWEST_OF_CHANCE} seeds on."
    )
    table = table_of([pairs[p] for p in wanted if p in pairs], columns, caption=caption)
    return table if table.rows else None


def _tested(results: Results) -> dict[str, Standing]:
    orders = {task.name: standing(results, task) for task in results.tasks}
    return {task: order for task, order in orders.items() if order.tested}


def _by_task(results: Results) -> Table | None:
    orders = _tested(results)
    columns: dict[str, Callable[[str], str]] = {
        "task": str,
        "best": lambda task: listed(orders[task].best, 99),
        "differ from it, worse": lambda task: listed(orders[task].worse, 99),
        "not shown to differ": lambda task: listed(orders[task].alike, 99),
        NOT_LEARNED: lambda task: listed(orders[task].not_learned, 99),
        "examples": lambda task: formats.number(orders[task].examples or None),
    }
    caption = (
        "Who differs from the best of each task: over seeds and test examples, Holm's correction "
        f"over all pairs, {LEVEL}. data/examples.csv has every pair."
    )
    return table_of(orders, columns, caption=caption) if orders else None


def examples(results: Results) -> str:
    """Each two architectures of each task that is tested, as CSV; empty if none is."""
    heads = ("task", "a", "b", "difference", "low", "high", "examples", "p_examples", "seeds",
             "p_seeds", "p", "p_holm")  # fmt: skip
    tested = _tested(results)
    rows = [
        (task.name, a, b, d.examples.mean, d.examples.low, d.examples.high, d.examples.n,
         d.examples.p, d.seeds.n, d.seeds.p, d.p, d.adjusted)
        for task in results.tasks if task.name in tested
        for (a, b), d in tested[task.name].pairs.items()
    ]  # fmt: skip
    return as_csv(heads, rows) if rows else ""
