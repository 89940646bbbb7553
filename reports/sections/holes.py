"""What failed, what was refused, and what has not run yet."""

from collections.abc import Callable, Sequence

from reports.analysis.holes import Hole, holes
from reports.analysis.results import Results
from reports.document import Block, Code, Fold, Heading, Literal, Paragraph, Text, codes, table_of

PLACE = 150

TITLES = {
    "failed": ("Failed", "failed"),
    "refused": ("Not applicable", "not-applicable"),
    "waiting": ("Not run yet", "waiting"),
}
"""The heading and the anchor of each kind of hole."""


def blocks(results: Results) -> list[Block]:
    """Every cell without a score, alike ones together, with its reason."""
    kinds = holes(results)
    made: list[Block] = [Heading("Failures and holes", "holes")]
    for kind, (title, anchor) in TITLES.items():
        if kinds[kind]:
            made += [Heading(title, anchor, 3), *_table(kinds[kind], bool(results.parts))]
    return made if made[1:] else [*made, Paragraph("Every cell has a score.")]


def _table(entries: Sequence[Hole], with_part: bool) -> list[Block]:
    columns: dict[str, Callable[[Hole], Text]] = {
        "architecture": lambda hole: Code(hole.cells[0].architecture),
        **({"part": lambda hole: hole.part} if with_part else {}),
        "outcome": lambda hole: hole.outcome,
        "tasks": lambda hole: codes(hole.each("task")),
        "seeds": lambda hole: ", ".join(map(str, hole.each("seed"))),
        "reason": lambda hole: "; ".join(hole.each("reason")),
    }
    tracebacks = [
        Fold(("Traceback of cell ", Code(hole.cells[0].id)), (Literal(hole.traceback),))
        for hole in entries
        if hole.traceback
    ]
    return [table_of(entries, columns), *tracebacks]
