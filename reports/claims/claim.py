"""What a claim is, which claims there are, and all of them judged together.

A module of this package that defines ``CELLS`` is a claim. It reads from top to bottom: the
docstring holds the statement as it is taught, its source, and what a verdict on it does not say;
``CELLS`` are what it rests on, ``CRITERION`` was stated before the records were made, and ``judge``
makes a ``Judgement`` of the evidence.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import reports.claims
from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, adjust, missing
from reports.claims.parts import SURVEY

ORDER = (
    "parameters-constant", "any-length", "sequential-cost", "vanishing-exploding", "ten-steps",
    "gates-extend-memory", "lstm-costs-more", "gru-equals-lstm-faster", "gru-contains-rnn",
    "gates-divide-labour", "both-directions", "cnn-local", "window-limits", "hmm-one-hot",
    "rnn-covers-hmm", "loss-oscillates", "clip-explosion", "residual-helps", "depth-helps-lstm",
    "shared-weights-assume-stationarity", "fixed-context-bottleneck", "attention-cheap-and-good",
    "saturating-gates", "perplexity-is-fluency", "far-reference", "lm-generates",
    "cnn-not-best-on-series", "static-needs-no-sequence",
)  # fmt: skip
"""The order in which claims are told; one that is not named comes after them."""


@dataclass(frozen=True)
class Claim:
    """A textbook statement and how it is tested; ``id`` is the name of its module, with hyphens."""

    id: str
    statement: str
    source: str
    """Where the literature makes or examines it."""
    cells: tuple[Part, ...]
    """What it rests on; ``SURVEY`` is the matrix's own cells."""
    criterion: str
    """What has to be shown, with its thresholds, in words."""
    judge: Callable[[Evidence], Judgement] = field(repr=False)
    remark: str = ""
    """What its verdict does not say, whichever it is."""

    @property
    def command(self) -> str:
        """What makes its records; the survey cannot be run without the parts."""
        names = [] if SURVEY in self.cells else [part.name for part in self.cells]
        return " ".join(["harness run --matrix claims", *(f"--part {name}" for name in names)])


def all_claims() -> tuple[Claim, ...]:
    """The claims in the order in which they are told."""
    names = [module.name for module in pkgutil.iter_modules(reports.claims.__path__)]
    modules = [importlib.import_module(f"reports.claims.{name}") for name in names]
    claims = [_read(module) for module in modules if hasattr(module, "CELLS")]
    return tuple(sorted(claims, key=lambda c: (*ORDER, c.id).index(c.id)))


def _read(module: Any) -> Claim:
    name = module.__name__.rpartition(".")[2].replace("_", "-")
    paragraphs = [" ".join(text.split()) for text in module.__doc__.split("\n\n")]
    statement, source, remark = (*paragraphs, "")[:3]
    source = source.removeprefix("Source: ").removesuffix(".")
    return Claim(name, statement, source, module.CELLS, module.CRITERION, module.judge, remark)


def judge_all(evidence: Evidence, claims: Sequence[Claim]) -> dict[str, Judgement]:
    """The judgement of each claim by its id, with p values adjusted over all of them.

    A claim whose judging fails is undecided, and its reason names the error. One without records
    says which parts to run.
    """
    judgements = {}
    for claim in claims:
        try:
            judgement = claim.judge(evidence)
        except Exception as error:
            judgement = missing(f"It cannot be judged: {type(error).__name__}: {error}.")
        else:
            more = claim.remark if judgement.n else f"To have them: {claim.command}"
            judgement = replace(judgement, reason=f"{judgement.reason} {more}".strip())
        judgements[claim.id] = judgement
    return adjust(judgements)


def as_json(claim: Claim, judgement: Judgement) -> Mapping[str, Any]:
    """A judged claim, ready for JSON."""
    fields = ("verdict", "effect", "unit", "n", "reason", "exact", "p")
    return {
        "id": claim.id,
        "statement": claim.statement,
        **{name: getattr(judgement, name) for name in fields},
        "interval": None if judgement.low is None else [judgement.low, judgement.high],
        "p_adjusted": judgement.adjusted,
        "comparisons": [_numbers(comparison) for comparison in judgement.comparisons],
        "criterion": claim.criterion,
        "source": claim.source,
        "needs": ["" if part is SURVEY else part.name for part in claim.cells],
    }


def _numbers(comparison: Comparison) -> Mapping[str, Any]:
    names, mean = ("label", "margin", "p_for", "p_against"), comparison.summary
    return {name: getattr(comparison, name) for name in names} | {
        "threshold": comparison.threshold if comparison.margin is None else None,
        "mean": mean.mean,
        "interval": None if mean.low is None else [mean.low, mean.high],
        "n": mean.n,
    }
