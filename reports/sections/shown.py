"""Figures with what the page puts under them, and sections with where they come from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reports.sections.section import Figure, Section


@dataclass(frozen=True)
class Shown(Figure):
    """A figure whose numbers in full are more than its table tells."""

    data: str = ""
    """CSV; of the table, if empty."""


@dataclass(frozen=True)
class Placed:
    """A section on the page."""

    section: Section
    note: str = ""
    """Where its records are from, if they are not the matrix's own."""


def data_of(figure: Figure) -> str:
    """The figure's numbers as CSV, with the minus sign that programs read."""
    return (getattr(figure, "data", "") or figure.table.csv()).replace("−", "-")


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV; None is an empty field."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return buffer.getvalue()
