"""What the scores say, in sentences: who leads, who may be as good, which task is hardest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reports import formats
from reports.analysis.difference import Standing, beats_floor, standing
from reports.analysis.ranking import Comparison, compare, lead, leader
from reports.analysis.results import Results
from reports.analysis.statistics import Summary

SOLVED = 0.995
"""A skill that reads 1.00."""


def first(results: Results) -> list[str]:
    """What is said first: who leads, who is not shown to differ from it, who wins most tasks."""
    if not results.cells and results.parts:
        return []
    if all(cell.record is None for cell in results.cells):
        return [f"No cell has run yet; {formats.plural(len(results.cells), 'cell')} planned."]
    if all(cell.score is None for cell in results.cells):
        return ["No cell has a score yet, so there is nothing to compare."]
    return [*_leader(results, compare(results)), *_most_wins(_standings(results))]


def more(results: Results) -> list[str]:
    """What else there is to say of the scores."""
    compared, standings = compare(results), _standings(results)
    return [
        *_left_out(compared),
        *_far_below(results, compared),
        *_hardest(results, standings),
        *_against_baselines(results, standings),
    ]


def _standings(results: Results) -> dict[str, Standing]:
    """By task, where any architecture has a score."""
    return {t.name: order for t in results.tasks if (order := standing(results, t))}


# -- over all tasks ------------------------------------------------------------------------------


def _leader(results: Results, compared: Comparison) -> Iterator[str]:
    """Who has the highest mean skill on the shared tasks, and who may be as good."""
    skills, names = compared.skills, list(compared.skills)
    if not skills:
        yield "No task has a floor and a ceiling, so there is no skill to compare."
        return
    top = skills[names[0]]
    counts = {results.groups[t, names[0]].skill.n for t in compared.tasks}
    seeds = "at least " * (len(counts) > 1) + formats.plural(top.n, "seed")
    seeds += " a task" * (len(compared.tasks) > 1)
    terms = f"95 % interval, {seeds}" if top.half is not None else f"{seeds}, no interval"
    mean = f"{formats.skill_with_spread(top)} ({terms})"
    if len(names) == 1:
        alone = "shares its tasks with no other" if compared.left_out else "is alone"
        over = formats.plural(len(compared.tasks), "task")
        yield f"{names[0]} {alone}: it has a mean skill of {mean} over {over}."
        return
    level = [a for a in names if skills[a].mean == top.mean]
    of = f"{len(compared.tasks)} of {formats.plural(len(results.tasks), 'task')}"
    share = formats.verb(level, "has", "share")
    yield (
        f"{formats.listed(level)} {share} the highest mean skill: {mean}, over the {of} on which "
        f"all {len(names)} compared architectures have a skill."
    )
    if rest := {a: skills[a] for a in names[len(level) :]}:
        yield _runners_up(compared, rest, tested=top.half is not None)


def _runners_up(compared: Comparison, rest: dict[str, Summary], tested: bool) -> str:
    alike = {a: s for a, s in rest.items() if not compared.differences[a].differs}
    how = "on these tasks together (paired t test over seeds, Holm)"
    if tested and alike:
        names = formats.listed([f"{a} ({formats.skill_with_spread(s)})" for a, s in alike.items()])
        are = formats.verb(alike, "is", "are")
        return f"{names} {are} not shown to differ from the leader {how}."
    name, second = next(iter(rest.items()))
    end = f"the leader differs from all others {how}"
    if not tested:
        end = "with one seed no difference of these means can be tested"
    return f"Next is {name} with {formats.skill_with_spread(second)}; {end}."


def _left_out(compared: Comparison) -> Iterator[str]:
    """Who could not be compared."""
    if compared.skills and compared.left_out:
        few = [f"{a} (skill on {formats.plural(n, 'task')})" for a, n in compared.left_out.items()]
        yield f"Not compared, for want of shared tasks: {formats.listed(few)}."


def _far_below(results: Results, compared: Comparison) -> Iterator[str]:
    """The score that drags a mean far down: skill has no lower end."""
    groups = {(t, a): results.groups[t, a].skill for t in compared.tasks for a in compared.skills}
    means = {pair: s.mean for pair, s in groups.items() if s.mean is not None}
    lowest = min(means, key=lambda pair: means[pair], default=None)
    if lowest and len(compared.tasks) > 1 and means[lowest] < -0.5:
        task, architecture = lowest
        yield (
            f"{architecture} ends far below the floor on {task} (skill "
            f"{_with_seeds(groups[lowest])}), which weighs on its mean."
        )


def _with_seeds(summary: Summary) -> str:
    return f"{formats.skill_with_spread(summary)}, {formats.plural(summary.n, 'seed')}"


# -- task by task --------------------------------------------------------------------------------


def _most_wins(standings: dict[str, Standing]) -> Iterator[str]:
    """Who is best on most of the tasks that at least two architectures have scores on."""
    contested = [order for order in standings.values() if len(order.order) > 1]
    if len(contested) < 2:
        return
    wins = Counter(a for order in contested for a in order.best)
    clear = Counter(order.best[0] for order in contested if not order.alike)
    most = max(wins.values())
    winners = sorted(a for a in wins if wins[a] == most)
    of = f"{most} of {len(contested)} tasks"
    start = f"{formats.listed(winners)} are level: each is best on {of}."
    if len(winners) == 1:
        start = (
            f"{winners[0]} is best most often: on {of}; on {clear[winners[0]]} of them it differs "
            "from all others."
        )
    total = formats.plural(clear.total(), "task")
    end = f"In all, on {total} the winner differs" if clear else "On no task does the winner differ"
    yield f"Task by task, {start} {end} from all others."


def _hardest(results: Results, standings: dict[str, Standing]) -> Iterator[str]:
    """The task on which the best mean skill is lowest."""
    best = {t: results.groups[t, order.order[0]].skill for t, order in standings.items()}
    means = {t: s.mean for t, s in best.items() if s.mean is not None}
    if len(means) < 2:
        return
    lowest = min(means, key=lambda t: means[t])
    text = (
        f"The hardest task is {lowest}: the best there, {standings[lowest].order[0]}, has a skill "
        f"of {_with_seeds(best[lowest])}"
    )
    if not beats_floor(best[lowest]):
        text += f", {'no better than' if means[lowest] <= 0 else 'not shown to beat'} the floor"
    if any(task.ceiling_is_ideal for task in results.tasks if task.name == lowest):
        text += "; its ceiling is the perfect score, which may be out of reach"
    yield f"{text}."


def _against_baselines(results: Results, standings: dict[str, Standing]) -> Iterator[str]:
    """On how many tasks an architecture beats the baseline, and on which none does."""
    baselines = results.best_baselines
    leaders = {t: a for t in baselines if (a := leader(results, t))}
    leads = {t: lead(results, t, a) for t, a in leaders.items()}
    if not leads:
        return
    skills = {t: results.groups[t, baselines[t]].skill.mean for t in leads}
    lost = [t for t, ahead in leads.items() if ahead.mean is not None and ahead.mean <= 0]
    solved = [t for t in lost if (skills[t] or 0) >= SOLVED]
    clear = sum(standings[t].differences[baselines[t]].differs for t in leads if t not in lost)
    counts = [s.n for s in leads.values()]
    seeds = f"{formats.ends(counts)} seed{'s' * (max(counts) > 1)}"
    yield (
        f"Of {formats.plural(len(leads), 'task')} with a baseline, an architecture beats it on "
        f"{len(leads) - len(lost)}; on {clear} of these the best one differs from it ({seeds})."
    )
    if worse := [t for t in lost if t not in solved]:
        named = [
            f"{t} ({baselines[t]} {formats.skill(skills[t])}; nearest: {leaders[t]}, "
            f"lead {formats.signed_skill_with_spread(leads[t])})"
            for t in worse
        ]
        yield f"No architecture beats the baseline on {formats.listed(named)}."
    if solved:
        named = [f"{t} ({baselines[t]})" for t in solved]
        yield f"A baseline solves {formats.listed(named)}, so that nothing can beat it there."
