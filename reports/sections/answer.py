"""The verdict in words, computed from the records."""

from __future__ import annotations

from collections import Counter

from harness.experiment.record import Outcome
from reports import formats
from reports.analysis.difference import Standing, beats_floor, standing
from reports.analysis.ranking import Comparison, compare, lead, leader
from reports.analysis.results import BASELINE, Results, TaskInfo
from reports.formats import listed, plural

SOLVED = 0.995
"""A skill that reads 1.00."""

ENDED = {
    Outcome.FAILED: "failed",
    Outcome.DIVERGED: "diverged",
    Outcome.TIMEOUT: "ran out of time",
    Outcome.OUT_OF_MEMORY: "ran out of memory",
    Outcome.UNAVAILABLE: "lacked their data",
    Outcome.INTERRUPTED: "were interrupted",
}


def title(results: Results) -> str:
    """The page's name: the matrix and its size."""
    if not results.cells and results.parts:
        cells = plural(len(results.all_cells), "cell")
        return f"{results.name}: {plural(len(results.parts), 'part')}, {cells}"
    beside = f" and {plural(len(results.baselines), 'baseline')}" if results.baselines else ""
    return (
        f"{results.name}: {plural(len(results.tasks), 'task')} × "
        f"{plural(len(results.architectures), 'architecture')}{beside} × "
        f"{plural(len(results.seeds), 'seed')}"
    )


def question(results: Results, own: bool = False) -> str:
    """What the matrix was run to find out."""
    if own:
        return "Which architecture does this data need?"
    if not results.cells or not results.architectures:
        return results.plan.get("description") or "What came of this matrix?"
    terms = results.plan.get("budget") or {}
    size = terms.get("match", "parameters")
    told = [
        f"at most {terms['steps']:,} updates" if terms.get("steps") else "",
        f"{terms['parameters']:,} parameters"
        if size == "parameters" and terms.get("parameters") else "",
    ]  # fmt: skip
    equal = listed(filter(None, told))
    names, tasks = results.architectures, results.tasks
    who = f"Which of {len(names)} architectures learns" if len(names) > 1 else "What does {} learn"
    what = f"{'which ' if len(names) > 1 else ''}of {plural(len(tasks), 'task')}"
    if len(tasks) == 1:
        what = f"{tasks[0].name} best" if len(names) > 1 else f"of {tasks[0].name}"
    return f"{who.format(names[0])} {what}, given the same examples{f', {equal}' if equal else ''}?"


def verdict(results: Results) -> list[str]:
    """The outcome of the matrix in a few plain sentences, the most important first."""
    return [*answer(results), *more(results), *shortfalls(results)]


def answer(results: Results) -> list[str]:
    """What is said first: who leads, who is not shown to differ from it, who wins most tasks."""
    if not results.cells:
        return [] if results.parts else [_nothing(results)]
    if not any(c.score is not None for c in results.cells):
        return [_nothing(results)]
    standings = {t.name: standing(results, t) for t in results.tasks}
    sentences = [
        *_leader(results, compare(results)),
        _most_wins({n: s for n, s in standings.items() if s}),
    ]
    return [s for s in sentences if s]


def more(results: Results) -> list[str]:
    """What else there is to say of the scores."""
    if not any(c.score is not None for c in results.cells):
        return []
    compared, standings = compare(results), {t.name: standing(results, t) for t in results.tasks}
    sentences = [
        _left_out(compared),
        _far_below(results, compared),
        _hardest(results, standings),
        *_against_baselines(results, standings),
    ]
    return [s for s in sentences if s]


def shortfalls(results: Results) -> list[str]:
    """What failed, and what has not run yet."""
    return [s for s in (_failed(results), _diverged(results), _waiting(results)) if s]


def _nothing(results: Results) -> str:
    if all(cell.record is None for cell in results.cells):
        return f"No cell has run yet; {plural(len(results.cells), 'cell')} planned."
    return "No cell has a score yet, so there is nothing to compare."


