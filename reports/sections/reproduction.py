"""How everything is made again: the commands that compute the records."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from reports import document as doc
from reports.analysis.results import Part, Results
from reports.analysis.user_data import controls
from reports.document import Block, Code, Document, Heading, Link, Paragraph


def blocks(results: Results, page: Document, others: Mapping[str, Document]) -> list[Block]:
    """Each figure of the page with its command, and those of the pages that belong to it, which
    are given by file name."""
    created = results.plan.get("created")
    again = (
        f"{f'Planned {created}. ' if created else ''}A cell that has finished is not computed "
        "again. This page can be made again from the records at any time: ",
        Code(f"harness report --matrix {results.name}"),
        ". Results in another folder than harness-out: add ",
        Code("--out"),
        ".",
    )
    rows = [
        (Link(title, f"{path}#figure-{name}"), Code(made_by))
        for path, document in {"": page, **others}.items()
        for name, title, made_by in doc.commands(document)
    ]
    papers: list[doc.Text] = []
    for path in page.files:
        if path.startswith("tables/"):
            papers += [", "] * bool(papers)
            papers.append(Link(path.removeprefix("tables/").removesuffix(".tex"), path))
    return [
        Heading("How to reproduce each figure", "again"),
        doc.Literal(page.command),
        Paragraph(again),
        *([doc.Table(("figure", "command"), tuple(rows))] if rows else []),
        Paragraph(("All planned cells, a row for each: ", Link("results.csv", "results.csv"), ".")),
        *([Paragraph(("Tables for a paper, in LaTeX: ", *papers, "."))] if papers else []),
    ]


def command(results: Results) -> str:
    """What computes the matrix's cells: by its name or file, or the very command of a probe or of
    the user's own data."""
    stored = results.plan.get("command") or ""
    if results.probe or controls(results):
        return stored
    try:
        words = shlex.split(stored)
    except ValueError:
        words = []
    named = next((b for a, b in zip(words, words[1:], strict=False) if a == "--matrix"), "")
    matrix = named if named.endswith(".toml") else results.name
    return shlex.join(["harness", "run", "--matrix", matrix])


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
