"""A matrix's parts: what each is, and the scores that no other section shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.analysis.results import Part, Results
from reports.analysis.tables import skill_squares
from reports.document import Block, Fold, Heading, Paragraph, Table
from reports.formats import plain_value
from reports.sections.adapter import table_of
from reports.sections.captions import squares_table


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
    squares = skill_squares(part.results)
    if all(square.value is None for square in squares.values()):
        return []
    tasks = [task.name for task in part.results.tasks]
    table = squares_table("task", tasks, part.results.columns, squares)
    return [Fold(f"Skill in the part {part.name}", (table_of(table),))]
