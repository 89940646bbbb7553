"""Who wins where, and how sure that is: ranks, aggregates, chances, and the test of each task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from reports.analysis import frame
from reports.analysis.across_tasks import ALPHA, POLICY, Ranks, over_tasks
from reports.analysis.difference import LEVEL, Standing, all_pairs, standing
from reports.analysis.ranking import compare
from reports.analysis.results import Results
from reports.analysis.user_data import only_user_data, without_controls
from reports.document import Block, Figure, Heading, Table, as_csv, paragraphs
from reports.figures.style import Look
from reports.formats import listed, p_value, plural, verb
from reports.sections import aggregates, answer, skill

if TYPE_CHECKING:
    import pandas

PLACE = 30


def blocks(results: Results) -> list[Block]:
    """What else there is to say of the scores, then all of it over the compared architectures.

    Control rows are left out.
    """
    from reports.figures import style

    every, results = results, without_controls(results)
    compared = compare(results)
    said = [] if only_user_data(every) else answer.more(results)
    figures, tables = skill.capabilities(every), []
    if len(compared.skills) > 1:
        over = over_tasks(_skills(results, compared.skills))
        looks = style.looks(results.architectures)
        if over.ranks.refused:
            said.append(f"No ranks and no critical-difference diagram: {over.ranks.refused}.")
        said.append(POLICY)
        ranks = [_ranks(over.ranks, looks), aggregates.profiles(over, looks)]
        figures = [*filter(None, ranks), *figures]
        tables = [aggregates.middle(over), aggregates.pairs(over), _by_task(every)]
    made: list[Block] = [*(paragraphs(*said) if said else []), *figures]
    for at, table in enumerate(filter(None, tables), 1):
        made.append(replace(table, name=f"contest-table-{at}"))
    return [Heading("Who wins where, and how sure", "contest"), *made] if made else []


def _skills(results: Results, architectures: Iterable[str]) -> pandas.DataFrame:
    """Every scored run of the matrix's own cells, architecture by architecture."""
    cells = frame.cells(results)
    scored = cells[cells.main & (cells.outcome == "ok")].set_index("architecture", drop=False)
    return scored.loc[list(architectures)].reset_index(drop=True)


# -- ranks ----------------------------------------------------------------------------------------


def _ranks(ranks: Ranks, looks: dict[str, Look]) -> Figure | None:
    from reports.figures import critical_difference

    drawing = critical_difference.draw(ranks, looks)
    if drawing is None:
        return None
    rows = tuple((a, f"{rank:.2f}") for a, rank in ranks.ranks.items())
    averages = as_csv(("architecture", "average_rank"), ranks.ranks.items())
    pairs = as_csv(
        ("a", "b", "mean_difference_in_skill", "p_wilcoxon", "p_holm"),
        [(p.a, p.b, p.difference, p.p, p.adjusted) for p in ranks.pairs],
    )
    table = Table(("architecture", "average rank"), rows)
    data, title = f"{averages}\n{pairs}", "Average ranks"
    return Figure(drawing, _rank_finding(ranks), table, data=data, title=title)


def _rank_finding(ranks: Ranks) -> str:
    first, last = list(ranks.ranks)[0], list(ranks.ranks)[-1]
    best, worst = ([a for a, rank in ranks.ranks.items() if abs(rank - ranks.ranks[end]) < 1e-9]
                   for end in (first, last))  # fmt: skip
    text = (
        f"Over {plural(len(ranks.tasks), 'task')} {listed(best)} {verb(best, 'has', 'have')} the "
        f"best average rank ({ranks.ranks[first]:.1f}), {listed(worst)} the worst "
        f"({ranks.ranks[last]:.1f})."
    )
    tested = ranks.friedman is None or ranks.friedman <= ALPHA
    if ranks.friedman is not None:
        verdict = "differ" if tested else "are not shown to differ"
        p = p_value(ranks.friedman)
        text += f" The ranks {verdict} (Friedman's test, p {p if p[0] == '<' else f'= {p}'})."
    if tested and ranks.least is not None and ranks.least > ALPHA:
        text += (
            f" With so few tasks none of the {len(ranks.pairs)} pairs can be shown to differ: the "
            f"smallest corrected p-value that they could give is {ranks.least:.2f}."
        )
    elif tested:
        differ = [{p.a, p.b} for p in ranks.pairs if p.adjusted <= ALPHA]
        behind = [a for a in ranks.ranks if {first, a} in differ]
        text += (
            f" {len(differ)} of {plural(len(ranks.pairs), 'pair')} differ over tasks (Wilcoxon's "
            "signed-rank test with Holm's correction)"
            f"{f', {first} from {listed(behind, 8)}' if behind else ''}."
        )
    return f"{text} A bar joins those of which no two are shown to differ; each dot on it is one."


# -- one task -------------------------------------------------------------------------------------


def _tested(results: Results) -> dict[str, Standing]:
    """By task, where the best is tested against any other."""
    orders = {task.name: standing(results, task) for task in results.tasks}
    return {task: order for task, order in orders.items() if order.tested}


def _by_task(results: Results) -> Table | None:
    """Who differs from the best of each task."""
    orders = _tested(results)
    if not orders:
        return None
    rows = [
        (task, o.order[0], listed(o.worse, 99), listed(o.alike, 99),
         f"{o.examples:,}" if o.examples else "")
        for task, o in orders.items()
    ]  # fmt: skip
    clear = sum(not order.alike for order in orders.values())
    return Table(
        ("task", "best", "differ from it, worse", "not shown to differ", "examples"),
        tuple(rows),
        f"Task by task: on {clear} of {plural(len(orders), 'task')} the best differs from all "
        "others (paired t tests over seeds and over test examples, Holm's correction over the "
        f"comparisons with the best, {LEVEL}). data/examples.csv has every pair; of those without "
        "the best the p-values are not corrected.",
    )


def examples(results: Results) -> str:
    """Each two architectures of each task that is tested, as CSV; empty if none is."""
    heads = ("task", "a", "b", "difference", "low", "high", "examples", "p_examples", "seeds",
             "p_seeds", "p", "p_holm")  # fmt: skip
    tested = _tested(results)
    rows = [
        (task.name, a, b, d.examples.mean, d.examples.low, d.examples.high, d.examples.n,
         d.examples.p, d.seeds.n, d.seeds.p, d.p, d.adjusted)
        for task in results.tasks if task.name in tested
        for (a, b), d in all_pairs(results, task).items()
    ]  # fmt: skip
    return as_csv(heads, rows) if rows else ""
