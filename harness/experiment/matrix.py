"""A matrix: tasks x architectures x seeds, under one budget for all; a TOML file."""

import fnmatch
import importlib
import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from harness.errors import UserError, nearest
from harness.experiment.registry import MEASURED
from harness.experiment.validation import read_toml, validate

SHIPPED = Path(__file__).parent.parent / "matrices"

IN_CODE = {"claims": "reports.claims.matrix"}
"""Matrices that are put together in code, by name: a module with ``matrix`` and ``outline``, which
is imported when asked for."""

TUNING_SEED = 1_000_000
"""Tuning trials count their seeds from here, apart from those reported."""

TUNABLE = ("learning_rate", "dropout", "width")
"""What tuning may choose in the budget; all else it chooses is a parameter of an architecture."""

SIZE = {"parameters": "parameters", "flops": "flops", "none": "width"}
"""By what sizes are matched: the term of the budget that then says the size."""

OWN_CELLS = "matrix"
"""What stands for a part's name where a matrix's own cells are meant."""

HORIZON = "horizon"
"""The probe that climbs from lag to lag; see ``harness.experiment.horizon``."""

PROBES = (HORIZON, *MEASURED)
"""What a part may ask of its cells: a horizon, or what a probe measures."""

LAGS = (5, 10, 20, 50, 100, 200, 500, 1000)
"""The grid on which horizons are found."""

Positive = Annotated[int, Field(gt=0)]
Rate = Annotated[float, Field(gt=0)]


class Budget(BaseModel):
    """What every architecture of a matrix gets equally."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    steps: Positive = 500
    """updates of the weights, at most"""
    batch: Positive = 32
    """examples an update"""
    match: Literal["parameters", "flops", "none"] = "parameters"
    """what a solver makes equal by turning the width; none: the width itself is the same"""
    parameters: Positive = 16_000
    """match = parameters: trainable numbers, without the embedding, which is the same for all"""
    flops: Rate | None = None
    """match = flops: floating-point operations of an update"""
    width: Positive | None = None
    """match = none: the width of all"""
    embedding: Positive = 16
    """numbers that stand for a token"""
    optimizer: Literal["adam", "adamw", "sgd", "rmsprop"] = "adam"
    """the rule by which a gradient updates the weights"""
    learning_rate: Rate | Annotated[list[Rate], Field(min_length=1)] = 0.005
    """one for all, or a list from which each cell's is chosen on validation"""
    schedule: Literal["constant", "cosine"] = "cosine"
    """after a warm-up over the first twentieth of the updates"""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """share of the features that enter a body, and of those that leave it, left out in training"""
    clip_norm: Annotated[float, Field(ge=0)] = 1.0
    """bound on the norm of the gradient; 0: none"""
    evaluate_every: Positive = 50
    """updates between evaluations on validation"""
    patience: Annotated[int, Field(ge=0)] = 0
    """evaluations without improvement before training stops; 0: never"""
    watched: Annotated[int, Field(ge=0)] = 0
    """examples of validation, always the same, whose loss is noted after each update; 0: none"""
    solved: Annotated[float, Field(gt=0)] = 0.99
    """validation skill at which training stops, the task being solved"""
    held_out: Annotated[int, Field(ge=0)] = 0
    """which draw of the held-out examples, where a task draws them: another one is fresh"""
    beam: Positive = 1
    """beams with which a decoder is tested beside greedy decoding; 1: greedy alone"""
    seconds: Rate = 120.0
    """wall-clock cap of a cell; beyond it the cell ends as a timeout"""

    @model_validator(mode="after")
    def _one_size(self) -> "Budget":
        for match in ("flops", "none"):
            if getattr(self, SIZE[match]) is not None and self.match != match:
                raise ValueError(f"{SIZE[match]} is for match = {match}, not for {self.match}")
        return self

    def science(self) -> dict[str, Any]:
        """The part that a result depends on: all but the wall-clock cap and sizes not matched."""
        unused = {term for match, term in SIZE.items() if match != self.match}
        return self.model_dump(exclude={"seconds", *unused})


Value = bool | int | float | str


