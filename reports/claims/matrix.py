"""The matrix ``claims``: the cells that the claims rest on."""

from __future__ import annotations

from harness.experiment.matrix import Matrix
from reports.claims.parts import NO_CLAIMS, QUICK, SURVEY


def outline() -> Matrix:
    """The survey alone, as the matrix's own cells."""
    return Matrix(
        name="claims",
        description="What the textbooks say of sequence architectures, tested: the tasks of quick "
        "with five seeds, and a part for each question that they leave open.",
        seeds=list(range(5)),
        tasks=SURVEY.tasks,
        architectures=SURVEY.architectures,
        budget=QUICK.budget.model_copy(update={"seconds": 300.0}),
    )


def matrix() -> Matrix:
    """With the parts of each claim in turn."""
    from reports.claims.claim import all_claims

    parts = [part for claim in all_claims() for part in claim.cells if part is not SURVEY]
    distinct = {id(part): part for part in (*parts, *NO_CLAIMS)}
    return Matrix(**dict(outline()) | {"parts": list(distinct.values())})
