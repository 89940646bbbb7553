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

A section of the page is a module of `reports.sections` with a ``PLACE``, by which sections are
ordered, and a function ``blocks``. Its parameters say by their names what it is written from:

    results   the matrix and all that came of it          store    where it is kept
    evidence  what it measured beside the score           inside   what is inside some models
    leads     what the other sections answer first        lacking  those without records, by title
    claims    the claims, each with its judgement; of the matrix ``claims`` alone

A section on what has to be measured says with which ``COMMAND``, and has a ``TITLE``: where there
are no records it is listed as not measured.
"""

import gc
import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import reports.sections
from harness.experiment.store import Store
from harness.files import write
from reports.analysis import frame
from reports.analysis.evidence import Evidence, gather
from reports.analysis.results import Results, read
from reports.document import Block, Document, Heading, Note, Paragraph, Text, csv_files, figures
from reports.figures.style import labelled, style
from reports.render.html import html
from reports.render.latex import latex
from reports.render.markdown import markdown
from reports.sections import claims, header, paper, ranking, reproduction

CLAIMS = "claims"
"""The matrix that measures everything; what another one lacks is taken from it."""
LATE = {"leads", "lacking"}
"""What is known once the other sections are written."""


def build(
    store: Store, matrix: str | None = None, gallery: Sequence[Mapping[str, Any]] = ()
) -> Path:
    """Write the report of a matrix (the one last planned, if none is named).

    gallery: what is inside some models, see ``harness.probes.gallery``.
    Returns the path of its index.html, which is written last. Raises UserError for an unknown
    matrix, OSError where the folder cannot be written.
    """
    results = read(store, matrix)
    gc.freeze()  # else each drawing's garbage has all records walked over, again and again
    try:
        pages = _pages(store, results, gallery)
    finally:
        gc.unfreeze()
    texts: dict[str, str] = {}
    for page in pages.values():
        texts |= page.files
        texts |= {
            f"figures/{name}.svg": labelled(figure.drawing.svg, figure.label)
            for name, figure in figures(page).items()
        }
        texts |= {f"data/{name}.csv": text for name, text in csv_files(page).items()}
    texts |= {"report.md": markdown(pages["index.html"])}
    texts |= {name: html(page) for name, page in pages.items()}
    folder = store.out / "report" / results.name
    for name, text in texts.items():
        write(folder / name, text.encode())
    old = [*folder.glob("figures/*.svg"), *folder.glob("data/*.csv"), *folder.glob("tables/*.tex")]
    for path in [*old, folder / claims.PAGE]:
        if str(path.relative_to(folder)) not in texts:
            path.unlink(missing_ok=True)
    return folder / "index.html"


def _pages(
    store: Store, results: Results, inside: Sequence[Mapping[str, Any]]
) -> dict[str, Document]:
    """The page and that of the claims, by file name; the page is the last."""
    evidence, other = Evidence(results, store.updates), _claims_matrix(store, results)
    given: dict[str, Any] = {
        "results": results,
        "store": store,
        "inside": inside,
        "evidence": evidence,
    }
    with style():
        given["claims"] = claims.judged(evidence)
        sections = _sections()
        made = {s: _blocks(s, given, other) for s in sections if not _asked(s) & LATE}
        given |= {"leads": _leads(made.values()), "lacking": _lacking(results, made)}
        made |= {s: _blocks(s, given, other) for s in sections if s not in made}
        pages = {}
        if given["claims"]:
            pages[claims.PAGE] = claims.document(results, given["claims"])
    page = Document(
        header.title(results),
        tuple(block for section in sections for block in made[section]),
        reproduction.command(results),
        files=_files(results),
    )
    again = reproduction.blocks(results, {"": page, **pages})
    return pages | {"index.html": replace(page, blocks=(*page.blocks, *again))}


def measured(evidence: Evidence) -> list[list[Block]]:
    """What is measured beside the score: the sections for which a matrix has records."""
    with style():
        made = [s.blocks(evidence) for s in _sections() if _asked(s) == {"evidence"}]
    return [blocks for blocks in made if blocks]


def _sections() -> list[Any]:
    path, name = reports.sections.__path__, reports.sections.__name__
    modules = [importlib.import_module(f"{name}.{m.name}") for m in pkgutil.iter_modules(path)]
    return sorted((m for m in modules if hasattr(m, "PLACE")), key=lambda m: m.PLACE)


def _asked(section: Any) -> set[str]:
    return set(inspect.signature(section.blocks).parameters)


def _blocks(section: Any, given: Mapping[str, Any], other: Evidence | None) -> list[Block]:
    """A section from the matrix's own records, or from those of ``claims`` beside it."""
    asked = {name: given[name] for name in _asked(section)}
    made = section.blocks(**asked)
    if made or other is None or "evidence" not in asked:
        return made
    heading, *rest = section.blocks(**asked | {"evidence": other}) or [None]
    name = given["results"].name
    note = Note(f"Measured in the matrix {CLAIMS} of the same folder, not in {name}.")
    return [heading, note, *rest] if heading else []


def _leads(sections: Iterable[Sequence[Block]]) -> dict[str, Text]:
    leads: dict[str, Text] = {}
    for heading, *rest in filter(None, sections):
        for block in rest[:2]:
            if isinstance(heading, Heading) and isinstance(block, Paragraph) and block.lead:
                leads[heading.anchor] = block.text
    return leads


def _lacking(results: Results, made: Mapping[Any, Sequence[Block]]) -> list[tuple[str, str]]:
    """Title and command of what was not measured; a probe alone does not lack the others."""
    if results.probe or not results.cells:
        return []
    return [
        (s.TITLE, s.COMMAND) for s, blocks in made.items() if hasattr(s, "COMMAND") and not blocks
    ]


def _claims_matrix(store: Store, results: Results) -> Evidence | None:
    """The matrix ``claims`` of the same folder, if it has any record and is not this one."""
    if results.name == CLAIMS or results.probe or CLAIMS not in store.plans():
        return None
    other = gather(store, CLAIMS)
    return other if any(cell.record for cell in other.results.all_cells) else None


def _files(results: Results) -> dict[str, str]:
    papers = paper.tables(results) if results.cells else {}
    pairs = ranking.examples(results)
    return {
        "results.csv": frame.cells(results)[list(frame.CSV)].to_csv(
            index=False, lineterminator="\n"
        ),
        **({"data/examples.csv": pairs} if pairs else {}),
        **{f"tables/{n}.tex": latex(t, f"{results.name}-{n}") for n, t in papers.items()},
    }
