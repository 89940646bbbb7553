"""How everything is made again: the commands that compute the records."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping

from reports.analysis.results import Part, Results
from reports.analysis.user_data import controls
from reports.document import (
    Block,
    Code,
    Document,
    Heading,
    Link,
    Listing,
    Literal,
    Paragraph,
    Table,
    commands,
)


def blocks(results: Results, page: Document, others: Mapping[str, Document]) -> list[Block]:
    """Each figure of the page with its command, and those of the pages that belong to it, which
    are given by file name."""
    figures = tuple(
        (Link(title, f"{path}#figure-{name}"), Code(made_by))
        for path, document in {"": page, **others}.items()
        for name, title, made_by in commands(document)
    )
    papers = [Link(path.removeprefix("tables/"), path) for path in page.files if "tables/" in path]
    again = (
        f"Planned {results.plan.get('created', 'earlier')}. A cell that has finished is not "
        "computed again. This page can be made again from the records at any time: ",
        Code(f"harness report --matrix {results.name}"),
        ". Results in another folder than harness-out: add ",
        Code("--out"),
        ".",
    )
    every = ("All planned cells, a row for each: ", Link("results.csv", "results.csv"), ".")
    made: list[Block] = [
        Heading("How to reproduce each figure", "again"),
        Literal(page.command),
        Paragraph(again),
        *([Table(("figure", "command"), figures)] if figures else []),
        Paragraph(every),
    ]
    if papers:
        made += [Paragraph("Tables for a paper, in LaTeX:"), Listing(tuple(papers))]
    return made


def command(results: Results) -> str:
    """What computes the matrix's cells: by its name or file, or the very command of a probe or of
    the user's own data."""
    stored = results.plan.get("command") or ""
    if results.probe or controls(results):
        return stored
    file = re.search(r"--matrix (\S+\.toml|'[^']+\.toml')", stored)
    return f"harness run --matrix {file[1] if file else shlex.quote(results.name)}"


def of_task(results: Results, task: str) -> str:
    """What computes one task's cells alone."""
    whole = command(results)
    return whole if controls(results) else f"{whole} --task {shlex.quote(task)}"


def of_parts(results: Results, parts: Iterable[Part]) -> str:
    """What computes the cells of some parts; of a probe on its own its whole command."""
    whole = command(results)
    if results.probe:
        return whole
    return " ".join([whole, *(f"--part {shlex.quote(part.name)}" for part in parts)])
