"""The report of a matrix: which sections it has, and in what order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.experiment.store import Store
from reports.analysis import frame
from reports.analysis.evidence import Evidence
from reports.analysis.material import Material
from reports.analysis.results import Results
from reports.document import Block, Document, Heading, Note, Paragraph
from reports.render import latex
from reports.sections import (
    answer,
    claims,
    cost,
    cost_growth,
    gradient_flow,
    header,
    holes,
    horizon,
    internals,
    length,
    method,
    missing,
    published,
    ranking,
    reproduction,
    skill,
    stability,
    tasks,
    user_data,
)

MEASURED = {
    horizon: ("What each one remembers", "harness probe horizon"),
    gradient_flow: ("Why: what is left of the gradient", "harness probe gradient-flow"),
    length: ("Lengths never seen", "harness probe length-generalisation"),
    cost_growth: ("What it costs to grow", "harness probe cost-growth"),
    stability: ("How stable training is", "harness probe stability"),
}
"""What is measured beside the score, and what makes its records."""


def report(
    store: Store, results: Results, inside: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Document]:
    """The page and those that belong to it, by file name; the page is the last.

    inside: what is inside some models, see ``harness.probes.gallery``.
    """
    from reports.figures.style import style

    material = Material(store, results, inside)
    with style():
        return _report(material)


def _report(material: Material) -> dict[str, Document]:
    results = material.results
    measured = {module: _measured(material, module) for module in MEASURED}
    tested, others = _claims(material)
    lacking = [MEASURED[module] for module, made in measured.items() if not made]
    if not tested:
        lacking.append((claims.TITLE, "harness run --matrix claims"))
    sections = [
        user_data.blocks(results),
        _ranking(material),
        measured[horizon],
        measured[gradient_flow],
        measured[length],
        cost.blocks(results),
        measured[cost_growth],
        measured[stability],
        published.blocks(material),
        tested,
        missing.blocks([] if material.probe or not results.cells else lacking),
        internals.blocks(material.inside),
        tasks.blocks(results),
        holes.blocks(material),
        method.blocks(material),
    ]
    leads = {
        heading.anchor: block.text
        for heading, *rest in filter(None, sections)
        if isinstance(heading, Heading)
        for block in rest[:2]
        if isinstance(block, Paragraph) and block.lead
    }
    head = [*header.blocks(material, leads), *skill.blocks(results)]
    page = Document(
        answer.title(results),
        tuple(block for made in (head, *sections) for block in made),
        reproduction.command(results, bool(material.user_data)),
        files=_files(material),
    )
    again = reproduction.blocks(material, page, list(others.values()))
    return others | {"index.html": replace(page, blocks=(*page.blocks, *again))}


def measured(evidence: Evidence) -> list[list[Block]]:
    """What is measured beside the score: the sections for which a matrix has records."""
    from reports.figures.style import style

    with style():
        return [blocks for module in MEASURED if (blocks := module.blocks(evidence))]


def _measured(material: Material, module: Any) -> list[Block]:
    """A section from the matrix's own records, or from those of ``claims`` beside it."""
    made = module.blocks(material.evidence)
    if made or material.claims is None or not (made := module.blocks(material.claims)):
        return made
    name, other = material.results.name, material.claims.results.name
    note = Note(f"Measured in the matrix {other} of the same folder, not in {name}.")
    return [made[0], note, *made[1:]]


def _ranking(material: Material) -> list[Block]:
    said = [] if material.only_user_data else answer.more(material.judged)
    made = ranking.blocks(material.results, said)
    return [*made, *skill.capabilities(material.results)]


def _claims(material: Material) -> tuple[list[Block], dict[str, Document]]:
    """The claims' section and their own page, where this matrix or ``claims`` has their records."""
    results, note = material.results, ""
    source: Evidence | None = material.evidence if results.parts and not material.probe else None
    if source is None and material.claims is not None:
        source = material.claims
        note = (
            f"Judged by the records of the matrix {source.results.name} of the same folder, not by "
            f"those of {results.name}."
        )
    if source is None:
        return [], {}
    judged = claims.judged(source)
    page = claims.document(results.name, judged, source, note)
    return claims.blocks(judged, note), {"claims.html": page}


def _files(material: Material) -> dict[str, str]:
    results = material.results
    papers = latex.tables(results) if results.cells else {}
    pairs = ranking.examples(results)
    return {
        "results.csv": frame.to_csv(frame.cells(results)[list(frame.CSV)]),
        **({"data/examples.csv": pairs} if pairs else {}),
        **{f"tables/{name}.tex": text for name, text in papers.items()},
    }
