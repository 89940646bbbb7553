"""Tables for a paper: skill, the scores of each task, cost."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reports import formats
from reports.analysis import frame
from reports.analysis.cells import MEANINGS, NOT_LEARNED, UNLEARNED
from reports.analysis.difference import standing
from reports.analysis.ranking import compare
from reports.analysis.results import Results, TaskInfo
from reports.analysis.solved import solved_or_not
from reports.analysis.squares import Square, by_task, codes_used, rank_of
from reports.analysis.statistics import FEWEST
from reports.document import Cell, Table, table_of
from reports.formats import plural

COSTS: dict[str, tuple[str, Callable[[float], str]]] = {
    "parameters": ("parameters", formats.number),
    "FLOPs": ("flops", "{:.1e}".format),
    "training": ("seconds_training", formats.seconds),
    "memory": ("peak_memory", formats.number),
}
"""Of each column of the table of costs, the column of the frame of cells, and how it is told."""


def tables(results: Results) -> dict[str, Table]:
    """By name: ``skill``, ``scores-TASK`` for each task with a score, and ``cost``; those of which
    there is nothing to say are left out."""
    made = {"skill": _skill(results), "cost": _cost(results.without_controls)}
    made |= {f"scores-{task.slug}": _scores(results, task) for task in results.tasks}
    return {name: table for name, table in made.items() if table}


def _skill(results: Results) -> Table | None:
    squares, tasks = by_task(results), [task.name for task in results.tasks]
    if all(square.hole for square in squares.values()):
        return None
    terms = _terms(results, results.tasks)
    caption = f"Skill (0: the best trivial predictor, 1: the ceiling), {terms}."
    if results.baselines:
        caption += " Baseline: the best of each task's baselines, chosen on validation."
    columns = {c: {t: _square(squares[t, c]) for t in tasks} for c in results.columns}
    codes = {UNLEARNED: NOT_LEARNED} if any(s.not_learned for s in squares.values()) else {}
    caption += _meanings(codes_used(squares) | codes)
    return table_of(tasks, {"task": str, **columns}, caption=caption)


def _square(square: Square) -> Cell:
    text = f"{formats.skill(square.skill.mean)} {formats.square_spread(square)}"
    if square.not_learned == square.known:
        text += f" {formats.unlearned(square)}"
    return Cell(square.code if square.hole else text.strip(), square.rank)


def _scores(results: Results, task: TaskInfo) -> Table | None:
    scored, text = results.scored(task), formats.scores_in(results, task)
    holes = {g.code: MEANINGS[g.code] for g in scored.values() if g.score.mean is None}
    if all(group.score.mean is None for group in scored.values()):
        return None
    order = standing(results, task)
    limits = {"floor": text(task.floor), "ceiling": text(task.ceiling)}
    bounds = "".join(f"; {name}: {value}" for name, value in limits.items() if value)
    caption = (
        f"{task.name}: {formats.metric(task)} on the test split ({formats.direction(task)}"
        f"{bounds}), {_terms(results, [task])}.{_meanings(holes)}"
    )
    columns: dict[str, Any] = {
        "architecture": lambda a: a + " (baseline)" * (a in results.baselines),
        "score": lambda a: Cell(
            formats.of_seeds(scored[a], scored[a].score, text) or scored[a].code,
            rank_of(a, order),
        ),
        "skill": lambda a: formats.skill_with_spread(scored[a].skill),
        **formats.learned(scored),
        "parameters": lambda a: formats.number(scored[a].mean_of("parameters")),
        "training": lambda a: formats.seconds(scored[a].mean_of("training")),
    }
    return table_of(scored, columns, caption=caption)


def _cost(results: Results) -> Table | None:
    """Medians over the scored cells of the tasks that all have a skill on."""
    compared = compare(results)
    if not compared.skills:
        return None
    cells = frame.cells(results)
    scored = cells[cells.main & cells.test.notna() & cells.task.isin(compared.tasks)]
    skills = {a: formats.skill_with_spread(skill) for a, skill in compared.skills.items()}
    columns: dict[str, Any] = {"architecture": str, "skill": skills}
    for head, (name, text) in COSTS.items():
        medians = scored.groupby("architecture")[name].median().dropna()
        columns[head] = {a: text(float(median)) for a, median in medians.items()}
    caption = (
        f"Mean skill and cost over the {plural(len(compared.tasks), 'task')} on which all have a "
        "skill: medians of parameters, FLOPs of an update, training time and peak memory in MiB."
    )
    return table_of(skills, columns, caption=caption)


def _terms(results: Results, tasks: Sequence[TaskInfo]) -> str:
    ways = []
    if len(results.seeds) >= FEWEST and not all(map(solved_or_not, tasks)):
        ways.append("the half-width of its 95 % interval")
    if any(map(solved_or_not, tasks)):
        ways.append("how many seeds solved the task")
    half = f" with {' or '.join(ways)}" if ways else ""
    how = "Bold: the best; *: not shown to differ from it"
    return f"mean of {plural(len(results.seeds), 'seed')}{half}. {how}"


def _meanings(codes: Mapping[str, str]) -> str:
    return "".join(f" {code}: {meaning}." for code, meaning in codes.items())
