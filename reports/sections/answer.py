"""What the scores say, in sentences: who leads, who may be as good, which task is hardest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reports.analysis.difference import Standing, beats_floor, standing
from reports.analysis.ranking import Comparison, compare, lead, leader
from reports.analysis.results import Results, TaskInfo
from reports.formats import listed, plural, signed_skill_with_spread, skill, skill_with_spread

SOLVED = 0.995
"""A skill that reads 1.00."""


def first(results: Results) -> list[str]:
    """What is said first: who leads, who is not shown to differ from it, who wins most tasks."""
    if not results.cells and results.parts:
        return []
    if all(cell.record is None for cell in results.cells):
        return [f"No cell has run yet; {plural(len(results.cells), 'cell')} planned."]
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
    seeds = plural(top.n, "seed")
    if len(compared.tasks) > 1:
        counts = {results.groups[t, names[0]].skill.n for t in compared.tasks}
        seeds = f"{'at least ' if len(counts) > 1 else ''}{seeds} a task"
    terms = f"95 % interval, {seeds}" if top.half is not None else f"{seeds}, no interval"
    mean = f"{skill_with_spread(top)} ({terms})"
    if len(names) == 1:
        alone = "shares its tasks with no other" if compared.left_out else "is alone"
        over = plural(len(compared.tasks), "task")
        yield f"{names[0]} {alone}: it has a mean skill of {mean} over {over}."
        return
    level = [a for a in names if skills[a].mean == top.mean]
    has = "has" if len(level) == 1 else "share"
    of = f"{len(compared.tasks)} of {plural(len(results.tasks), 'task')}"
    yield (
        f"{listed(level)} {has} the highest mean skill: {mean}, over the {of} on which all "
        f"{len(names)} compared architectures have a skill."
    )
    if rest := names[len(level) :]:
        yield _runners_up(compared, rest)


def _runners_up(compared: Comparison, rest: list[str]) -> str:
    near = [f"{a} ({skill_with_spread(compared.skills[a])})" for a in rest
            if not compared.differences[a].differs]  # fmt: skip
    second = f"Next is {rest[0]} with {skill_with_spread(compared.skills[rest[0]])}"
    if next(iter(compared.skills.values())).half is None:
        return f"{second}; with one seed no difference of these means can be tested."
    how = "on these tasks together (paired t test over seeds, Holm)"
    if not near:
        return f"{second}; the leader differs from all others {how}."
    are = "is" if len(near) == 1 else "are"
    return f"{listed(near)} {are} not shown to differ from the leader {how}."


def _left_out(compared: Comparison) -> Iterator[str]:
    """Who could not be compared."""
    if compared.skills and compared.left_out:
        few = [f"{a} (skill on {plural(n, 'task')})" for a, n in compared.left_out.items()]
        yield f"Not compared, for want of shared tasks: {listed(few)}."


def _far_below(results: Results, compared: Comparison) -> Iterator[str]:
    """The score that drags a mean far down: skill has no lower end."""
    pairs = [(t, a) for t in compared.tasks for a in compared.skills]
    means = {pair: mean for pair in pairs if (mean := results.groups[pair].skill.mean) is not None}
    lowest = min(means, key=lambda pair: means[pair], default=None)
    if lowest and len(compared.tasks) > 1 and means[lowest] < -0.5:
        task, architecture = lowest
        summary = results.groups[lowest].skill
        yield (
            f"{architecture} ends far below the floor on {task} (skill "
            f"{skill_with_spread(summary)}, {plural(summary.n, 'seed')}), which weighs on its mean."
        )


# -- task by task --------------------------------------------------------------------------------


def _most_wins(standings: dict[str, Standing]) -> Iterator[str]:
    """Who is best on most of the tasks that at least two architectures have scores on."""
    contested = [order for order in standings.values() if len(order.order) > 1]
    if len(contested) < 2:
        return
    wins = Counter(a for order in contested for a in order.best)
    clear = Counter(order.best[0] for order in contested if order.clear)
    most = max(wins.values())
    winners = sorted(a for a in wins if wins[a] == most)
    of = f"{most} of {len(contested)} tasks"
    if len(winners) == 1:
        start = (
            f"Task by task, {winners[0]} is best most often: on {of}, on {clear[winners[0]]} of "
            "them it differs from all others."
        )
    else:
        start = f"Task by task, {listed(winners)} are level: each is best on {of}."
    total = plural(clear.total(), "task")
    end = f"In all, on {total} the winner differs" if clear else "On no task does the winner differ"
    yield f"{start} {end} from all others."


def _hardest(results: Results, standings: dict[str, Standing]) -> Iterator[str]:
    """The task on which the best mean skill is lowest."""
    tops: list[tuple[float, TaskInfo, str]] = []
    for task in results.tasks:
        best = standings[task.name].order[0] if task.name in standings else ""
        if best and (mean := results.groups[task.name, best].skill.mean) is not None:
            tops.append((mean, task, best))
    if len(tops) < 2:
        return
    lowest, task, best = min(tops, key=lambda top: top[0])
    summary = results.groups[task.name, best].skill
    text = (
        f"The hardest task is {task.name}: the best there, {best}, has a skill of "
        f"{skill_with_spread(summary)} ({plural(summary.n, 'seed')})"
    )
    if lowest <= 0:
        text += ", no better than the floor"
    elif not beats_floor(summary):
        text += ", not shown to beat the floor"
    if task.ceiling_is_ideal:
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
    clear = sum(standings[t].differs(baselines[t]) for t in leads if t not in lost)
    low, high = min(s.n for s in leads.values()), max(s.n for s in leads.values())
    seeds = plural(high, "seed") if low == high else f"{low} to {plural(high, 'seed')}"
    yield (
        f"Of {plural(len(leads), 'task')} with a baseline, an architecture beats it on "
        f"{len(leads) - len(lost)}; on {clear} of these the best one differs from it ({seeds})."
    )
    if worse := [t for t in lost if t not in solved]:
        named = [
            f"{t} ({baselines[t]} {skill(skills[t])}; nearest: {leaders[t]}, "
            f"lead {signed_skill_with_spread(leads[t])})"
            for t in worse
        ]
        yield f"No architecture beats the baseline on {listed(named)}."
    if solved:
        named = [f"{t} ({baselines[t]})" for t in solved]
        yield f"A baseline solves {listed(named)}, so that nothing can beat it there."
