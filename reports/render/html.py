"""A document as one page of HTML, which needs no script and no other file."""

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from reports import document as doc
from reports.figures.style import labelled, printable

TEMPLATES = Path(__file__).parent / "templates"
LONG, MANY = 44, 4
"""Letters in a cell, or columns of words, from which on a table's cells may break into lines."""


def html(document: doc.Document) -> str:
    """The whole page. Every string is escaped, whatever it holds.

    What stands before the first heading of level 2 is the head of the page. A page that belongs to
    another one has no contents beside it.
    """
    divided: list[list[doc.Block]] = [[]]
    for block in document.blocks:
        if isinstance(block, doc.Heading) and block.level == 2:
            divided.append([])
        divided[-1].append(block)
    head, *sections = divided
    headings = [
        [b for b in blocks if isinstance(b, doc.Heading) and b.anchor] for blocks in sections
    ]
    by_lead = groupby(head, lambda block: getattr(block, "lead", False))
    page = _environment().get_template("document.html")
    return page.render(
        document=document,
        head=[(leads, list(blocks)) for leads, blocks in by_lead],
        sections=sections,
        contents=[(first, within) for first, *within in filter(None, headings)],
        files=[path for path in document.files if "/" not in path],
        css=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8")),
    )


def inline(text: doc.Text | doc.Cell) -> Markup:
    """The text of a paragraph or a cell, escaped, with its links and marks."""
    match text:
        case str():
            return Markup.escape(printable(text))
        case tuple():
            return Markup("").join(map(inline, text))
        case doc.Code():
            return Markup("<code>{}</code>").format(inline(text.text))
        case doc.Link():
            return Markup('<a href="{}">{}</a>').format(inline(text.to), inline(text.text))
        case doc.Strong():
            mark = Markup(' class="{}"').format(text.mark) if text.mark else ""
            return Markup("<b{}>{}</b>").format(mark, inline(text.text))
        case doc.Cell():
            return inline(text.text)


@cache
def _environment() -> Any:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined,
        autoescape=True, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "inline": inline,
        "labelled": labelled,
        "block": block,
        "cell": lambda value: value if isinstance(value, doc.Cell) else doc.Cell(value),
        "left": _left,
        "wordy": _wordy,
        "long": lambda cell: len(doc.plain(cell)) > LONG,
        "bulky": _bulky,
    }
    return environment


def block(block: doc.Block) -> Any:
    """A block by the macro of its name."""
    macros = _environment().get_template("blocks.html").module
    return getattr(macros, type(block).__name__.lower())(block)


def _wordy(table: doc.Table) -> bool:
    """Whether a table holds sentences, or many words beside each other."""
    long = any(len(doc.plain(cell)) > LONG for row in table.rows for cell in row)
    return not table.heads or long or sum(doc.text_columns(table)) >= MANY


def _left(table: doc.Table) -> list[bool]:
    """Of each column, whether it is set to the left; a table of sentences is, all of it."""
    return [False, *(words and not _wordy(table) for words in doc.text_columns(table)[1:])]


def _bulky(blocks: Sequence[doc.Block]) -> bool:
    """Whether a fold stays shut on paper: of tracebacks, and of what a drawing shows as well."""
    return any(
        isinstance(block, doc.Literal)
        or (isinstance(block, doc.Table) and (len(block.rows) > 40 or len(block.heads) > 9))
        for block in doc.walk(blocks)
    )
