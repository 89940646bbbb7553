"""Blocks in the terminal."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports import document as doc

STYLES = {
    "best": "bold", "hole": "dim", "better": "green", "worse": "red",
    "verdict-supported": "green", "verdict-refuted": "red", "verdict-mixed": "yellow",
    "verdict-undecided": "dim", "verdict-rehearsal": "dim", "verdict-not-measured": "dim",
}  # fmt: skip
"""How marks look; others look like any text."""
SENTENCE, LEAST = 44, 24
"""Letters from which on a cell may break into lines, and the least width of its column."""


def show(console: Console, blocks: doc.Document | Iterable[doc.Block]) -> None:
    """Print blocks one below the other, an empty line before a heading or a table's title.

    No text is taken for markup. Only heads and sentences break into lines: a table of many
    columns is wider than the window rather than without a part of its names.
    """
    listed = blocks.blocks if isinstance(blocks, doc.Document) else blocks
    for at, block in enumerate(doc.walk(listed)):
        if at and isinstance(block, doc.Heading | doc.Table | doc.Figure):
            console.print()
        whole = isinstance(block, doc.Literal)
        for renderable in _renderables(block):
            console.print(renderable, crop=False, highlight=False, soft_wrap=whole)


def _renderables(block: doc.Block) -> Iterable[Any]:
    match block:
        case doc.Heading(text=text) | doc.Fold(summary=text):
            yield inline(text, "bold")
        case doc.Paragraph() | doc.Literal():
            yield inline(block.text)
        case doc.Note():
            yield inline(block.text, "dim")
        case doc.Table():
            yield _grid(block)
        case doc.Figure():
            yield from (inline(block.finding), _grid(block.table))
        case doc.Listing():
            yield from (inline(("  ", item)) for item in block.items)
        case doc.Terms():
            yield _grid(doc.Table((), tuple(block.pairs)))
        case doc.Counts():
            yield inline(", ".join(f"{count:,} {what}" for count, what in block.pairs))


def inline(text: doc.Text | doc.Cell, style: str = "") -> Text:
    """A text with its styles; nothing in it is markup."""
    match text:
        case str():
            return Text(text, style)
        case tuple():
            return Text("", style).join(map(inline, text))
        case doc.Strong() | doc.Cell():
            unmarked = "bold" if isinstance(text, doc.Strong) else ""
            return inline(text.text, STYLES.get(text.mark, unmarked) or style)
        case doc.Code() | doc.Link():
            return inline(text.text, style)


def _grid(block: doc.Table) -> Table:
    grid = Table(
        title=inline(block.caption) if block.caption else None, title_justify="left",
        title_style="italic", show_header=bool(block.heads), box=None, pad_edge=False,
    )  # fmt: skip
    heads = block.heads or ("",) * len(block.rows[0])
    for at, (head, words) in enumerate(zip(heads, doc.text_columns(block), strict=True)):
        longest = max((len(doc.plain(row[at])) for row in block.rows), default=0)
        grid.add_column(
            inline(head),
            justify="left" if words else "right",
            overflow="fold",
            min_width=longest if longest <= SENTENCE else LEAST,
        )
    for at, row in enumerate(block.rows):
        grid.add_row(*map(inline, row), style="dim" if at in block.quiet else None)
    return grid
