"""How everything is made again: the commands that compute the records."""

import re
import shlex
from collections.abc import Iterable, Mapping

from reports import document as doc
from reports.analysis.results import Part, Results


def blocks(results: Results, pages: Mapping[str, doc.Document]) -> list[doc.Block]:
    """Each figure of some pages with its command; pages by file name, the page itself by none."""
    page = pages[""]
    figures = tuple(
        (doc.Link(title, f"{path}#figure-{name}"), doc.Code(made_by))
        for path, document in pages.items()
        for name, title, made_by in doc.commands(document)
    )
    papers = [doc.Link(path, path) for path in page.files if "tables/" in path]
    planned = f"Planned {results.plan.get('created', 'earlier')}"
    report = doc.Code(f"harness report --matrix {results.name}")
    every = ("All planned cells, a row for each: ", doc.Link("results.csv", "results.csv"), ".")
    made: list[doc.Block] = [
        doc.Heading("How to reproduce each figure", "again"),
        doc.Literal(page.command),
        doc.Paragraph((f"{planned}. This page from the records again: ", report, ".")),
        *([doc.Table(("figure", "command"), figures)] if figures else []),
        doc.Paragraph(every),
    ]
    if papers:
        made += [doc.Paragraph("Tables for a paper, in LaTeX:"), doc.Listing(tuple(papers))]
    return made


def command(results: Results) -> str:
    """What computes the matrix's cells: by its name or file, or the very command of a probe or of
    the user's own data."""
    stored = results.plan.get("command") or ""
    if results.probe or results.controls:
        return stored
    file = re.search(r"--matrix (\S+\.toml|'[^']+\.toml')", stored)
    return f"harness run --matrix {file[1] if file else shlex.quote(results.name)}"


def of_task(results: Results, task: str) -> str:
    """What computes one task's cells alone."""
    whole = command(results)
    return whole if results.controls else f"{whole} --task {shlex.quote(task)}"


def of_parts(results: Results, parts: Iterable[Part]) -> str:
    """What computes the cells of some parts; of a probe on its own its whole command."""
    whole = command(results)
    if results.probe:
        return whole
    return " ".join([whole, *(f"--part {shlex.quote(part.name)}" for part in parts)])
