"""The figures of a task: every seed, with who is best, and the learning curves."""

from collections.abc import Collection, Mapping

import pandas

from reports import formats
from reports.analysis.cells import NOT_LEARNED
from reports.analysis.difference import Standing, beats_floor, standing
from reports.analysis.frame import bands, evenly
from reports.analysis.results import Group, Results, TaskInfo
from reports.analysis.solved import solved_or_not
from reports.document import Cell, Figure, Table, as_csv, table_of
from reports.figures import scores, style
from reports.figures.style import Look
from reports.formats import listed, plural, verb
from reports.sections import reproduction

SHOWN = 12
"""Rows of the table, evenly spread."""
REACHED = 0.5
"""Validation skill whose first update is said."""
CLIMB = 0.05
"""Skill gained in the last fifth of training from which on a curve is said to rise still."""


def seeds_figure(
    results: Results, task: TaskInfo, scored: Mapping[str, Group], looks: Mapping[str, Look]
) -> Figure | None:
    """All seeds of all architectures and baselines; None without a score."""
    drawing = scores.seeds(task, scored, looks)
    if drawing is None:
        return None
    data = as_csv(
        ("task", "architecture", "seed", "outcome", "score", "skill"),
        [(c.task, c.architecture, c.seed, c.outcome, c.score, c.skill)
         for c in results.cells if c.task == task.name],
    )  # fmt: skip
    finding, order = "Only a baseline has a score.", standing(results, task)
    if order:
        finding = f"{_best(results, task, order)} {_others(order)}".strip()
    table = table_of(scored, {"architecture": str, **columns(results, task, scored)})
    command = reproduction.of_task(results, task.name)
    return Figure(drawing, finding, table, command, data, f"{task.name}: seeds")


def columns(
    results: Results, task: TaskInfo, scored: Mapping[str, Group]
) -> dict[str, dict[str, Cell | str]]:
    """Of a table of scores: each seed's, or the code of its hole with the reason, and their mean
    with its interval or how many solved the task, by architecture."""
    text = formats.scores_in(results, task)
    of_seeds: dict[str, dict[str, Cell | str]] = {f"seed {seed}": {} for seed in results.seeds}
    for name, group in scored.items():
        for c in group.cells:
            score = Cell(text(c.score), value=c.score)
            of_seeds[f"seed {c.seed}"][name] = Cell(c.code, "hole", c.reason) if c.hole else score
    means: dict[str, Cell | str] = {a: text(group.score.mean) for a, group in scored.items()}
    if solved_or_not(task):
        rates = {a: formats.success_rate(group.rate) for a, group in scored.items()}
        return {**of_seeds, "mean": means, "solved, 95 % interval": {**rates}}
    ends = {a: formats.half(group.score, text) for a, group in scored.items()}
    return {**of_seeds, "mean": means, "95 % interval": {**ends}}


def _best(results: Results, task: TaskInfo, order: Standing) -> str:
    """Who is best, with its score, who did not learn, and who is not shown to beat the floor."""
    text_of, first = formats.scores_in(results, task), results.groups[task.name, order.order[0]]
    score = f"{formats.metric(task)}: {formats.of_seeds(first, first.score, text_of)}"
    text = f"{listed(order.best)} is best ({score})."
    if len(order.best) > 1:
        text = (
            f"{listed(order.best)} are tied as best (the highest mean: {score}): their means are "
            "equal, or training stopped since they had solved it."
        )
    if not order.best:
        text = f"Nobody learned anything within the budget; the best mean has {order.order[0]} "
        text += f"({score})."
    if len(order.order) == 1:
        text = f"Only {order.order[0]} has a score ({score})."
    groups = {a: results.groups[task.name, a] for a in order.order}
    lost = {a: g.not_learned for a, g in groups.items() if g.not_learned}
    if lost and (order.best or len(groups) == 1):
        seeds = {a: f"({n} of {plural(groups[a].skill.n, 'seed')})" for a, n in lost.items()}
        text += f" {NOT_LEARNED.capitalize()}: {formats.each(seeds, str, 8)}."
    able = {a: g for a, g in groups.items() if a not in order.not_learned}
    trivial = [a for a, g in able.items() if g.skill.mean is not None and not beats_floor(g)]
    if trivial:
        who = listed(trivial, 8) if len(trivial) < len(order.order) else "any of them"
        text += f" Not shown to beat the floor: {who}."
    return text


