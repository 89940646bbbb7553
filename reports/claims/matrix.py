"""The matrix ``claims``, and the probes that run on their own: parts of the claims' cells."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING

from harness.experiment.matrix import Budget, Matrix, Part
from reports.claims import parts

if TYPE_CHECKING:
    from reports.claims.claim import Claim

SEEDS = list(range(100, 110))
"""Of the first look; none that a pilot has seen."""
HELD_OUT = 1
"""A draw of test examples of its own, for tasks that are drawn. A task with few different inputs
has the same ones in every draw, and stored data have one test split, which pilots have seen."""

JUDGING = (
    *(f"reports.claims.{name}" for name in ("claim", "judging", "measures", "parts", "trial")),
    *(
        f"reports.analysis.{name}"
        for name in ("cells", "evidence", "exact", "horizon", "permutation", "solved", "stages",
                     "statistics", "two_level")
    ),
)  # fmt: skip
"""The modules that make a verdict of records, beside the claims' own."""


def outline() -> Matrix:
    """Without the parts that one claim alone rests on, which take a second to import."""
    return Matrix(
        name="claims",
        description="What the textbooks say of sequence architectures, tested: the parts that each "
        "claim rests on, on fresh seeds and fresh test examples.",
        seeds=SEEDS,
        recommended=True,
        budget=_budget(),
        parts=list(parts.NO_CLAIMS),
    )


def _budget() -> Budget:
    """That of quick without its learning rate: recommended ones count, unless a part gives one."""
    terms = parts.QUICK.budget.model_dump(exclude_unset=True, exclude={"learning_rate"})
    return Budget(**terms | {"seconds": 300.0, "held_out": HELD_OUT})


def matrix() -> Matrix:
    """With the parts of each claim in turn."""
    from reports.claims.claim import all_claims

    claims = all_claims()
    cells = [part for claim in claims for part in claim.cells]
    distinct = {id(part): part for part in (*cells, *parts.NO_CLAIMS)}
    more = {"parts": list(distinct.values()), "criteria": criteria(claims)}
    return Matrix(**dict(outline()) | more)


def criteria(claims: Iterable[Claim]) -> str:
    """A hash of all that is stated before the records are made: each claim, the code that judges,
    the terms that all share with the seeds of the first look, and the recommended ones."""
    from harness.experiment import recommended
    from reports.claims.claim import hashed

    shared = outline().model_dump(mode="json", exclude={"description"})
    judging = [inspect.getsource(importlib.import_module(name)) for name in JUDGING]
    table = recommended.TABLE.read_text(encoding="utf-8")
    return hashed([[claim.criteria for claim in claims], shared, judging, table])


def probes() -> dict[str, tuple[Part, ...]]:
    """The parts that ``harness probe`` runs on their own."""
    return {
        "gradient-flow": (parts.FLOW,),
        "horizon": (parts.HORIZON,),
        "length-generalisation": (parts.LENGTH,),
        "cost-growth": (parts.COST_LENGTH, *parts.COST_BATCH, *parts.COST_WIDTHS),
        "stability": (parts.CLIPPED, parts.UNCLIPPED),
    }
