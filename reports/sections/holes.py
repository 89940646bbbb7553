"""What failed, what was refused, and what has not run yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.analysis.holes import Hole, holes
from reports.analysis.results import Results
from reports.document import Block, Code, Fold, Heading, Literal, Paragraph, Table, codes

PLACE = 150


def blocks(results: Results) -> list[Block]:
    """Every cell without a score, alike ones together, with its reason."""
    kinds = holes(results)
    serves = " Each baseline serves a few kinds of task only." if results.baselines else ""
    with_part = bool(results.parts)
    made: list[Block] = [Heading("Failures and holes", "holes")]
    if kinds["failed"]:
        made += [Heading("Failed", "failed", 3), *_table(kinds["failed"], with_part)]
    else:
        made.append(Paragraph("No cell failed."))
    if kinds["refused"]:
        made += [
            Heading("Not applicable", "not-applicable", 3),
            Paragraph(f"Refused for a stated reason, which is not a failure.{serves}"),
            *_table(kinds["refused"], with_part),
        ]
    if kinds["waiting"]:
        made += [Heading("Not run yet", "waiting", 3), *_table(kinds["waiting"], with_part)]
    return made


def _table(entries: Sequence[Hole], with_part: bool) -> Iterator[Block]:
    part = ("part",) if with_part else ()
    yield Table(
        ("architecture", *part, "outcome", "tasks", "seeds", "reason"),
        tuple(
            (
                Code(hole.cells[0].architecture),
                *[hole.part] * with_part,
                hole.outcome,
                codes(hole.each("task")),
                ", ".join(map(str, hole.each("seed"))),
                "; ".join(hole.each("reason")),
            )
            for hole in entries
        ),
    )
    for hole in entries:
        if hole.traceback:
            yield Fold(("Traceback of cell ", Code(hole.cells[0].id)), (Literal(hole.traceback),))