class Range(BaseModel):
    """Numbers between two ends, both included."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    low: int | float
    high: int | float
    log: bool = False
    """drawn evenly on a logarithmic scale"""

    @model_validator(mode="before")
    @classmethod
    def _table(cls, value: Any) -> Any:
        if not isinstance(value, dict | Range):
            raise ValueError("must be a list of values, or { low = ..., high = ... }")
        return value

    @model_validator(mode="after")
    def _ordered(self) -> "Range":
        if not self.low < self.high:
            raise ValueError(f"low = {self.low:g} must be below high = {self.high:g}")
        if self.log and self.low <= 0:
            raise ValueError(f"low = {self.low:g} must be above 0 where log = true")
        return self


Space = Annotated[
    Annotated[list[Any], Field(min_length=1), Tag("constrained-list")]
    | Annotated[Range, Tag("constrained-range")],
    Discriminator(lambda v: "constrained-" + ("list" if isinstance(v, list) else "range")),
]
"""The values that a hyper-parameter may take. The tags are left out of messages."""


class Tuning(BaseModel):
    """How hyper-parameters are chosen, for each architecture on each task apart.

    A trial is one setting, trained on each of the tuning seeds and scored on validation alone.
    Every architecture gets the same number of trials.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["grid", "random", "optuna"] = "grid"
    """all combinations of lists; independent draws; or Optuna's tree-structured Parzen estimator"""
    trials: Positive | None = None
    """settings to try; of a grid the number of its combinations"""
    seeds: Positive = 1
    """tuning seeds on which each setting is tried; the mean counts"""
    only: bool = False
    """the trials are all there is: nothing is tested, see ``recommended.py``"""
    prune: bool = False
    """stop a trial that is worse than the median of those before it; see ``tuning.py``"""
    space: Annotated[dict[str, Space], Field(min_length=1)]
    """learning_rate, dropout, width (with match = none), or parameters of architectures, which
    apply to those that have them"""

    @field_validator("space")
    @classmethod
    def _listed(cls, value: dict[str, Space]) -> dict[str, Space]:
        for name, values in value.items():
            if isinstance(values, Range):
                continue
            if not all(isinstance(v, Value) for v in values):
                raise ValueError(f"a value of {name} is neither number nor word nor true nor false")
            if len(set(map(repr, values))) < len(values):
                raise ValueError(f"the same value of {name} twice")
        return value

    @model_validator(mode="after")
    def _counted(self) -> "Tuning":
        if self.method != "grid":
            if self.trials is None:
                raise ValueError(f"method = {self.method} needs trials, the number of settings")
            return self
        for name, values in self.space.items():
            if isinstance(values, Range):
                raise ValueError(
                    f"{name} is a range, and a grid needs lists; take method = random or optuna"
                )
        if self.trials not in (None, self._settings):
            raise ValueError(
                f"trials = {self.trials}, but the grid has {self._settings} settings; "
                "leave trials out"
            )
        return self

    @property
    def _settings(self) -> int:
        return math.prod(len(values) for values in self.space.values() if isinstance(values, list))

    @property
    def count(self) -> int:
        """The number of trials."""
        return self.trials or self._settings


class Published(BaseModel):
    """A score from the literature, to be set beside the one measured here."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    task: str
    architecture: str
    metric: str
    split: str = "test"
    value: float
    above: float | None = None
    """what is to be shown here: that the mean over seeds lies above this"""
    below: float | None = None
    """the same: below this"""
    updates: Positive | None = None
    """of the published training; where a failure to learn was published, fewer show nothing"""
    source: str
    note: str = ""
    """what differs here"""


def _count(value: Any) -> Any:
    """A number of seeds stands for the seeds 0, 1, ..."""
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 1:
            raise ValueError("must be at least 1")
        return list(range(value))
    return value


def _distinct(value: list[int]) -> list[int]:
    if len(set(value)) < len(value):
        raise ValueError("the same seed twice")
    return value


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*$")]
Names = Annotated[list[str], Field(min_length=1)]
SeedList = Annotated[
    list[Annotated[int, Field(ge=0, lt=TUNING_SEED)]],
    Field(min_length=1),
    BeforeValidator(_count),
    AfterValidator(_distinct),
]


class Part(BaseModel):
    """Cells beside a matrix's own, for a question of their own, on terms of their own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    probe: Annotated[str, Field(validation_alias=AliasChoices("probe", "study"))] = ""
    """what its cells are for: ``horizon``, or a measurement in place of a score, such as
    ``gradient-flow``; empty: a score. Files written earlier call it ``study``"""
    tasks: Names
    architectures: Names
    seeds: SeedList | None = None
    """None: the matrix's"""
    budget: dict[str, Any] = {}
    """terms that differ from the matrix's"""
    may_diverge: bool = False
    """a training that diverges is an answer here, and no failure"""
    lags: Annotated[list[Positive], Field(min_length=1)] = list(LAGS)
    """probe = horizon: the dependency lengths, from which on longer ones are tried only while at
    least half of the seeds succeed"""

    @field_validator("probe")
    @classmethod
    def _known(cls, value: str) -> str:
        if value and value not in PROBES:
            raise ValueError(nearest(value, PROBES))
        return value

    @field_validator("lags")
    @classmethod
    def _rising(cls, value: list[int]) -> list[int]:
        if value != sorted(set(value)):
            raise ValueError("must rise from each to the next")
        return value

    @model_validator(mode="after")
    def _climbing(self) -> "Part":
        if self.probe != HORIZON and "lags" in self.model_fields_set:
            raise ValueError(f"lags are for probe = {HORIZON}, not for {self.probe or 'none'}")
        return self


