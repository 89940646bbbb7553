"""Sections that do not return blocks yet, as blocks."""

from __future__ import annotations

from reports import document as new
from reports.document import Block, Heading, Note, Paragraph
from reports.sections.section import Figure, Section, Table


def table_of(table: Table, caption: new.Text = "", name: str = "") -> new.Table:
    return new.Table(table.heads, table.rows, caption, name)


def figure_of(figure: Figure, title: str = "", command: str = "") -> new.Figure:
    data = getattr(figure, "data", "").replace("−", "-")
    return new.Figure(figure.drawing, figure.caption, table_of(figure.table),
                      command or figure.command, data, title)  # fmt: skip


def blocks_of(section: Section | None, note: str = "") -> list[Block]:
    if section is None:
        return []
    figures = tuple(figure_of(figure) for figure in section.figures)
    return [
        Heading(section.title, section.id),
        *([Note(note)] if note else []),
        *(Paragraph(s, lead=not at) for at, s in enumerate(section.sentences)),
        *figures,
        *(
            table_of(table, caption, f"{section.id}-table-{at}")
            for at, (caption, table) in enumerate(section.tables, 1)
        ),
    ]
