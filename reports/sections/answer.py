"""What the scores say, in sentences: who leads, who may be as good, who beats the baselines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reports import formats
from reports.analysis.across_tasks import ALPHA, Ranks, rank
from reports.analysis.cells import NOT_LEARNED
from reports.analysis.difference import standing
from reports.analysis.ranking import compare, lead, leader, runs
from reports.analysis.results import Results, TaskInfo
from reports.formats import listed, p_value, plural, verb

FEW = 4
"""Tasks that are told one by one."""


def first(results: Results) -> list[str]:
    """What is said first. A winner over tasks is named only where Friedman's test and the pairwise
    ones do; of a few tasks the best of each."""
    if not results.cells and results.parts:
        return []
    if all(cell.score is None for cell in results.cells):
        return ["No cell has a score yet, so there is nothing to compare."]
    ranks = rank(runs(results, compare(results).skills))
    if not ranks.refused:
        return [_over_tasks(ranks), *_most_wins(results)]
    tasks = [task for task in results.tasks if standing(results, task)]
    each = [_on(results, task) for task in tasks] if len(tasks) <= FEW else []
    why = f"No winner over tasks is named: {ranks.refused}." if len(tasks) > 1 else ""
    return [*each, *([] if each else _most_wins(results)), *([why] if why else [])]


def more(results: Results) -> list[str]:
    """Who could not be compared, and whether the baselines are beaten."""
    few = {a: f"({plural(n, 'task')})" for a, n in compare(results).left_out.items()}
    left_out = f"Not compared, as they share few tasks: {formats.each(few, str)}."
    return [left_out] * bool(few) + list(_against_baselines(results))


def _over_tasks(ranks: Ranks) -> str:
    """Who has the best average rank, and whom it is shown to be better than."""
    (best, rank_of_best), *_, (last, worst) = ranks.ranks.items()
    over = f"over {plural(len(ranks.tasks), 'task')}"
    if ranks.friedman is not None and ranks.friedman > ALPHA:
        return (
            f"None of the {len(ranks.ranks)} compared architectures is shown to be better than the "
            f"others {over}: average ranks of {rank_of_best:.1f} ({best}) to {worst:.1f} ({last}), "
            f"Friedman's test p = {p_value(ranks.friedman)}."
        )
    known = {frozenset((pair.a, pair.b)): pair.adjusted <= ALPHA for pair in ranks.pairs}
    behind = [a for a in ranks.ranks if a != best and known[frozenset((a, best))]]
    level = [a for a in ranks.ranks if a != best and a not in behind]
    start = f"{best} has the best average rank {over} ({rank_of_best:.1f})"
    if not level:
        return f"{start} and differs from all others (Wilcoxon's signed-rank test, Holm)."
    differs = f"differs from {listed(behind)} and " if behind else ""
    return f"{start}; it {differs}is not shown to differ from {listed(level)} (Wilcoxon, Holm)."


def _on(results: Results, task: TaskInfo) -> str:
    """Who is best on a task, and whether it differs from the others."""
    order = standing(results, task)
    if not order.best:
        return f"On {task.name} nobody learned anything within the budget."
    lost = [a for a in order.not_learned if a not in order.best]
    others = [a for a in order.order if a not in (*order.best, *lost)]
    first = results.groups[task.name, order.order[0]]
    skill = formats.of_seeds(first, first.skill)
    start = f"On {task.name} {listed(order.best)} {verb(order.best, 'is', 'are')} best"
    start += f", with a skill of {skill}" if skill else ""
    end = f" {NOT_LEARNED.capitalize()}: {listed(lost)}." if lost else ""
    if not others:
        return f"{start}.{end}"
    alike = [a for a in others if a in order.alike]
    if not order.tested:
        return f"{start}. With one seed and no scores of examples nothing can be tested.{end}"
    if alike:
        return f"{start}. It is not shown to differ from {listed(alike)}.{end}"
    return f"{start}, and differs from all others{' that learned it' if lost else ''}.{end}"


def _most_wins(results: Results) -> Iterator[str]:
    """Who is best on most of the tasks that at least two architectures have scores on, and where
    nobody is."""
    orders = {task.name: standing(results, task) for task in results.tasks}
    contested = {name: order for name, order in orders.items()
                 if len(order.order) > 1 and order.best}  # fmt: skip
    if len(contested) > 1:
        wins = Counter(a for order in contested.values() for a in order.best)
        most, clear = max(wins.values()), [name for name, of in contested.items() if not of.alike]
        lost = any(order.not_learned for order in contested.values())
        learned = " that learned it" if lost else ""
        winners = sorted(a for a in wins if wins[a] == most)
        yield (
            f"{listed(winners)} {verb(winners, 'is', 'are')} best most often, on {most} of "
            f"{len(contested)} tasks, ties counted. On {plural(len(clear), 'task')} "
            f"{f'({listed(clear, 5)}) ' if clear else ''}the best differs from all others{learned}."
        )


def _against_baselines(results: Results) -> Iterator[str]:
    """On how many tasks an architecture beats the baseline, and on which none does."""
    won, lost, differ = [], [], 0
    for task in results.tasks:
        best = leader(results, task.name)
        if best is None:
            continue
        if (lead(results, task.name, best).mean or 0.0) <= 0:
            lost.append(task.name)
        else:
            won.append(task.name)
            baseline = results.best_baselines[task.name]
            differ += standing(results, task).differences[baseline].differs
    if won or lost:
        yield (
            f"Of {plural(len(won + lost), 'task')} with a baseline an architecture has a better "
            f"mean on {len(won)}; on {differ} the best is shown to differ from it."
            f"{f' None beats it on {listed(lost)}.' if lost else ''}"
        )