class Matrix(BaseModel):
    """What is to be run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    description: str = ""
    tasks: list[str] = []
    architectures: list[str] = []
    seeds: SeedList = [0, 1, 2]
    budget: Budget = Budget()
    budgets: dict[str, dict[str, Any]] = {}
    """other terms for some tasks, for all architectures there: by pattern, then by term"""
    recommended: bool = False
    """learning rate and start of each architecture are those recommended for the kind of task,
    where neither the matrix nor a label gives them; see ``recommended.py``"""
    tuning: Tuning | None = None
    """None: nothing is chosen, but for the learning rate where the budget lists several"""
    published: list[Published] = []
    keep_weights: bool = True
    """trained weights are stored beside each record; most of what a store takes on the disk, and
    what ``harness generate`` and a look inside a model ask for. No result depends on it"""
    parts: list[Part] = []
    """further cells, each part a question of its own"""
    criteria: str = ""
    """a hash of what is to be shown by them; kept in the plan, with the time it was first there"""

    @model_validator(mode="after")
    def _one_way(self) -> "Matrix":
        if self.recommended and self.tuning:
            raise ValueError("recommended = true and a tuning exclude each other; leave out one")
        return self

    @model_validator(mode="after")
    def _something(self) -> "Matrix":
        for key in ("tasks", "architectures"):
            if not getattr(self, key) and not (self.parts and not self.tasks):
                raise ValueError(f"key {key!r} is missing or empty; name at least one")
        names = [part.name for part in self.parts]
        for name in names:
            if names.count(name) > 1 or name == OWN_CELLS:
                raise ValueError(f"parts: {name} is there twice, or stands for the own cells")
        return self

    def terms(self, task: str) -> dict[str, Any]:
        """The terms in which the budget of a task, given by its label, differs from the others'.

        ``*`` and ``?`` in a pattern stand for any characters; what comes later in the file counts.
        """
        differing: dict[str, Any] = {}
        for pattern, terms in self.budgets.items():
            if matches(task, pattern):
                differing |= terms
        return differing

    @property
    def from_table(self) -> list[str]:
        """The terms that are taken from the table of recommended ones, where the matrix as a whole
        does not give them."""
        names = ("learning_rate", "start") if self.recommended else ()
        return [name for name in names if name not in self.budget.model_fields_set]

    def gives_rate(self, task: str, part: Part | None = None) -> bool:
        """Whether the learning rate on a task, given by its label, stands in the matrix."""
        terms = self.budget.model_fields_set | self.terms(task).keys()
        return "learning_rate" in terms | (part.budget.keys() if part else set())

    def budget_of(self, task: str, part: Part | None = None) -> Budget:
        """The budget of a task, given by its label; in a part, that part's."""
        terms = self.terms(task) | (part.budget if part else {})
        return Budget.model_validate(self.budget.model_dump() | terms) if terms else self.budget


def matches(task: str, pattern: str) -> bool:
    """Whether a task's label, or its name alone, is as a pattern says."""
    plain = pattern.replace("[", "[[]")
    return any(fnmatch.fnmatchcase(text, plain) for text in (task, task.split("[")[0]))


def shipped() -> list[str]:
    """The names of the matrices that come with the package."""
    return sorted([*IN_CODE, *(path.stem for path in SHIPPED.glob("*.toml"))])


def load(name_or_file: str) -> Matrix:
    """The matrix of this name, or in this file; raises UserError."""
    if name_or_file in IN_CODE:
        matrix: Matrix = importlib.import_module(IN_CODE[name_or_file]).matrix()
        return _with_terms_checked(matrix, f"matrix {matrix.name}")
    path = Path(name_or_file)
    if path.suffix != ".toml":
        if name_or_file not in shipped():
            known = f"{nearest(name_or_file, shipped())} (or give a file that ends in .toml)"
            raise UserError(f"--matrix {name_or_file}: no such matrix; {known}")
        path = SHIPPED / f"{name_or_file}.toml"
    content = read_toml(path, "--matrix")
    content.setdefault("name", path.stem)
    return _with_terms_checked(validate(Matrix, content, str(path)), str(path))


def outline(name: str) -> Matrix:
    """The shipped matrix of this name; one that is put together in code without its parts, which
    is quicker."""
    if name in IN_CODE:
        matrix: Matrix = importlib.import_module(IN_CODE[name]).outline()
        return matrix
    return load(name)


def _with_terms_checked(matrix: Matrix, where: str) -> Matrix:
    """The matrix, if the terms of its tasks and parts make budgets; raises UserError."""
    places = {f"budgets.{pattern}": terms for pattern, terms in matrix.budgets.items()}
    places |= {f"parts.{part.name}.budget": part.budget for part in matrix.parts}
    for place, terms in places.items():
        validate(Budget, matrix.budget.model_dump() | terms, f"{where}: {place}")
    return matrix
