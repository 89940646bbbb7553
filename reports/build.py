"""Build the report of a matrix: a page in HTML, the same in Markdown, and all its numbers.

    OUT/report/MATRIX/index.html      self-contained, no script
    OUT/report/MATRIX/claims.html     the claims, where there are records for them
    OUT/report/MATRIX/report.md
    OUT/report/MATRIX/results.csv     one row for each planned cell
    OUT/report/MATRIX/figures/*.svg
    OUT/report/MATRIX/data/*.csv      the numbers of each figure and table
    OUT/report/MATRIX/tables/*.tex    tables for a paper

All of it is made from the stored plans and records, so it can be built at any time, of a
half-finished matrix too, and the same records give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.experiment.store import Store
from reports import wording
from reports.analysis import frame
from reports.analysis.results import Results, read
from reports.render import latex
from reports.render.pages import render
from reports.sections import claims as claims_page
from reports.sections.page import page
from reports.sections.section import Section
from reports.sections.shown import data_of


def build(
    store: Store, matrix: str | None = None, gallery: Sequence[Mapping[str, Any]] = ()
) -> Path:
    """Write the report of a matrix (the one last planned, if none is named).

    gallery: what is inside some models, see ``harness.probes.gallery``.
    Returns the path of its index.html, which is written last. Raises UserError for an unknown
    matrix, OSError where the folder cannot be written.
    """
    results = read(store, matrix)
    made = page(store, results, gallery)
    papers = latex.tables(results) if results.cells else {}
    context = made.context | {"latex": list(papers), "language": wording.LANGUAGE}
    folder = store.out / "report" / results.name
    folder.mkdir(parents=True, exist_ok=True)
    data = {name: data_of(figure) for name, figure in made.figures.items()}
    for chapter in made.context["chapters"]:
        data |= _tables(chapter.section)
    write_all(folder / "figures", ".svg", {n: f.drawing.svg for n, f in made.figures.items()})
    write_all(folder / "data", ".csv", data | made.data)
    write_all(folder / "tables", ".tex", papers)
    write(folder / "results.csv", csv_of(results))
    write(folder / "report.md", render("page.md", context))
    claims = folder / "claims.html"
    if context["claims"]:
        shown = claims_page.context(context) | {"language": wording.LANGUAGE}
        write(claims, render("claims.html", shown))
    else:
        claims.unlink(missing_ok=True)
    write(folder / "index.html", render("page.html", context))
    return folder / "index.html"


def _tables(section: Section) -> dict[str, str]:
    return {
        f"{section.id}-table-{at}": table.csv().replace("−", "-")
        for at, (_, table) in enumerate(section.tables, 1)
    }


def csv_of(results: Results) -> str:
    """One row for each planned cell, numbers in full precision, holes empty."""
    return frame.to_csv(frame.cells(results)[list(frame.CSV)])


def write_all(folder: Path, suffix: str, texts: Mapping[str, str]) -> None:
    """Write a file for each text, and remove those of an earlier report that are not among them."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        write(folder / f"{name}{suffix}", text)
    for old in folder.glob(f"*{suffix}"):
        if old.stem not in texts:
            old.unlink()


def write(path: Path, text: str) -> None:
    """Write under another name, then rename: a reader sees the old file or the new one."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
