"""Sections that do not return blocks yet, as blocks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reports import document as new
from reports.document import Block, Cell, Code, Heading, Link, Note, Paragraph
from reports.sections import claims as claims_page
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


def claims_of(claims: Any, note: str) -> list[Block]:
    """The table of claims on the page."""
    return [
        Heading("The textbook on trial", "claims"),
        *([Note(note)] if note else []),
        Paragraph(claims.summary, lead=True),
        Paragraph(
            (
                "Each claim was stated with its threshold before its records were made; the "
                "verdicts are corrected for the number of claims (Holm). ",
                Link("Every claim with its figure, on a page for the wall", "claims.html"),
                ".",
            )
        ),
        _claims_table(claims, "claims.html"),
    ]


def _claims_table(claims: Any, page: str) -> new.Table:
    return new.Table(
        ("claim", "verdict", "effect", "95 % interval", "n"),
        tuple(
            (
                Link(e.statement, f"{page}#claim-{e.id}"),
                Cell(e.verdict, f"verdict-{e.verdict}"),
                e.effect,
                e.interval,
                str(e.n or ""),
            )
            for e in claims.entries
        ),
    )


def claims_document(name: str, claims: Any, note: str) -> new.Document:
    blocks: list[Block] = [
        Heading("The textbook on trial", level=1),
        Paragraph(claims.summary, lead=True),
        *([Note(note)] if note else []),
        Note(
            "Supported and refuted: every comparison of the claim lies on one side of a threshold "
            "that was stated beforehand, mixed: on both. Undecided: anything else, such as one "
            "comparison of several that is not told apart from its threshold, however large the "
            "effect. Corrected for the number of claims (Holm). The effect is a mean over n seeds; "
            "of what is exact it was counted."
        ),
        _claims_table(claims, ""),
    ]
    for e in claims.entries:
        ends = ", exact" if e.interval == "exact" else (
            f" (95 % interval {e.interval})" if e.interval else "")  # fmt: skip
        ruling = f" {e.effect}{ends}, n = {e.n}" if e.n else ""
        figure = claims_page.figure_of(e)
        blocks += [
            Heading(e.statement, f"claim-{e.id}"),
            Paragraph((new.Strong(e.verdict, f"verdict-{e.verdict}"), ruling,
                       f", p {e.p}" if e.p else ""), lead=True),
            Paragraph(e.reason),
            *([replace(figure_of(figure, f"Claim {e.id}"), finding="")] if figure else []),
            new.Terms((("To be shown", e.criterion), ("Source", e.source),
                       ("Again", Code(e.command)))),
        ]  # fmt: skip
    return new.Document(name, tuple(blocks), home="index.html")
