"""A matrix's parts: what each is, and the scores that no other section shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.analysis.results import Part, Results
from reports.analysis.squares import by_task
from reports.document import Block, Fold, Heading, Paragraph, Table
from reports.formats import plain_value
from reports.sections import skill


def blocks(results: Results) -> list[Block]:
    """A row for each part, and skill in those whose cells are scored."""
    if not results.parts:
        return []
    planned = {part["name"]: part for part in results.plan.get("parts", [])}
    heads = ("part", "what is done", "tasks", "architectures", "seeds", "cells",
             "terms that differ")  # fmt: skip
    rows = tuple(_row(part, planned.get(name, {})) for name, part in results.parts.items())
    return [
        Heading("Parts of this matrix", "parts", 3),
        Paragraph(
            "Each part has cells of its own, for a question of its own; all of them are in "
            "results.csv."
        ),
        Table(heads, rows),
        *(fold for part in results.parts.values() for fold in _scores(part)),
    ]


def _row(part: Part, planned: Mapping[str, Any]) -> tuple[str, ...]:
    results = part.results
    cells = ", ".join(f"{count:,} {outcome}" for outcome, count in results.counts.items() if count)
    terms = ", ".join(f"{n} {plain_value(v)}" for n, v in planned.get("budget", {}).items())
    architectures = len(results.architectures) + len(results.baselines)
    sizes = len(results.tasks), architectures, len(results.seeds)
    return (part.name, part.probe or "scored", *(f"{size:,}" for size in sizes), cells, terms)


def _scores(part: Part) -> list[Block]:
    squares = by_task(part.results)
    if all(square.hole for square in squares.values()):
        return []
    tasks = [task.name for task in part.results.tasks]
    table = skill.table("task", tasks, part.results.columns, squares)
    return [Fold(f"Skill in the part {part.name}", (table,))]
