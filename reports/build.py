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
from reports.analysis.results import read
from reports.document import Document, csv_files, figures
from reports.figures.style import labelled
from reports.render.html import html
from reports.render.markdown import markdown
from reports.report import report


def build(
    store: Store, matrix: str | None = None, gallery: Sequence[Mapping[str, Any]] = ()
) -> Path:
    """Write the report of a matrix (the one last planned, if none is named).

    gallery: what is inside some models, see ``harness.probes.gallery``.
    Returns the path of its index.html, which is written last. Raises UserError for an unknown
    matrix, OSError where the folder cannot be written.
    """
    results = read(store, matrix)
    pages = report(store, results, gallery)
    texts: dict[str, str] = {}
    for page in pages.values():
        texts |= _beside(page)
    texts["report.md"] = markdown(pages["index.html"])
    texts |= {name: html(page) for name, page in pages.items()}
    folder = store.out / "report" / results.name
    for name, text in texts.items():
        write(folder / name, text)
    old = [*folder.glob("figures/*.svg"), *folder.glob("data/*.csv"), *folder.glob("tables/*.tex")]
    for path in [*old, folder / "claims.html"]:
        if str(path.relative_to(folder)) not in texts:
            path.unlink(missing_ok=True)
    return folder / "index.html"


def _beside(page: Document) -> dict[str, str]:
    """The files that a page links to, by path."""
    return {
        **{f"figures/{n}.svg": labelled(f.drawing.svg, f.label) for n, f in figures(page).items()},
        **{f"data/{name}.csv": text for name, text in csv_files(page).items()},
        **page.files,
    }


def write(path: Path, text: str) -> None:
    """Write under another name, then rename: a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
