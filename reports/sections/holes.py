"""What failed, what was refused, and what has not run yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.analysis import tables
from reports.analysis.material import Material
from reports.document import Block, Code, Fold, Heading, Literal, Paragraph, Table, codes


def blocks(material: Material) -> list[Block]:
    """Every cell without a score, alike ones together, with its reason."""
    results = material.results
    holes = tables.holes(results)
    serves = " Each baseline serves a few kinds of task only." if results.baselines else ""
    with_part = bool(results.parts)
    made: list[Block] = [Heading("Failures and holes", "holes")]
    if holes["failed"]:
        made += [Heading("Failed", "failed", 3), *_table(holes["failed"], with_part)]
    else:
        made.append(Paragraph("No cell failed."))
    if holes["refused"]:
        made += [
            Heading("Not applicable", "not-applicable", 3),
            Paragraph(f"Refused for a stated reason, which is not a failure.{serves}"),
            *_table(holes["refused"], with_part),
        ]
    if holes["waiting"]:
        made += [Heading("Not run yet", "waiting", 3), *_table(holes["waiting"], with_part)]
    return made


def _table(entries: Sequence[Mapping[str, Any]], with_part: bool) -> Iterator[Block]:
    part = ("part",) if with_part else ()
    yield Table(
        ("architecture", *part, "outcome", "tasks", "seeds", "reason"),
        tuple(
            (
                Code(e["architecture"]),
                *(e[name] for name in part),
                e["outcome"],
                codes(e["tasks"]),
                ", ".join(map(str, e["seeds"])),
                e["reason"],
            )
            for e in entries
        ),
    )
    for e in entries:
        if e["traceback"]:
            yield Fold(("Traceback of cell ", Code(e["id"])), (Literal(e["traceback"]),))
