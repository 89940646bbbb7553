"""The figures of skill, seeds and learning curves, each with its finding and its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports import formats
from reports.analysis.difference import beats_floor, standing
from reports.analysis.results import Results, TaskInfo
from reports.analysis.tables import Square, codes_used
from reports.analysis.user_data import without_controls
from reports.figures.curves import Band
from reports.figures.style import Drawing
from reports.formats import listed, plural
from reports.sections.section import Figure, Table
from reports.sections.shown import Shown, as_csv

GOOD, FAIR = 0.9, 0.5
"""Skills that captions tell of."""
CLIMB = 0.05
"""Skill gained in the last fifth of training from which on a curve is said to rise still."""


def heat_map(results: Results, drawing: Drawing, squares: Mapping[Any, Square]) -> Figure:
    """Skill by task and column."""
    rows = [t.name for t in results.tasks]
    data = as_csv(
        ("task", "architecture", "skill", "half", "seeds_with_skill", "seeds", "hole"),
        [
            (t, c, g.skill.mean, g.skill.half, g.skill.n, len(g.cells),
             g.code if g.skill.mean is None else "")
            for t in rows for c in results.columns if (g := results.column(t, c))
        ],
    )  # fmt: skip
    table = squares_table("task", rows, results.columns, squares)
    return Shown(drawing, f"{_reached(results)} {_key(results)}", table, data=data)


def _reached(results: Results) -> str:
    """On how many tasks somebody does well, and on which nobody does; rows that are there for
    control are no tasks to do well at."""
    results = without_controls(results)
    tops = {
        t.name: max(known)
        for t in results.tasks
        if (known := [m for a in results.architectures if (t.name, a) in results.groups
                      and (m := results.groups[t.name, a].skill.mean) is not None])
    }  # fmt: skip
    if not tops:
        return ""
    good = sum(top >= GOOD for top in tops.values())
    poor = [f"{t} ({formats.skill(top)})" for t, top in tops.items() if top < FAIR]
    text = f"No architecture reaches a skill of {GOOD:g} on any task"
    if good:
        of = f"{good} of {plural(len(tops), 'task')}"
        text = f"Some architecture reaches a skill of {GOOD:g} on {of}"
    if poor:
        text += f"; none reaches {FAIR:g} on {listed(poor, 5)}"
    return f"{text}."


def _key(results: Results) -> str:
    """How to read the heat map."""
    text = (
        "Skill on the test split, mean over seeds: 0 is the best trivial predictor, 1 the ceiling. "
        "Bold: best of its row; •: not shown to differ from it."
    )
    if len(results.seeds) > 1:
        text += " Small: half-width of the 95 % interval; 2/3: so many seeds have a score."
    else:
        text += " With one seed there is no interval."
    if results.baselines:
        text += " Baseline: the best of the simplest models, its name below; †: no better than it."
    return text


def profile(
    results: Results, drawing: Drawing, tags: list[str], squares: dict[tuple[str, str], Square]
) -> Figure:
    """Mean skill by capability."""
    best = {}
    for tag in tags:
        known = {
            a: s.value for a in results.architectures
            if (s := squares[tag, a]).value is not None and "/" not in s.small
        }  # fmt: skip
        if len(known) > 1:
            best[tag] = max(known, key=lambda a: known[a] or 0.0)
    told = listed([f"{tag} {a} ({squares[tag, a].text})" for tag, a in best.items()], 99)
    caption = (
        (f"Best by what a task asks for: {told}. " if told else "")
        + "Mean skill over the tasks with a tag; in brackets, how many carry it. A share such as "
        "2/3: a mean over so many of them, to be compared with care."
    )
    told_codes = "; ".join(f"{code}: {meaning}" for code, meaning in codes_used(squares).items())
    caption += f" {told_codes}." if told_codes else ""
    data = as_csv(
        ("tag", "architecture", "skill", "told"),
        [(tag, c, squares[tag, c].value, f"{squares[tag, c].text} {squares[tag, c].small}".strip())
         for tag in tags for c in results.columns],
    )  # fmt: skip
    table = squares_table("capability", tags, results.columns, squares)
    return Shown(drawing, caption, table, data=data)


def squares_table(
    first: str, rows: list[str], columns: tuple[str, ...], squares: Mapping[Any, Square]
) -> Table:
    """The squares of a heat map as text."""
    return Table((first, *columns), tuple((r, *(words(squares[r, c]) for c in columns))
                                          for r in rows))  # fmt: skip


def words(square: Square) -> str:
    """A square of a heat map on one line."""
    marks = " •" * (square.rank == "near") + " †" * square.behind
    return " ".join(filter(None, [square.text + marks, square.small, square.baseline]))


def seeds(results: Results, task: TaskInfo, told: Mapping[str, Any], drawing: Drawing,
          others: str) -> Figure:  # fmt: skip
    """All seeds of one task; ``told`` is its table, ``others`` says who differs from the best."""
    data = as_csv(
        ("task", "architecture", "seed", "outcome", "score", "skill"),
        [(c.task, c.architecture, c.seed, c.outcome, c.score, c.skill)
         for c in results.cells if c.task == task.name],
    )  # fmt: skip
    heads = ("architecture", *(f"seed {s}" for s in results.seeds), "mean", "95 % interval")
    rows = tuple(
        (r["architecture"], *(s["text"] for s in r["seeds"]), r["mean"], r["half"])
        for r in told["rows"]
    )
    return Shown(drawing, f"{_best(results, task, told)} {others}".strip(), Table(heads, rows),
                 data=data)  # fmt: skip


def _best(results: Results, task: TaskInfo, told: Mapping[str, Any]) -> str:
    order = standing(results, task)
    if order is None:
        return "Only a baseline has a score."
    row = next(r for r in told["rows"] if r["architecture"] == order.order[0])
    score = f"{told['metric']}: {row['mean']} {row['half']}".strip()
    text = f"{listed(order.best)} {'is' if len(order.best) == 1 else 'are level as the'} best"
    text += f" ({score}{', skill ' + row['skill'] if row['skill'] else ''})."
    if len(order.order) == 1:
        text = f"Only {order.order[0]} has a score ({score})."
    trivial = [
        a for a in order.order
        if (skill := results.groups[task.name, a].skill).mean is not None and not beats_floor(skill)
    ]  # fmt: skip
    if trivial and len(trivial) == len(order.order):
        text += " None is shown to beat the floor."
    elif trivial:
        text += f" Not shown to beat the floor: {listed(trivial, 8)}."
    return text


def curves(task: TaskInfo, bands: Mapping[str, Band], drawing: Drawing) -> Figure:
    """Learning curves of one task."""
    text = formats.scores_of(task, [v for b in bands.values() for v in b.mean])
    steps = sorted({int(s) for b in bands.values() for s in b.steps})
    at = {a: dict(zip(map(int, b.steps), b.mean, strict=True)) for a, b in bands.items()}
    rows = tuple((f"{s:,}", *(text(found.get(s)) for found in at.values())) for s in _some(steps))
    data = as_csv(
        ("task", "architecture", "updates", "mean", "lowest", "highest"),
        [
            (task.name, a, int(s), mean, low, high)
            for a, b in bands.items()
            for s, mean, low, high in zip(b.steps, b.mean, b.low, b.high, strict=True)
        ],
    )
    table = Table(("updates", *bands), rows)
    return Shown(drawing, _learning(task, bands), table, data=data)


def _some(steps: list[int]) -> list[int]:
    """At most twelve of them, evenly spread, with the first and the last."""
    if len(steps) <= 12:
        return steps
    return [steps[round(i * (len(steps) - 1) / 11)] for i in range(12)]


def _learning(task: TaskInfo, bands: Mapping[str, Band]) -> str:
    """Who learns first, and who was still learning when training ended."""
    if task.floor is None or task.ceiling is None or task.floor == task.ceiling:
        return f"Validation {formats.metric(task)} against updates; without a floor and a ceiling."
    span = task.ceiling - task.floor
    first, climbing = {}, []
    for a, band in bands.items():
        skill = (band.mean - task.floor) / span
        reached = [s for s, value in zip(band.steps, skill, strict=True) if value >= FAIR]
        if reached:
            first[a] = int(reached[0])
        late = band.steps >= 0.8 * band.steps[-1]
        if late.sum() > 1 and skill[-1] - skill[late][0] >= CLIMB:
            climbing.append(a)
    if first:
        least = min(first.values())
        who = [a for a in first if first[a] == least]
        text = f"{listed(who)} {'is' if len(who) == 1 else 'are'} first at a validation skill of "
        text += f"{FAIR:g}, after {least:,} updates"
        never = [a for a in bands if a not in first]
        text += f"; {listed(never, 8)} never {'gets' if len(never) == 1 else 'get'} there." \
            if never else "; all get there."  # fmt: skip
    else:
        text = f"None reaches a validation skill of {FAIR:g}."
    if climbing:
        verb = "was" if len(climbing) == 1 else "were"
        text += f" {listed(climbing, 8)} {verb} still learning when training ended."
    return text


def tuning(task: TaskInfo, rows: Mapping[str, Any], drawing: Drawing, tried: Mapping[str, Any],
           ) -> Figure:  # fmt: skip
    """Expected best validation score against trials on one task; ``rows`` is its table."""
    heads = ("architecture", "trials", *(f"best of {n}" for n in rows["counts"]))
    body = tuple((r["architecture"], r["trials"], *r["best"]) for r in rows["rows"])
    gains = {
        a: abs(t.expected[-1] - t.expected[-2]) / (abs(t.expected[-1] - t.expected[0]) or 1.0)
        for a, t in tried.items()
        if len(t.expected) > 2
    }
    rising = [a for a, gain in gains.items() if gain >= 0.1]
    caption = (
        f"{task.name}: {listed(rising, 8) or 'no architecture'} gained a tenth or more of all that "
        "the trials brought by the last one."
    )
    data = as_csv(
        ("task", "architecture", "trials", "expected_best"),
        [(task.name, a, n, v) for a, t in tried.items() for n, v in enumerate(t.expected, 1)],
    )
    return Shown(drawing, caption, Table(heads, body), data=data)
