"""All claims, judged together."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence

import reports.claims
from reports.analysis.evidence import Evidence
from reports.claims.claim import UNDECIDED, Claim, Judgement, adjust, missing

MATRIX = "claims"
"""The matrix whose records the claims rest on."""

ORDER = (
    "parameters-constant",
    "any-length",
    "sequential-cost",
    "vanishing-exploding",
    "ten-steps",
    "gates-extend-memory",
    "lstm-costs-more",
    "gru-equals-lstm-faster",
    "gru-contains-rnn",
    "gates-divide-labour",
    "both-directions",
    "cnn-local",
    "window-limits",
    "hmm-one-hot",
    "rnn-covers-hmm",
    "loss-oscillates",
    "clip-explosion",
    "residual-helps",
    "depth-helps-lstm",
    "shared-weights-assume-stationarity",
    "fixed-context-bottleneck",
    "attention-cheap-and-good",
    "saturating-gates",
    "perplexity-is-fluency",
    "far-reference",
    "lm-generates",
    "cnn-not-best-on-series",
    "static-needs-no-sequence",
)
"""The order in which claims are told; one that is not named comes after them."""


def all_claims() -> tuple[Claim, ...]:
    """The claims of all modules of this package that define ``CLAIM``."""
    found: list[Claim] = []
    for module in pkgutil.iter_modules(reports.claims.__path__, "reports.claims."):
        claim = getattr(importlib.import_module(module.name), "CLAIM", None)
        if claim is not None:
            found.append(claim)
    places = {name: place for place, name in enumerate(ORDER)}
    return tuple(sorted(found, key=lambda claim: (places.get(claim.id, len(ORDER)), claim.id)))


def judge_all(
    evidence: Evidence, claims: Sequence[Claim] | None = None, strict: bool = False
) -> dict[str, Judgement]:
    """The judgement of each claim by its id, with p values adjusted over all of them.

    A claim whose judging fails is undecided, and its reason names the error; with ``strict`` the
    error is raised. One without records says which parts to run.
    """
    judgements = {}
    for claim in all_claims() if claims is None else claims:
        try:
            judgement = claim.judge(evidence)
        except Exception as error:
            if strict:
                raise
            judgements[claim.id] = missing(f"It cannot be judged: {type(error).__name__}: {error}.")
            continue
        if judgement.verdict == UNDECIDED and not judgement.n:
            judgement = missing(f"{judgement.reason} To have them: {command(claim)}")
        judgements[claim.id] = judgement
    return adjust(judgements)


def command(claim: Claim) -> str:
    """What makes the records that a claim rests on; the survey cannot be run without the parts."""
    parts = () if "" in claim.needs else claim.needs
    return " ".join([f"harness run --matrix {MATRIX}", *(f"--part {part}" for part in parts)])
