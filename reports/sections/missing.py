"""What was not measured, and the commands that would."""

from collections.abc import Sequence

from reports.document import Block, Code, Heading, Listing, Paragraph

PLACE = 120


def blocks(lacking: Sequence[tuple[str, str]]) -> list[Block]:
    """The sections without records, by title, each with its command."""
    commands = Listing(tuple((f"{title}: ", Code(command)) for title, command in lacking))
    said = Paragraph("These sections have no records here; each has the command that makes them.")
    return [Heading("Not measured", "missing"), said, commands] if lacking else []
