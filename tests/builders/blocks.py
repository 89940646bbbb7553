"""What the blocks of a section say."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable

from reports.document import (
    Block,
    Document,
    Figure,
    Fold,
    Listing,
    Note,
    Paragraph,
    Table,
    Terms,
    csv_files,
    figures,
    plain,
    walk,
)
from reports.figures.style import style


def made(section: Callable[..., list[Block]], *given: object) -> Document:
    """A section alone, its figures drawn as on the page."""
    with style():
        return Document("made", tuple(section(*given)))


def said(document: Document) -> str:
    """All its sentences and captions."""
    found = []
    for block in walk(document.blocks):
        match block:
            case Paragraph() | Note():
                found.append(plain(block.text))
            case Figure():
                found.append(plain(block.finding))
            case Table():
                found.append(plain(block.caption))
            case Fold():
                found.append(plain(block.summary))
            case Listing():
                found += map(plain, block.items)
            case Terms():
                found += (f"{plain(name)}: {plain(value)}" for name, value in block.pairs)
    return "\n".join(found)


def rows(document: Document, head: str) -> dict[str, dict[str, str]]:
    """Of the first table with such a column its rows by their first entry."""
    table = next(
        b for b in _tables(document.blocks) if head in b.heads
    )  # of the blocks, then of the figures
    texts = [tuple(map(plain, row)) for row in table.rows]
    return {row[0]: dict(zip(map(plain, table.heads), row, strict=True)) for row in texts}


def _tables(blocks: Iterable[Block]) -> list[Table]:
    everything = list(walk(blocks))
    found = [block for block in everything if isinstance(block, Table)]
    return found + [block.table for block in everything if isinstance(block, Figure)]


def numbers(document: Document, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(csv_files(document)[name])))


def drawn(document: Document) -> set[str]:
    """The names of its figures."""
    return set(figures(document))
