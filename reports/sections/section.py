"""What a section of the report is made of."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.figures.style import Drawing


@dataclass(frozen=True)
class Table:
    """Numbers for a person to read; each row as long as the heads."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def csv(self) -> str:
        """The same as CSV."""
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(self.heads)
        writer.writerows(self.rows)
        return buffer.getvalue()


@dataclass(frozen=True)
class Figure:
    """A drawing with its finding, its numbers, and how to make it again."""

    drawing: Drawing
    caption: str
    """States the finding, from the numbers."""
    table: Table
    command: str = ""
    """Makes the records it rests on."""


@dataclass(frozen=True)
class Section:
    """One question of the report and its answer."""

    id: str
    """Its anchor."""
    title: str
    sentences: tuple[str, ...]
    """The answer, the most important first; then how it was measured."""
    figures: tuple[Figure, ...] = ()
    tables: tuple[tuple[str, Table], ...] = ()
    """Further tables, each with what it shows."""
