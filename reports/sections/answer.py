"""What the scores say, in sentences: who leads, who may be as good, who beats the baselines."""

from collections import Counter
from collections.abc import Iterator

from reports import formats
from reports.analysis.difference import standing
from reports.analysis.ranking import Comparison, compare, lead, leader
from reports.analysis.results import Results
from reports.formats import listed, plural, skill_with_spread, verb


def first(results: Results) -> list[str]:
    """What is said first: who leads, who is not shown to differ from it, who wins most tasks."""
    if not results.cells and results.parts:
        return []
    if all(cell.score is None for cell in results.cells):
        return ["No cell has a score yet, so there is nothing to compare."]
    return [*_leader(results, compare(results)), *_most_wins(results)]


def more(results: Results) -> list[str]:
    """Who could not be compared, and whether the baselines are beaten."""
    few = {a: f"({plural(n, 'task')})" for a, n in compare(results).left_out.items()}
    left_out = f"Not compared, as they share few tasks: {formats.each(few, str)}."
    return [left_out] * bool(few) + list(_against_baselines(results))


def _leader(results: Results, compared: Comparison) -> Iterator[str]:
    if not compared.skills:
        yield "No task has a floor and a ceiling, so there is no skill to compare."
        return
    (name, top), *others = compared.skills.items()
    over = f"{len(compared.tasks)} of {plural(len(results.tasks), 'task')}"
    if not others:
        yield f"{name} has a mean skill of {skill_with_spread(top)} on {over}; no other has one."
        return
    yield (
        f"{name} has the highest mean skill: {skill_with_spread(top)}, over the {over} on which "
        f"all {len(compared.skills)} compared architectures have one."
    )
    if top.half is None:
        yield "With one seed no difference of these means can be tested."
        return
    alike = {a: skill_with_spread(s) for a, s in others if not compared.differences[a].differs}
    said = f"Not shown to differ from it: {formats.each(alike, str)}"
    yield f"{said if alike else 'It differs from all others'} (paired t tests over seeds, Holm)."


def _most_wins(results: Results) -> Iterator[str]:
    orders = [order for task in results.tasks if (order := standing(results, task))]
    contested = [order for order in orders if len(order.order) > 1]
    if len(contested) > 1:
        wins = Counter(a for order in contested for a in order.best)
        most, clear = max(wins.values()), sum(not order.alike for order in contested)
        winners = sorted(a for a in wins if wins[a] == most)
        yield (
            f"{listed(winners)} {verb(winners, 'is', 'are')} best most often, on {most} of "
            f"{len(contested)} tasks. On {plural(clear, 'task')} the best differs from all others."
        )


def _against_baselines(results: Results) -> Iterator[str]:
    """On how many tasks an architecture beats the baseline, and on which none does."""
    lost, differ, led = [], 0, 0
    for task in results.tasks:
        if (best := leader(results, task.name)) is None:
            continue
        led += 1
        if (lead(results, task.name, best).mean or 0.0) <= 0:
            lost.append(task.name)
        else:
            baseline = results.best_baselines[task.name]
            differ += standing(results, task).differences[baseline].differs
    if led:
        none = f" None beats it on {listed(lost)}." if lost else ""
        yield (
            f"Of {plural(led, 'task')} with a baseline an architecture beats it on "
            f"{led - len(lost)}; on {differ} the best differs from it.{none}"
        )