def _leader(results: Results, compared: Comparison) -> list[str]:
    """Who has the highest mean skill on the shared tasks, and who may be as good."""
    if not compared.skills:
        return ["No task has a floor and a ceiling, so there is no skill to compare."]
    skills, names = compared.skills, list(compared.skills)
    top = skills[names[0]]
    seeds = plural(top.n, "seed")
    if len(compared.tasks) > 1:
        counts = {results.groups[t, names[0]].skill.n for t in compared.tasks}
        seeds = f"{'at least ' if len(counts) > 1 else ''}{seeds} a task"
    terms = f"95 % interval, {seeds}" if top.half is not None else f"{seeds}, no interval"
    figure = f"{formats.skill_with_spread(top)} ({terms})"
    where = f"over {plural(len(compared.tasks), 'task')}"
    if len(names) == 1:
        alone = "shares its tasks with no other" if compared.left_out else "is alone"
        return [f"{names[0]} {alone}: it has a mean skill of {figure} {where}."]
    of = f"{len(compared.tasks)} of {plural(len(results.tasks), 'task')}"
    where = f"over the {of} on which all {len(names)} compared architectures have a skill"
    level = [a for a in names if skills[a].mean == top.mean]
    if len(level) > 1:
        start = f"{listed(level)} share the highest mean skill: {figure}, {where}."
    else:
        start = f"{level[0]} has the highest mean skill: {figure}, {where}."
    rest = [a for a in names if a not in level]
    return [start, _runners_up(compared, level[0], rest)]


def _left_out(compared: Comparison) -> str:
    """Who could not be compared."""
    if not compared.skills or not compared.left_out:
        return ""
    named = listed(f"{a} (skill on {plural(n, 'task')})" for a, n in compared.left_out.items())
    return f"Not compared, for want of shared tasks: {named}."


def _runners_up(compared: Comparison, leader: str, rest: list[str]) -> str:
    if not rest:
        return ""
    skills = compared.skills
    second = f"{rest[0]} with {formats.skill_with_spread(skills[rest[0]])}"
    if skills[leader].half is None:
        return f"Next is {second}; with one seed no difference over tasks can be tested."
    near = [a for a in rest if not compared.differences[a].differs]
    how = "over tasks (paired t test over seeds, Holm)"
    if not near:
        return f"Next is {second}; the leader differs from all others {how}."
    named = listed(f"{a} ({formats.skill_with_spread(skills[a])})" for a in near)
    verb = "is" if len(near) == 1 else "are"
    return f"{named} {verb} not shown to differ from the leader {how}."


def _far_below(results: Results, compared: Comparison) -> str:
    """Names the score that drags a mean far down: skill has no lower end."""
    if len(compared.tasks) < 2:
        return ""
    lowest = min(
        (
            (mean, t, a)
            for t in compared.tasks
            for a in compared.skills
            if (mean := results.groups[t, a].skill.mean) is not None
        ),
        key=lambda item: item[0],
        default=None,
    )
    if lowest is None or lowest[0] >= -0.5:
        return ""
    _, task, architecture = lowest
    summary = results.groups[task, architecture].skill
    return (
        f"{architecture} ends far below the floor on {task} (skill "
        f"{formats.skill_with_spread(summary)}, {plural(summary.n, 'seed')}), which weighs on "
        "its mean."
    )


def _most_wins(standings: dict[str, Standing]) -> str:
    """Who is best on most of the tasks that at least two architectures have scores on."""
    contested = [s for s in standings.values() if len(s.order) > 1]
    if len(contested) < 2:
        return ""
    wins = Counter(a for s in contested for a in s.best)
    most = max(wins.values())
    winners = sorted(a for a in wins if wins[a] == most)
    clear = Counter(s.best[0] for s in contested if s.clear)
    of = f"{most} of {len(contested)} tasks"
    if len(winners) == 1:
        start = f"Task by task, {winners[0]} is best most often: on {of}"
        start += f", on {clear[winners[0]]} of them it differs from all others."
    else:
        start = f"Task by task, {listed(winners)} are level: each is best on {of}."
    total = clear.total()
    if not total:
        return f"{start} On no task does the winner differ from all others."
    return f"{start} In all, on {plural(total, 'task')} the winner differs from all others."


