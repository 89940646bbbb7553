"""Every seed of a task: who is best, who differs from it, and who does not beat the floor."""

from __future__ import annotations

from collections.abc import Mapping

from reports import formats
from reports.analysis.difference import Standing, beats_floor, standing
from reports.analysis.results import Group, Results, TaskInfo
from reports.document import Cell, Figure, as_csv, table_of
from reports.figures.style import Look
from reports.formats import listed, plural, verb


def figure(
    results: Results,
    task: TaskInfo,
    scored: Mapping[str, Group],
    looks: Mapping[str, Look],
    command: str,
) -> Figure | None:
    """All seeds of all architectures and baselines; None without a score."""
    from reports.figures import seeds

    drawing = seeds.draw(task, scored, looks)
    if drawing is None:
        return None
    data = as_csv(
        ("task", "architecture", "seed", "outcome", "score", "skill"),
        [(c.task, c.architecture, c.seed, c.outcome, c.score, c.skill)
         for c in results.cells if c.task == task.name],
    )  # fmt: skip
    order = standing(results, task)
    finding = f"{_best(results, task, order)} {_others(order)}".strip() if order else \
        "Only a baseline has a score."  # fmt: skip
    table = table_of(scored, {"architecture": str, **columns(results, task, scored)})
    return Figure(drawing, finding, table, command, data, f"{task.name}: seeds")


def columns(
    results: Results, task: TaskInfo, scored: Mapping[str, Group]
) -> dict[str, dict[str, Cell | str]]:
    """Of a table of scores: each seed's, or the code of its hole with the reason, and their mean
    with its interval, by architecture."""
    text = formats.scores_in(results, task)
    of_seeds: dict[str, dict[str, Cell | str]] = {f"seed {seed}": {} for seed in results.seeds}
    for name, group in scored.items():
        for c in group.cells:
            score = Cell(text(c.score), value=c.score)
            of_seeds[f"seed {c.seed}"][name] = Cell(c.code, "hole", c.reason) if c.hole else score
    return {
        **of_seeds,
        "mean": {a: text(group.score.mean) for a, group in scored.items()},
        "95 % interval": {a: formats.half(group.score, text) for a, group in scored.items()},
    }


def _best(results: Results, task: TaskInfo, order: Standing) -> str:
    """Who is best, with its score, and who is not shown to beat the floor."""
    text_of, first = formats.scores_in(results, task), results.groups[task.name, order.order[0]]
    score = f"{formats.metric(task)}: {formats.with_half(first.score, text_of)}"
    best = f"{listed(order.best)} {verb(order.best, 'is best', 'share the best mean')}"
    text = f"{best} ({score})."
    if len(order.order) == 1:
        text = f"Only {order.order[0]} has a score ({score})."
    skills = {a: results.groups[task.name, a].skill for a in order.order}
    trivial = [a for a, s in skills.items() if s.mean is not None and not beats_floor(s)]
    if trivial:
        who = listed(trivial, 8) if len(trivial) < len(order.order) else "any of them"
        text += f" Not shown to beat the floor: {who}."
    return text


def _others(order: Standing) -> str:
    """Who differs from the best."""
    if not order.tested:
        return ""
    pairs = [order.differences[a] for a in order.order[1:]]
    seeds = [pair.seeds.n for pair in pairs if pair.seeds.p is not None]
    over = [plural(max(seeds), "seed")] if seeds else []
    over += [f"{order.examples:,} test examples"] if order.examples else []
    alike = f"; not shown to: {listed(order.alike, 8)}" if order.alike else ""
    return (
        f"{len(order.worse)} of {len(pairs)} others differ from the best over {listed(over)} "
        f"(paired t tests, Holm){alike}."
    )
