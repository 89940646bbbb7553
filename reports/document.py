"""What a report is made of: blocks, which a renderer turns into a page, a table or terminal output.

A section returns a list of blocks. Contents, numbering, commands and CSV files are derived from
them, here. Nothing in this module knows a format.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reports.figures.style import Drawing


@dataclass(frozen=True)
class Code:
    """A name or a command, as it is typed."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Text that stands out."""

    text: str
    mark: str = ""
    """How, if not bold: a verdict's name, such as ``verdict-supported``."""


@dataclass(frozen=True)
class Link:
    """Text that leads to an anchor (``#skill``) or a file beside the page."""

    text: str
    to: str


Text = str | Code | Strong | Link | tuple["Text", ...]
"""A sentence, or its pieces in order."""


def plain(text: "Text | Cell") -> str:
    """The words alone."""
    if isinstance(text, str):
        return text
    if isinstance(text, tuple):
        return "".join(plain(piece) for piece in text)
    return plain(text.text)


def codes(names: Iterable[str], most: int = 8) -> Text:
    """Names with commas; beyond ``most`` their number."""
    listed = list(names)
    pieces: list[Text] = [piece for name in listed[:most] for piece in (", ", Code(name))]
    more = f" and {len(listed) - most} more" * (len(listed) > most)
    return (*pieces[1:], more)


@dataclass(frozen=True)
class Heading:
    """The title of what follows, down to the next heading of its level or a higher one."""

    text: str
    anchor: str = ""
    level: int = 2
    """1: the document's own; 2: a section; 3: within one"""


@dataclass(frozen=True)
class Paragraph:
    """Sentences."""

    text: Text
    lead: bool = False
    """The answer, which is read first."""


@dataclass(frozen=True)
class Note:
    """What has to be known of the text beside it: where records are from, what is left out."""

    text: Text


@dataclass(frozen=True)
class Cell:
    """One entry of a table that is more than its text."""

    text: Text
    mark: str = ""
    """best, near, hole, or a verdict: how it stands out"""
    why: str = ""
    """Told on request: the reason of a hole."""
    value: float | None = None
    """The number in full, for CSV."""


@dataclass(frozen=True)
class Table:
    """Rows of text, each as long as the heads."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Text | Cell, ...], ...]
    caption: Text = ""
    name: str = ""
    """Of its anchor and its CSV file; a table without one has neither."""
    quiet: tuple[int, ...] = ()
    """Rows that stand back: baselines among architectures."""
    data: str = ""
    """CSV with more than the rows; of the rows, if empty."""


@dataclass(frozen=True)
class Figure:
    """A drawing with its finding, its numbers, and what makes its records."""

    drawing: "Drawing"
    finding: Text
    table: Table
    command: str = ""
    """Empty: the document's own."""
    data: str = ""
    """As of a table."""
    title: str = ""
    """In the list of figures; the heading above it, if empty."""

    @property
    def name(self) -> str:
        """As in its anchor and its files."""
        return self.drawing.name

    @property
    def label(self) -> str:
        """In words, for those who do not see the drawing."""
        return plain(self.finding) or f"{self.title}. The numbers are in the table below."


@dataclass(frozen=True)
class Listing:
    """Items, one below the other."""

    items: tuple[Text, ...]


@dataclass(frozen=True)
class Terms:
    """Names, each with what it means or is."""

    pairs: tuple[tuple[Text, Text], ...]
    short: bool = False
    """A few words each, so that they stand beside each other."""


@dataclass(frozen=True)
class Counts:
    """How many there are of each kind."""

    pairs: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Literal:
    """Lines as they are: a command to copy, a traceback."""

    text: str


@dataclass(frozen=True)
class Fold:
    """Blocks that are shown on request."""

    summary: Text
    blocks: "tuple[Block, ...]"


@dataclass(frozen=True)
class Row:
    """Figures beside each other where there is room."""

    figures: tuple[Figure, ...]


Block = (
    Heading | Paragraph | Note | Table | Figure | Listing | Terms | Counts | Literal | Fold | Row
)


@dataclass(frozen=True)
class Document:
    """A report: what a renderer is given."""

    title: str
    blocks: tuple[Block, ...]
    command: str = ""
    """Makes the records of all that does not say otherwise."""
    home: str = ""
    """The page that this one belongs to."""
    files: dict[str, str] = field(default_factory=dict)
    """Further files beside it, by path."""


def paragraphs(answer: Text, *more: Text) -> list[Block]:
    """A paragraph each, of which the first is the answer."""
    return [Paragraph(answer, lead=True), *map(Paragraph, more)]


def section(
    title: str, anchor: str, texts: Iterable[Text], exhibits: Sequence[Figure | Table]
) -> list[Block]:
    """Texts, of which the first is the answer, above what they are about; nothing without that."""
    return [Heading(title, anchor), *paragraphs(*texts), *exhibits] if exhibits else []


def table_of(
    rows: Iterable[Any],
    columns: Mapping[str, Callable[[Any], Text | Cell] | Mapping[Any, Text | Cell]],
    **more: Any,
) -> Table:
    """A table with a line for each row. columns: of each its head, and what it says of a row, by a
    function or by the row."""
    told = [of if callable(of) else lambda row, of=of: of.get(row, "") for of in columns.values()]
    return Table(tuple(columns), tuple(tuple(of(row) for of in told) for row in rows), **more)


def listings(items: Mapping[str, Sequence[Text]]) -> list[Block]:
    """Lists with their titles; those without an item are left out."""
    made: list[Block] = []
    for title, of_title in items.items():
        if of_title:
            made += [Heading(title, level=3), Listing(tuple(of_title))]
    return made


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """All blocks in their order, those within folds and rows too."""
    for block in blocks:
        yield block
        if isinstance(block, Fold):
            yield from walk(block.blocks)
        elif isinstance(block, Row):
            yield from block.figures


def figures(document: Document) -> dict[str, Figure]:
    """All figures by name."""
    return {block.name: block for block in walk(document.blocks) if isinstance(block, Figure)}


def csv_files(document: Document) -> dict[str, str]:
    """The numbers of each figure and each named table, as CSV by name; with the minus sign that
    programs read."""
    found = {name: (figure.data, figure.table) for name, figure in figures(document).items()}
    for block in walk(document.blocks):
        if isinstance(block, Table) and block.name:
            found[block.name] = block.data, block
    texts = {
        name: data or as_csv(table.heads, (map(plain, row) for row in table.rows))
        for name, (data, table) in found.items()
    }
    return {name: text.replace("−", "-") for name, text in texts.items()}


def commands(document: Document) -> list[tuple[str, str, str]]:
    """Of each figure its name, its title and the command that makes its records."""
    rows, title, count = [], "", 0
    for block in walk(document.blocks):
        if isinstance(block, Heading):
            title, count = block.text, 0
        elif isinstance(block, Figure):
            count += 1
            name = block.title or (title if count == 1 else f"{title}, {count}")
            rows.append((block.name, name, block.command or document.command))
    return rows


def text_columns(table: Table) -> list[bool]:
    """Of each column, whether it holds words rather than numbers; the first one names the rows.
    What stands in a hole tells nothing of the rest."""
    words = []
    for column in [*zip(*table.rows, strict=True)] or [()] * len(table.heads):
        filled = [c for c in column if not (isinstance(c, Cell) and c.mark == "hole")] or column
        texts = [text for text in map(plain, filled) if text]
        words.append(2 * sum(text[0].isalpha() for text in texts) > len(texts))
    return [True, *words[1:]]


def as_csv(heads: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV; None is an empty field."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return buffer.getvalue()
