"""What a claim is, and which claims there are.

A module of this package that defines ``STATEMENTS`` is a claim. It reads from top to bottom: the
docstring holds the statement as it is taught, its source, and what a verdict on it does not say;
``CELLS`` are what it rests on, ``STATEMENTS`` what it says, each to be tested on its own, and
``judge`` measures these on the evidence: a `Measured` by the statement's name, without those that
cannot be measured. ``draw``, if there is one, makes its figure, of the evidence and of what was
measured, instead of the statements' rows.
"""

import hashlib
import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import reports.claims
from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Draw, Measured, Statement

MATRIX = "claims"
"""The matrix that is put together from the claims' cells."""

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
    taught: str
    source: str
    """Where the literature makes or examines it."""
    cells: tuple[Part, ...]
    """What it rests on."""
    statements: Mapping[str, Statement]
    judge: Callable[[Evidence], Mapping[str, Measured]] = field(repr=False)
    draw: Callable[[Evidence, Mapping[str, Measured]], Draw] | None = field(
        default=None, repr=False
    )
    remark: str = ""
    """What its verdict does not say, whichever it is."""
    criteria: str = ""
    """A hash of its cells and of its whole module: statements, thresholds and judgement."""

    @property
    def command(self) -> str:
        """What makes its records."""
        parts = (f"--part {part.name}" for part in self.cells)
        return " ".join([f"harness run --matrix {MATRIX}", *parts])


def all_claims() -> tuple[Claim, ...]:
    """The claims in the order in which they are told."""
    names = [module.name for module in pkgutil.iter_modules(reports.claims.__path__)]
    modules = [importlib.import_module(f"reports.claims.{name}") for name in names]
    claims = [_read(module) for module in modules if hasattr(module, "STATEMENTS")]
    return tuple(sorted(claims, key=lambda c: (*ORDER, c.id).index(c.id)))


def _read(module: Any) -> Claim:
    name = module.__name__.rpartition(".")[2].replace("_", "-")
    paragraphs = [" ".join(text.split()) for text in module.__doc__.split("\n\n")]
    taught, source, remark = (*paragraphs, "")[:3]
    cells = [part.model_dump() for part in module.CELLS]
    return Claim(
        name, taught, source.removeprefix("Source: ").removesuffix("."), module.CELLS,
        module.STATEMENTS, module.judge, getattr(module, "draw", None), remark,
        hashed([cells, inspect.getsource(module)]),
    )  # fmt: skip


def hashed(of: Any) -> str:
    """A short hash of plain values."""
    return hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()[:12]