def _others(order: Standing) -> str:
    if not order.tested:
        return ""
    pairs = [order.differences[a] for a in (*order.worse, *order.alike)]
    if not pairs:
        return ""
    learned = " that learned it" if order.not_learned else ""
    seeds = [pair.seeds.n for pair in pairs if pair.seeds.p is not None]
    over = [plural(max(seeds), "seed")] if seeds else []
    over += [f"{order.examples:,} test examples"] if order.examples else []
    alike = f"; not shown to: {listed(order.alike, 8)}" if order.alike else ""
    return (
        f"{len(order.worse)} of {len(pairs)} others{learned} "
        f"{'differs' if len(order.worse) == 1 else 'differ'} from the best over "
        f"{listed(over)} (Holm's correction over all pairs){alike}."
    )


def curves_figure(results: Results, task: TaskInfo, looks: Mapping[str, Look]) -> Figure | None:
    """The curves of all architectures; None where there are none."""
    lines = bands(results, task)
    marks = style.limits(task)
    drawing = scores.curves(f"curves-{task.slug}", task, lines, looks, "updates", marks)
    if drawing is None:
        return None
    text = formats.scores_of(task, [v for band in lines.values() for v in band.middle])
    points = [(a, int(s), *scores) for a, band in lines.items() for s, *scores in band.itertuples()]
    data = as_csv(
        ("task", "architecture", "updates", "mean", "lowest", "highest"),
        [(task.name, *point) for point in points],
    )
    means = pandas.DataFrame({a: band.middle for a, band in lines.items()})
    means = means.iloc[evenly(len(means), SHOWN)].astype(object)
    rows = means.where(means.notna(), None).itertuples(name=None)
    table = Table(
        ("updates", *lines), tuple((f"{s:,.0f}", *map(text, scores)) for s, *scores in rows)
    )
    command, title = reproduction.of_task(results, task.name), f"{task.name}: curves"
    records = {a: [c.record for c in results.groups[task.name, a].cells] for a in lines}
    going_on = [a for a, of in records.items() if any(r and r.stopped != "solved" for r in of)]
    return Figure(drawing, _learning(task, lines, going_on), table, command, data, title)


def _learning(
    task: TaskInfo, lines: Mapping[str, pandas.DataFrame], going_on: Collection[str]
) -> str:
    """When the first got far, and who of those that were not stopped as solved was still
    rising."""
    if task.floor is None or task.ceiling is None or task.floor == task.ceiling:
        return f"Validation {formats.metric(task)} against updates; without a floor and a ceiling."
    first, climbing = {}, []
    for name, band in lines.items():
        skill = (band.middle - task.floor) / (task.ceiling - task.floor)
        if (skill >= REACHED).any():
            first[name] = int(band.index[skill >= REACHED][0])
        late = skill[band.index >= 0.8 * band.index[-1]]
        if name in going_on and len(late) > 1 and late.iloc[-1] - late.iloc[0] >= CLIMB:
            climbing.append(name)
    text = f"None reaches a validation skill of {REACHED:g}."
    if first:
        least = min(first.values())
        who = [a for a in first if first[a] == least]
        text = (
            f"{listed(who)} {verb(who, 'is', 'are')} first at a validation skill of "
            f"{REACHED:g}, after {least:,} updates."
        )
    if climbing:
        was = verb(climbing, "was", "were")
        text += f" {listed(climbing, 8)} {was} still learning when training ended."
    return text
