"""What was not measured, and the commands that would."""

from __future__ import annotations

from collections.abc import Sequence

from reports.document import Block, Code, Heading, Listing, Paragraph

PLACE = 120


def blocks(lacking: Sequence[tuple[str, str]]) -> list[Block]:
    """The sections without records, by title, each with its command."""
    if not lacking:
        return []
    return [
        Heading("Not measured", "missing"),
        Paragraph(
            "These sections have no records here. The command makes them; then build this page "
            "again."
        ),
        Listing(tuple((f"{title}: ", Code(command)) for title, command in lacking)),
    ]
