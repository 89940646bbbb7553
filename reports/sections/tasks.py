"""Tasks one by one: limits, every seed's score, learning curves, errors, and other measures."""

from __future__ import annotations

from collections.abc import Mapping

from reports import formats
from reports.analysis.difference import standing
from reports.analysis.ranking import behind, lead
from reports.analysis.results import Group, Results, TaskInfo
from reports.analysis.squares import rank_of
from reports.document import Block, Cell, Code, Heading, Note, Paragraph, Row, Table, Terms, Text
from reports.sections import errors, measures, reproduction, task_curves, task_seeds

PLACE = 140


def blocks(results: Results) -> list[Block]:
    """A part for each task of the matrix's own cells."""
    from reports.figures import style

    if not results.tasks:
        return []
    looks = style.looks(results.architectures) | dict.fromkeys(results.baselines, style.BESIDE)
    made: list[Block] = [Heading("Tasks one by one", "tasks"), Paragraph(_reading(results))]
    for task in results.tasks:
        command = reproduction.of_task(results, task.name)
        scored = results.scored(task)
        figures = [
            task_seeds.figure(results, task, scored, looks, command),
            task_curves.figure(results, task, looks, command),
        ]
        drawn = tuple(figure for figure in figures if figure)
        made += [
            Heading(task.name, f"task-{task.slug}", 3),
            _limits(results, task),
            *([Row(drawn)] if drawn else []),
            _table(results, task, scored),
            *errors.blocks(results, task),
            *measures.blocks(results, task),
        ]
    return made


def _reading(results: Results) -> str:
    beaten = " †: no better than the baseline." if results.baselines else ""
    return (
        "Scores are on the test split, in the metric's own unit. Dots are seeds, the upright bar "
        "is their mean, the pale band its 95 % interval. Bold: best mean. •: not shown to differ "
        f"from the best.{beaten} Parameters and training time are means over seeds. Learning "
        "curves show the validation split: mean over seeds, with a band from the lowest seed to "
        "the highest; a seed that stopped early counts on with its last score. Floor and ceiling "
        "in them are those of the test split."
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
    }
    return Terms(tuple((name, value) for name, value in pairs.items() if value), short=True)


def _table(results: Results, task: TaskInfo, scored: Mapping[str, Group]) -> Table:
    """The score of every seed of every architecture, best first."""
    text, order = formats.scores_in(results, task), standing(results, task)
    leads = task.name in results.best_baselines
    heads = (*task_seeds.heads(results), "skill", *["lead"] * leads, "parameters", "training")
    rows: list[tuple[Text | Cell, ...]] = []
    for name, group in scored.items():
        rank = rank_of(name, order)
        marks = " •" * (rank == "near") + " †" * behind(results, task.name, name)
        ahead = formats.signed_skill_with_spread(lead(results, task.name, name))
        rows.append(
            (
                (Code(name), " (baseline)" * (name in results.baselines)),
                *task_seeds.entries(results, group, text),
                Cell(text(group.score.mean) + marks, rank, value=group.score.mean),
                formats.half(group.score, text),
                formats.skill_with_spread(group.skill),
                *[ahead] * leads,
                formats.number(group.mean_of("parameters")),
                formats.seconds(group.mean_of("training")),
            )
        )
    quiet = tuple(at for at, name in enumerate(scored) if name in results.baselines)
    return Table(heads, tuple(rows), quiet=quiet)