def _hardest(results: Results, standings: dict[str, Standing | None]) -> str:
    """The task on which the best mean skill is lowest."""
    tops: list[tuple[float, TaskInfo, str]] = []
    for task in results.tasks:
        order = standings[task.name]
        if order and (mean := results.groups[task.name, order.order[0]].skill.mean) is not None:
            tops.append((mean, task, order.order[0]))
    if len(tops) < 2:
        return ""
    lowest, task, best = min(tops, key=lambda item: item[0])
    summary = results.groups[task.name, best].skill
    text = (
        f"The hardest task is {task.name}: the best there, {best}, has a skill of "
        f"{formats.skill_with_spread(summary)} ({plural(summary.n, 'seed')})"
    )
    if lowest <= 0:
        text += ", no better than the floor"
    elif not beats_floor(summary):
        text += ", not shown to beat the floor"
    if task.ceiling_is_ideal:
        text += "; its ceiling is the perfect score, which may be out of reach"
    return text + "."


def _against_baselines(results: Results, standings: dict[str, Standing | None]) -> list[str]:
    """On how many tasks somebody beats the baseline, and on which nobody does."""
    leaders = {t: a for t in results.best_baselines if (a := leader(results, t))}
    leads = {t: lead(results, t, a) for t, a in leaders.items()}
    if not leads:
        return []
    levels = {t: results.column(t, BASELINE) for t in leads}
    skills = {t: group.skill.mean for t, group in levels.items() if group}
    lost = [t for t, ahead in leads.items() if ahead.mean is not None and ahead.mean <= 0]
    solved = [t for t in lost if (skills[t] or 0) >= SOLVED]
    clear = [t for t in leads if t not in lost and (order := standings[t])
             and order.differs(results.best_baselines[t])]  # fmt: skip
    won = len(leads) - len(lost)
    seeds = {ahead.n for ahead in leads.values()}
    start = f"Of {plural(len(leads), 'task')} with a baseline, some architecture beats it on {won}"
    start += f"; on {len(clear)} of these the best one differs from it"
    sentences = [f"{start} ({_range(seeds)})."]
    if worse := [t for t in lost if t not in solved]:
        named = listed(
            f"{t} ({results.best_baselines[t]} {formats.skill(skills[t])}; nearest: {leaders[t]}, "
            f"lead {formats.signed_skill_with_spread(leads[t])})"
            for t in worse
        )
        sentences.append(f"No architecture beats the baseline on {named}.")
    if solved:
        named = listed(f"{t} ({results.best_baselines[t]})" for t in solved)
        sentences.append(f"A baseline solves {named}, so that nothing can beat it there.")
    return sentences


def _range(counts: set[int]) -> str:
    low, high = min(counts), max(counts)
    return plural(high, "seed") if low == high else f"{low} to {plural(high, 'seed')}"


def _failed(results: Results) -> str:
    if not results.failures:
        return ""
    kinds = Counter(c.outcome for c in results.failures)
    counted = ", ".join(f"{n} {ENDED[Outcome(o)]}" for o, n in kinds.most_common())
    architectures = list(dict.fromkeys(c.architecture for c in results.failures))
    whose = f", all of {architectures[0]}" if len(architectures) == 1 else ""
    return (
        f"{len(results.failures):,} of {plural(len(results.all_cells), 'cell')} did not end well"
        f"{whose}: {counted}."
    )


def _diverged(results: Results) -> str:
    if not results.answers:
        return ""
    trainings = plural(len(results.answers), "training")
    return f"{trainings} diverged in parts that ask for just that: these are answers, no failures."


def _waiting(results: Results) -> str:
    if not results.pending or (results.pending == len(results.all_cells) and results.cells):
        return ""  # then it is said already
    return (
        f"{results.pending:,} of {plural(len(results.all_cells), 'cell')} "
        f"{'has' if results.pending == 1 else 'have'} not run yet; what is said here may change."
    )
