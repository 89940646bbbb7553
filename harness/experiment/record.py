"""What a cell ended with: one JSON document, plus arrays beside it."""

import dataclasses
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from pydantic_core import from_json

SCHEMA = 3


class Outcome(StrEnum):
    """How a cell ended."""

    OK = "ok"
    DIVERGED = "diverged"
    FAILED = "failed"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out-of-memory"
    NOT_APPLICABLE = "not-applicable"
    UNAVAILABLE = "unavailable"
    INTERRUPTED = "interrupted"


FINE = (Outcome.OK, Outcome.NOT_APPLICABLE)
"""Outcomes that leave nothing to be desired: a run of these alone exits with 0."""

PENDING = "pending"
"""Stands where an outcome would, for a planned cell that has no record yet."""


LEARNED = 0.9
"""Skill from which on a seed has learned a lag, where a horizon is sought."""

NOT_LEARNED = 0.05
"""Skill on validation up to which a training is not learned within the budget: that of guesses."""


BODY_ALONE = (
    "the parameters of the body alone are held to the budget: of a plain recurrent network of that "
    "size, the output layer would be more than half"
)
"""A note of records; see ``harness.training.size.output_layer_prevails``."""

NOT_MATCHED = "not matched to the parameter budget: its size follows from the data"
"""A note of records of what is fitted."""


class NotApplicable(Exception):
    """No honest model of this kind exists for the task, or nothing of it can be measured so."""


class CorruptRecord(ValueError):
    """A stored record that cannot be read; the message says why."""


@dataclass
class Record:
    """The result of one cell.

    Scores are in the metric's own unit; ``skill`` is (score - floor) / (ceiling - floor) on the
    test split. Times are seconds of wall clock, memory is in MiB, ``flops`` is floating-point
    operations of one training update.
    """

    id: str
    key: dict[str, Any]
    """Everything the result depends on; the id is its hash."""
    task: str
    architecture: str
    seed: int
    baseline: bool = False
    """The architecture is one that any sequence model should beat."""
    kind: str = "score"
    """score; trial: a tuning trial, of which only the validation score exists; probe: measured,
    in ``measured``, and not scored"""
    probe: str = ""
    """what was measured"""
    measured: dict[str, Any] = field(default_factory=dict)
    """What a probe measured; its module in ``harness.probes`` says what is in it."""
    outcome: str = Outcome.OK
    reason: str = ""
    traceback: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    """What is known of the file of a task from the user's data; empty for any other task."""

    problem: str = ""
    causal: bool = False
    """No output of the task may depend on a later input."""
    tags: list[str] = field(default_factory=list)
    readout: str = ""
    metric: str = ""
    unit: str = ""
    higher_is_better: bool = True
    floor: float | None = None
    ceiling: float | None = None
    ceiling_is_ideal: bool = False
    references: dict[str, float] = field(default_factory=dict)
    test_examples: int | None = None
    """Examples of the test split; of a drawn task all different. None in older records."""
    test_is_whole: bool = False
    """They are all the different ones that there are: the task has fewer than it asks for."""

    monitored_examples: int | None = None
    """Examples of the validation split that training was watched by, at most 512 at even
    distances; the validation score is that of all. None in older records."""

    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    """By split (validation, test, and others where the task has them), then by metric."""
    skill: float | None = None
    skills: dict[str, float] = field(default_factory=dict)
    """By split, each against its own floor and ceiling; of ``test`` it is ``skill``."""
    samples: list[dict[str, str]] = field(default_factory=list)
    """What the model made of some test inputs (input, target, output), or wrote (output)."""
    curve: list[dict[str, float]] = field(default_factory=list)
    """One point for each evaluation: step (updates so far), examples, seconds, loss (mean
    training loss since the point before), validation (primary metric), skill (on validation)."""
    stopped: str = ""
    """Why training ended: steps (the cap of updates), solved, patience or, of a trial, pruned."""
    best_step: int | None = None
    """The update after which the weights were kept, chosen on validation."""
    steps: int = 0
    """updates of the weights"""
    examples: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    """data, training, evaluation, total"""
    examples_per_second: float | None = None
    flops: float | None = None
    parameters: int | None = None
    """All free parameters, the shared embedding included."""
    matched_parameters: int | None = None
    """Those that the size solver holds to the budget: all but the shared embedding or, where the
    notes say so, those of the body."""
    width: int | None = None
    longest: int | None = None
    """Steps of the longest input sequence on validation, to which some architectures fit
    themselves; None in records from before they did."""
    receptive_field: int | None = None
    peak_memory: float | None = None
    chosen: dict[str, Any] = field(default_factory=dict)
    """Hyper-parameters chosen on validation."""
    notes: list[str] = field(default_factory=list)
    """Exceptions from the matrix's equal terms, in words."""
    environment: str = ""
    """Name of the stored description of machine and libraries."""
    started: str = ""
    ended: str = ""
    schema: int = SCHEMA

    per_example: dict[str, np.ndarray] = field(default_factory=dict)
    """Test split: ``score`` (primary, as a sum over scored steps) and ``weight`` (their number),
    one number an example. Stored beside the JSON."""
    updates: dict[str, np.ndarray] = field(default_factory=dict)
    """``loss`` and ``norm`` of the gradient before clipping and, where the budget has examples
    watched, their loss as ``watched``: one number an update; also of a training that diverged.
    Stored beside the JSON."""
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    """Trained parameters by name. Stored beside the JSON, as safetensors."""

    @property
    def validation(self) -> float | None:
        """Primary metric on the validation split."""
        return self.scores.get("validation", {}).get(self.metric)

    @property
    def test(self) -> float | None:
        """Primary metric on the test split."""
        return self.scores.get("test", {}).get(self.metric)

    @property
    def learned(self) -> bool | None:
        """Whether training rose above the floor on validation; None where that is not known. A
        model that is fitted, and has no budget of updates, is judged by the same rule."""
        known = self.skills.get("validation") if self.outcome == Outcome.OK else None
        return None if known is None else known > NOT_LEARNED

    def to_json(self) -> str:
        """The document, without the arrays. NaN and infinity become null."""
        document = {
            f.name: getattr(self, f.name)
            for f in dataclasses.fields(self)
            if f.name not in ("per_example", "updates", "weights")
        }
        return json.dumps(_finite(document), indent=1, ensure_ascii=False, allow_nan=False)

    @staticmethod
    def from_json(text: str | bytes) -> "Record":
        """Read a document of this or an older schema; raises CorruptRecord."""
        try:
            document = from_json(text, cache_strings="keys")  # half the time of json's
        except ValueError as error:
            raise CorruptRecord(f"not JSON: {error}") from None
        if not isinstance(document, dict) or "schema" not in document:
            raise CorruptRecord("no schema version")
        if document["schema"] > SCHEMA:
            raise CorruptRecord(
                f"schema {document['schema']} is newer than this version's {SCHEMA}; "
                "it was written by a later version of Harness"
            )
        if document.get("kind") == "report":  # what score was called once
            document["kind"] = "score"
        try:
            record = Record(**{k: v for k, v in document.items() if k in _KNOWN})
            Outcome(record.outcome)
        except (TypeError, ValueError) as error:
            raise CorruptRecord(str(error)) from None
        return record


_KNOWN = frozenset(f.name for f in dataclasses.fields(Record))


def _finite(value: Any) -> Any:
    """The value with numbers that JSON cannot hold turned into null."""
    if isinstance(value, dict):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
