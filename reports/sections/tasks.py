"""Tasks one by one: limits, every seed's score, learning curves, errors, and other measures."""

from collections.abc import Mapping
from typing import Any

from reports import formats
from reports.analysis.cells import NOT_LEARNED, UNLEARNED
from reports.analysis.difference import standing
from reports.analysis.ranking import behind, lead
from reports.analysis.results import Group, Results, TaskInfo
from reports.analysis.squares import rank_of
from reports.document import (
    Block,
    Cell,
    Code,
    Figure,
    Heading,
    Note,
    Paragraph,
    Row,
    Terms,
    table_of,
)
from reports.figures import style
from reports.sections import measures, task_figures

PLACE = 140
DRAWN = 25
"""Tasks with figures: these are most of the time that a long report takes, and of its length."""


def blocks(results: Results) -> list[Block]:
    """A part for each task of the matrix's own cells."""
    if not results.tasks:
        return []
    looks = style.looks(results.architectures) | dict.fromkeys(results.baselines, style.BESIDE)
    made: list[Block] = [Heading("Tasks one by one", "tasks"), Paragraph(_reading(results))]
    for at, task in enumerate(results.tasks):
        scored, figures = results.scored(task), tuple[Figure, ...]()
        if at < DRAWN:
            seeds = task_figures.seeds_figure(results, task, scored, looks)
            curves = task_figures.curves_figure(results, task, looks)
            figures = tuple(filter(None, (seeds, curves)))
        made += [
            Heading(task.name, f"task-{task.slug}", 3),
            _limits(results, task),
            *_whole(task),
            *([Row(figures)] if figures else []),
            _table(results, task, scored),
            *measures.blocks(results, task),
        ]
    return made


def _reading(results: Results) -> str:
    beaten = " †: no better than the baseline." if results.baselines else ""
    some = any(group.not_learned for group in results.groups.values())
    lost = f" {UNLEARNED}: {NOT_LEARNED}, by no seed. Learned: by so many seeds." if some else ""
    few = ""
    if len(results.tasks) > DRAWN:
        few = (
            f" The first {DRAWN} of {len(results.tasks)} tasks are drawn; the others have their "
            "table, and their curves are in harness.curves."
        )
    return (
        "Test scores: dots are seeds, the upright bar is their mean, the pale band its 95 % "
        "interval, if it has one. Bold: best mean. •: not shown to differ from the best."
        f"{beaten}{lost} Learning curves show the validation split: mean over seeds, lowest to "
        "highest; a seed that stopped early counts on with its last score. Floor and ceiling in "
        f"them are those of the test.{few}"
    )


def _limits(results: Results, task: TaskInfo) -> Block:
    if not task.metric:
        return Note("No cell of this task has run yet.")
    text, best = formats.scores_in(results, task), results.best_baselines.get(task.name)
    level = results.groups[task.name, best].score.mean if best else None
    perfect = " (perfect)" if task.ceiling_is_ideal else ""
    pairs = {
        "metric": f"{formats.metric(task)} ({formats.direction(task)})",
        "floor": text(task.floor) or "not known",
        "baseline": f"{text(level)} ({best})" if best else "",
        "ceiling": "not known" if task.ceiling is None else text(task.ceiling) + perfect,
        **{name: text(value) for name, value in task.references.items()},
        "problem": task.problem,
        "tags": ", ".join(task.tags),
        "test examples": formats.number(task.test_examples),
    }
    return Terms(tuple((name, value) for name, value in pairs.items() if value), short=True)


def _whole(task: TaskInfo) -> list[Block]:
    """Of a drawn task with fewer different inputs than its test asks for."""
    many = formats.number(task.test_examples)
    return [Note(f"Its test has {many} inputs, all that there are.")] if task.test_is_whole else []


def _table(results: Results, task: TaskInfo, scored: Mapping[str, Group]) -> Block:
    text, order = formats.scores_in(results, task), standing(results, task)

    def mean(name: str) -> Cell:
        rank, score = rank_of(name, order), scored[name].score.mean
        marks = " •" * (rank == "near") + " †" * behind(results, task.name, name)
        marks += f" {UNLEARNED}" * (scored[name].learned is False)
        return Cell(text(score) + marks, rank, value=score)

    leads = {a: lead(results, task.name, a) for a in scored if task.name in results.best_baselines}
    columns: dict[str, Any] = {
        "architecture": lambda a: (Code(a), " (baseline)" * (a in results.baselines)),
        **task_figures.columns(results, task, scored),
        "mean": mean,
        "skill": lambda a: formats.skill_with_spread(scored[a].skill),
        **formats.learned(scored),
        **({"lead": lambda a: formats.signed_skill_with_spread(leads[a])} if leads else {}),
        "parameters": lambda a: formats.number(scored[a].mean_of("parameters")),
        "training": lambda a: formats.seconds(scored[a].mean_of("training")),
    }
    quiet = tuple(at for at, name in enumerate(scored) if name in results.baselines)
    return table_of(scored, columns, quiet=quiet)
