"""A matrix's parts, for the page: what each is, and the scores that no other section shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.analysis.results import Part, Results
from reports.analysis.tables import skill_squares
from reports.sections.captions import squares_table
from reports.sections.fairness import plain
from reports.sections.section import Table


def overview(results: Results) -> Table | None:
    """A row for each part; None where there are none."""
    if not results.parts:
        return None
    planned = {part["name"]: part for part in results.plan.get("parts", [])}
    return Table(
        ("part", "what is done", "tasks", "architectures", "seeds", "cells", "terms that differ"),
        tuple(_row(part, planned.get(name, {})) for name, part in results.parts.items()),
    )


def _row(part: Part, planned: Mapping[str, Any]) -> tuple[str, ...]:
    found = part.results
    ended = found.counts.items()
    cells = ", ".join(f"{count:,} {outcome}" for outcome, count in ended if count)
    terms = ", ".join(f"{n} {plain(value)}" for n, value in planned.get("budget", {}).items())
    sizes = len(found.tasks), len(found.architectures) + len(found.baselines), len(found.seeds)
    return (part.name, part.probe or "scored", *(f"{size:,}" for size in sizes), cells, terms)


def scores(results: Results) -> list[tuple[str, Table]]:
    """Skill in each part whose cells are scored, by the part's name."""
    found = []
    for name, part in results.parts.items():
        squares = skill_squares(part.results)
        if any(square.value is not None for square in squares.values()):
            tasks = [task.name for task in part.results.tasks]
            found.append((name, squares_table("task", tasks, part.results.columns, squares)))
    return found
