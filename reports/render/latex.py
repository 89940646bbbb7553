r"""Tables for a paper, in LaTeX with booktabs: skill, the scores of each task, cost.

Each is a whole ``table`` with caption and label, to be taken in by ``\input``. They need
``\usepackage{booktabs,graphicx}``: wide ones are scaled to the width of the text.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from reports import formats
from reports.analysis.cells import MEANINGS
from reports.analysis.difference import standing
from reports.analysis.ranking import compare
from reports.analysis.results import Results
from reports.analysis.scores import groups
from reports.analysis.squares import Square, by_task, codes_used, rank_of
from reports.analysis.user_data import without_controls
from reports.formats import plural

WIDE = 6
"""Columns of numbers beyond which a table is scaled to the width of the text."""

SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "−": r"$-$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "°": r"\textdegree{}",
    "…": r"\ldots{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}


def tables(results: Results) -> dict[str, str]:
    """By name: ``skill``, ``scores-TASK`` for each task with a score, and ``cost``; those of which
    there is nothing to tell are left out."""
    found = {"skill": _skill(results), "cost": _cost(results)}
    found |= {f"scores-{task.slug}": _scores(results, task.name) for task in results.tasks}
    return {name: text for name, text in found.items() if text}


def escaped(text: str) -> str:
    """A text as LaTeX prints it. That of pandas leaves <, >, | and all signs beyond ASCII."""
    return "".join(SPECIAL.get(character, character) for character in " ".join(text.split()))


def _skill(results: Results) -> str:
    """Skill of each architecture on each task; the best is bold, what is near it is starred."""
    squares = by_task(results)
    if all(square.hole for square in squares.values()):
        return ""
    rows = [
        [escaped(task.name), *(_square(squares[task.name, c]) for c in results.columns)]
        for task in results.tasks
    ]
    caption = (
        f"Skill (0: the best trivial predictor, 1: the ceiling), {_terms(results)}. Bold: the best "
        "of its row; *: not shown to differ from it."
    )
    if results.baselines:
        caption += " Baseline: the best of each task's baselines, chosen on validation."
    caption += _meanings(codes_used(squares))
    return _table(f"{results.name}-skill", caption, ["task", *results.columns], rows)


def _terms(results: Results) -> str:
    seeds = len(results.seeds)
    half = " with the half-width of its 95 % interval" if seeds > 1 else ""
    return f"mean of {plural(seeds, 'seed')}{half}"


def _meanings(codes: Mapping[str, str]) -> str:
    told = "; ".join(f"{code}: {meaning}" for code, meaning in codes.items())
    return f" {told}." if told else ""


def _square(square: Square) -> str:
    if square.hole:
        return escaped(square.code)
    return _ranked(
        f"{formats.skill(square.skill.mean)} {formats.square_spread(square)}", square.rank
    )


def _ranked(text: str, rank: str) -> str:
    number = escaped(text.strip())
    if rank == "best":
        return rf"\textbf{{{number}}}"
    return rf"{number}\textsuperscript{{*}}" if rank == "near" else number


def _scores(results: Results, name: str) -> str:
    """One task: score, skill, parameters and seconds of each architecture, best first."""
    task = next(t for t in results.tasks if t.name == name)
    scored, text, order = (
        groups(results, task),
        formats.scores_in(results, task),
        standing(results, task),
    )
    if all(group.score.mean is None for group in scored.values()):
        return ""
    rows, codes = [], {}
    for architecture, group in scored.items():
        label = architecture + (" (baseline)" if architecture in results.baselines else "")
        score = f"{text(group.score.mean)} {formats.half(group.score, text)}"
        if group.score.mean is None:
            codes[group.code] = MEANINGS[group.code]
        numbers = [
            formats.skill_with_spread(group.skill),
            formats.number(group.mean_of("parameters")),
            formats.seconds(group.mean_of("training")),
        ]
        shown = _ranked(score, rank_of(architecture, order)) or escaped(group.code)
        rows.append([escaped(label), shown, *map(escaped, numbers)])
    limits = (("floor", text(task.floor)), ("ceiling", text(task.ceiling)))
    bounds = [f"{n}: {value}" for n, value in limits if value]
    caption = (
        f"{name}: {formats.metric(task)} on the test split ({formats.direction(task)}), "
        f"{_terms(results)}{'; ' + ', '.join(bounds) if bounds else ''}. Bold: the best "
        f"architecture; *: not shown to differ from it.{_meanings(codes)}"
    )
    header = ["architecture", "score", "skill", "parameters", "training"]
    return _table(f"{results.name}-scores-{task.slug}", caption, header, rows)


def _cost(results: Results) -> str:
    """What each architecture costs: medians over the cells of the tasks that all have a skill on,
    so that each is told of the same tasks."""
    compared = compare(without_controls(results))
    rows = []
    for a, skill in compared.skills.items():
        cells = [c for t in compared.tasks for c in results.groups[t, a].cells]
        records = [c.record for c in cells if c.record and not c.hole]
        costs: list[list[float | None]] = [
            [r.parameters for r in records],
            [r.flops for r in records],
            [r.seconds.get("training") for r in records],
            [r.peak_memory for r in records],
        ]
        numbers = [_median(values) for values in costs]
        rows.append(
            [
                escaped(a),
                escaped(formats.skill_with_spread(skill)),
                escaped(formats.number(numbers[0])),
                _power(numbers[1]),
                escaped(formats.seconds(numbers[2])),
                escaped(formats.number(numbers[3])),
            ]
        )
    if not rows:
        return ""
    caption = (
        f"Mean skill and cost over the {plural(len(compared.tasks), 'task')} on which all of these "
        "architectures have a skill: medians of parameters, floating-point operations of an "
        "update, seconds of training, and peak memory in MiB."
    )
    header = ["architecture", "skill", "parameters", "FLOPs", "training", "memory"]
    return _table(f"{results.name}-cost", caption, header, rows)


def _power(value: float | None) -> str:
    """A large number with two digits, in powers of ten."""
    if value is None:
        return ""
    digits, exponent = f"{value:.1e}".split("e")
    return rf"${digits}\times10^{{{int(exponent)}}}$"


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _table(label: str, caption: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The whole table; rows are LaTeX already."""
    import pandas

    frame = pandas.DataFrame(list(rows), columns=list(map(escaped, header)))
    text = frame.style.hide(axis="index").to_latex(
        hrules=True,
        position_float="centering",
        caption=escaped(caption),
        label=f"tab:{''.join(c if c.isalnum() else '-' for c in label)}",
        column_format="l" + "r" * (len(header) - 1),
    )
    if len(header) - 1 > WIDE:  # pandas cannot scale a table
        text = text.replace(r"\begin{tabular}", "\\resizebox{\\textwidth}{!}{%\n\\begin{tabular}")
        text = text.replace(r"\end{tabular}", "\\end{tabular}%\n}")
    return "% needs \\usepackage{booktabs,graphicx}\n" + text
