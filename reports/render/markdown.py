"""A document as Markdown, with its figures as links to their files."""

import re

from reports import document as doc
from reports.figures.style import printable


def markdown(document: doc.Document) -> str:
    """The whole document; every string is taken literally, whatever it holds."""
    parts = [inline(document.title), *map(block, doc.walk(document.blocks))]
    return "\n\n".join(part for part in parts if part) + "\n"


def block(b: doc.Block) -> str:
    """One block, without what is within it."""
    match b:
        case doc.Heading():
            return f"{'#' * b.level} {inline(b.text)}"
        case doc.Paragraph() | doc.Note():
            return inline(b.text)
        case doc.Table():
            return "\n\n".join(filter(None, [inline(b.caption), _table(b)]))
        case doc.Figure():
            line = f"Figure [{inline(b.name)}](figures/{b.name}.svg): {inline(b.finding)}"
            return f"{line}\n\n{_table(b.table)}"
        case doc.Fold():
            return inline(b.summary)
        case doc.Row():
            return ""
        case doc.Listing():
            return "\n".join(f"- {inline(item)}" for item in b.items)
        case doc.Terms():
            return "\n".join(f"- {inline(name)}: {inline(value)}" for name, value in b.pairs)
        case doc.Counts():
            return ", ".join(f"{count:,} {inline(what)}" for count, what in b.pairs)
        case doc.Literal():
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", b.text)), default=0))
            return f"{fence}\n{printable(b.text)}\n{fence}"


def inline(text: doc.Text | doc.Cell) -> str:
    """A text on one line, of which Markdown and its tables take no character for a sign."""
    match text:
        case str():
            text = printable(text)
            return re.sub(r"([\\`*_{}\[\]<>|])", r"\\\1", re.sub(r"\s+", " ", text))
        case tuple():
            return "".join(map(inline, text))
        case doc.Code():
            code = " ".join(printable(text.text).split()).replace("`", "'").replace("|", "\\|")
            return f"`{code}`"
        case doc.Strong():
            return f"**{inline(text.text)}**"
        case doc.Link():
            return f"[{inline(text.text)}]({text.to})"
        case doc.Cell():
            sign = {"best": "**", "hole": "*"}.get(text.mark, "") if text.text else ""
            return f"{sign}{inline(text.text)}{sign}"


def _table(table: doc.Table) -> str:
    heads = table.heads or ("",) * len(table.rows[0])
    rule = ["---" if words else "---:" for words in doc.text_columns(table)]
    rows = [[inline(head) for head in heads], rule, *(map(inline, row) for row in table.rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
