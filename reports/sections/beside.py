"""What is measured beside the score, and the claims: of this matrix, or of ``claims`` beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.experiment.store import Store
from reports.analysis.results import Results, read
from reports.sections import sections
from reports.sections.shown import Placed

if TYPE_CHECKING:
    from reports.claims.entries import Section as Claims

CLAIMS = "claims"
"""The matrix that measures everything; what another one lacks is taken from it."""
PROBE = "probe-"
"""What the name of a matrix begins with that ``harness probe`` made."""
MEASURED = {
    "horizon": ("What each one remembers", "harness probe horizon"),
    "gradient-flow": ("Why: what is left of the gradient", "harness probe gradient-flow"),
    "length": ("Lengths never seen", "harness probe length-generalisation"),
    "cost-growth": ("What it costs to grow", "harness probe cost-growth"),
    "stability": ("How stable training is", "harness probe stability"),
    "claims": ("The textbook on trial", "harness run --matrix claims"),
}
"""By the section's id, what it is about and what makes its records."""


@dataclass(frozen=True)
class Beside:
    """What there is on the page of it, and what there is not."""

    placed: dict[str, Placed]
    """Sections by id."""
    claims: Claims | None
    claims_note: str
    missing: tuple[tuple[str, str], ...]
    """What was not measured, and the command that does."""


def read_beside(store: Store, results: Results) -> Beside:
    """The sections that this matrix has records for, and those that it lacks from ``claims``."""
    from reports.figures.style import style

    found = {s.id: Placed(s) for s in sections(results, store.updates)}
    other = _claims_matrix(store, results)
    if other:
        note = f"Measured in the matrix {other.name} of the same folder, not in {results.name}."
        for section in sections(other, store.updates):
            found.setdefault(section.id, Placed(section, note))
    claims, claims_note = None, ""
    if source := (results if _is_survey(results) else other):
        from reports.analysis.evidence import Evidence
        from reports.claims.entries import section as judged

        with style():
            claims = judged(Evidence(source, store.updates))
        if source is other:
            claims_note = (
                f"Judged by the records of the matrix {source.name} of the same folder, not by "
                f"those of {results.name}."
            )
    known = {*found, *(["claims"] if claims else [])}
    # A probe on its own is about one thing, and does not lack the others.
    missing = [told for name, told in MEASURED.items() if name not in known and results.cells]
    return Beside(found, claims, claims_note, tuple(missing))


def _is_survey(results: Results) -> bool:
    """Whether the matrix has cells and parts of its own for the claims."""
    return bool(results.parts) and not results.name.startswith(PROBE)


def _claims_matrix(store: Store, results: Results) -> Results | None:
    """The matrix ``claims`` of the store, if it has any record and is not this one."""
    alone = results.name.startswith(PROBE)
    if results.name == CLAIMS or alone or CLAIMS not in store.plans():
        return None
    other = read(store, CLAIMS)
    return other if any(cell.record is not None for cell in other.all_cells) else None
