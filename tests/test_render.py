"""A document as a page, as Markdown and in the terminal."""

from __future__ import annotations

import csv
import io
import re

import pytest
from rich.console import Console

from reports.document import (
    Cell,
    Code,
    Counts,
    Document,
    Figure,
    Fold,
    Heading,
    Link,
    Listing,
    Literal,
    Note,
    Paragraph,
    Row,
    Strong,
    Table,
    Terms,
    commands,
    csv_files,
    text_columns,
)
from reports.figures.style import Drawing
from reports.render.html import html
from reports.render.markdown import markdown
from reports.render.terminal import show

EVIL = "<script>alert('x')</script> [bold]|`\x1b"
NAME = "lstm[layers=2]"
SCORES = Table(
    ("architecture", "score"),
    (
        (Code(NAME), Cell("−0.91", "best")),
        ((Code("hmm"), " (baseline)"), Cell("n/a", "hole", EVIL)),
    ),
    caption="Scores of both",
    name="skill-table-1",
    quiet=(1,),
)


def figure(name: str, command: str = "") -> Figure:
    drawing = Drawing(name, f"<svg>{name}</svg>", f'<svg id="{name}"></svg>')
    return Figure(drawing, f"{name} rises", Table(("x", "y"), (("1", "2"),)), command)


DOCUMENT = Document(
    "made: 2 tasks",
    (
        Heading("Which one learns?", level=1),
        Paragraph("lstm does.", lead=True),
        Counts(((1234, "planned"), (3, "ok"))),
        Heading("Skill", "skill"),
        Note("Measured elsewhere."),
        Paragraph(("It says ", EVIL), lead=True),
        SCORES,
        figure("heatmap"),
        Heading("Within", "within", 3),
        Table((), (("cores | sockets", "2"),)),
        Row((figure("left", "harness probe horizon"), figure("right"))),
        Heading("Other", "other"),
        Listing((("See ", Link("skill", "#skill")), Strong("supported", "verdict-supported"))),
        Terms((("metric", "accuracy"),), short=True),
        Fold("Traceback", (Literal("line 1\nline 2"),)),
        Table(("n",), tuple((str(i),) for i in range(20)), name="long"),
    ),
    command="harness run --matrix made",
    files={"results.csv": "a,b\n", "tables/skill.tex": ""},
)


def terminal(*blocks, width: int = 40) -> str:
    out = io.StringIO()
    show(Console(file=out, width=width), blocks)
    return out.getvalue()


def test_the_page_escapes_whatever_it_is_given():
    page = html(DOCUMENT)
    assert "<script" not in page and "\x1b" not in page
    assert page.count("&lt;script&gt;alert(&#39;x&#39;)") == 2  # the sentence and the reason


def test_the_page_has_contents_anchors_and_files():
    page = html(DOCUMENT)
    contents = page[page.index("<nav") : page.index("</nav>")]
    assert re.findall('href="([^"]*)"', contents) == ["#skill", "#within", "#other", "results.csv"]
    anchors = set(re.findall(r'\bid="([^"]*)"', page))
    assert {"skill", "within", "other", "figure-heatmap", "skill-table-1"} <= anchors
    assert all(to[1:] in anchors for to in re.findall('href="(#[^"]*)"', page))
    for link in ("data/heatmap.csv", "figures/heatmap.svg", "data/skill-table-1.csv"):
        assert f'href="{link}"' in page
    assert page.count("<summary>Numbers</summary>") == 3


def test_the_page_marks_cells_and_folds_what_is_long():
    page = html(DOCUMENT)
    assert '<td class="best">−0.91</td>' in page
    assert re.search('<tr class="beside">.*<td class="hole" title="&lt;script', page)
    assert "<summary>The 20 rows</summary>" in page
    assert '<b class="verdict-supported">' in page
    assert '<details class="bulk"><summary>Traceback</summary>' in page
    assert 'class="figures pair"' in page


def test_a_page_of_another_one_leads_back_and_has_no_contents():
    page = html(Document("made", DOCUMENT.blocks, home="index.html"))
    assert '<a href="index.html">made</a>' in page and "<nav" not in page


def test_a_column_of_numbers_is_one_whatever_stands_in_its_holes():
    hole = Cell("n/a", "hole")
    rows = (("a", "1.00", hole, hole, "good"), ("b", hole, hole, "0.5", "bad"))
    assert text_columns(Table(("", "x", "y", "z", "said"), rows)) == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_markdown_has_every_block_and_whole_tables():
    text = markdown(DOCUMENT)
    assert "# Which one learns?\n" in text and "\n## Skill\n" in text and "\n### Within\n" in text
    assert "1,234 planned, 3 ok" in text and "[skill](#skill)" in text
    assert f"| `{NAME}` | **−0.91** |" in text and r"\<script\>" in text
    assert r"| cores \| sockets | 2 |" in text
    assert "Figure [heatmap](figures/heatmap.svg): heatmap rises" in text
    assert "```\nline 1\nline 2\n```" in text
    lines = text.splitlines()
    for head, rule in zip(lines, lines[1:], strict=False):
        if re.fullmatch(r"\|( *-+:? *\|)+ *", rule):
            assert re.sub(r"\\.", "", head).count("|") == rule.count("|"), head


def test_the_terminal_prints_names_whole_and_takes_nothing_for_markup():
    wide = Table(("architecture", *"abcdefgh"), ((Code(NAME), *["0.123 ±0.01"] * 8),))
    printed = terminal(wide, Paragraph("[red]plain[/red]"))
    assert NAME in printed and printed.count("0.123 ±0.01") == 8 and "…" not in printed
    assert "[red]plain[/red]" in printed


@pytest.mark.parametrize("block", DOCUMENT.blocks, ids=lambda block: type(block).__name__)
def test_the_terminal_knows_every_block(block):
    assert terminal(block).strip()


def test_data_and_commands_come_from_the_blocks():
    found = csv_files(DOCUMENT)
    assert list(found) == ["heatmap", "left", "right", "skill-table-1", "long"]
    assert list(csv.reader(io.StringIO(found["skill-table-1"])))[1] == [NAME, "-0.91"]
    assert commands(DOCUMENT) == [
        ("heatmap", "Skill", "harness run --matrix made"),
        ("left", "Within", "harness probe horizon"),
        ("right", "Within, 2", "harness run --matrix made"),
    ]
