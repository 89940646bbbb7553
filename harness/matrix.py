"""A matrix: tasks x architectures x seeds, under one budget for all; a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from harness.errors import UserError, nearest

SHIPPED = Path(__file__).parent / "matrices"

Positive = Annotated[int, Field(gt=0)]
Rate = Annotated[float, Field(gt=0)]


class Budget(BaseModel):
    """What every architecture of a matrix gets equally."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: Positive = 500
    """updates of the weights, at most"""
    batch: Positive = 32
    """examples an update"""
    parameters: Positive = 16_000
    """trainable numbers, without the embedding, which is the same for all"""
    embedding: Positive = 16
    """numbers that stand for a token"""
    optimizer: Literal["adam", "adamw", "sgd", "rmsprop"] = "adam"
    learning_rate: Rate | Annotated[list[Rate], Field(min_length=1)] = 0.005
    """one for all, or a list from which each cell's is chosen on validation"""
    schedule: Literal["constant", "cosine"] = "cosine"
    """after a warm-up over the first twentieth of the steps"""
    clip_norm: Annotated[float, Field(ge=0)] = 1.0
    """bound on the norm of the gradient; 0: none"""
    evaluate_every: Positive = 50
    """updates between evaluations on validation"""
    patience: Annotated[int, Field(ge=0)] = 0
    """evaluations without improvement before training stops; 0: never"""
    solved: Annotated[float, Field(gt=0)] = 0.99
    """validation skill at which training stops, the task being solved"""
    seconds: Rate = 120.0
    """wall-clock cap of a cell; beyond it the cell ends as a timeout"""

    @property
    def tuned(self) -> bool:
        """Whether the learning rate is still to be chosen."""
        return isinstance(self.learning_rate, list)

    def science(self) -> dict[str, Any]:
        """The part that a result depends on: all but the wall-clock cap."""
        return self.model_dump(exclude={"seconds"})


class Matrix(BaseModel):
    """What is to be run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*$")]
    description: str = ""
    tasks: Annotated[list[str], Field(min_length=1)]
    architectures: Annotated[list[str], Field(min_length=1)]
    seeds: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)] = [0, 1, 2]
    budget: Budget = Budget()

    @field_validator("seeds", mode="before")
    @classmethod
    def _count(cls, value: Any) -> Any:
        """A number of seeds stands for the seeds 0, 1, ..."""
        if isinstance(value, int) and not isinstance(value, bool):
            if value < 1:
                raise ValueError("must be at least 1")
            return list(range(value))
        return value

    @field_validator("seeds")
    @classmethod
    def _distinct(cls, value: list[int]) -> list[int]:
        if len(set(value)) < len(value):
            raise ValueError("the same seed twice")
        return value


def shipped() -> dict[str, Path]:
    """The matrices that come with the package, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def load(name_or_file: str) -> Matrix:
    """The matrix of this name, or in this file; raises UserError."""
    path = Path(name_or_file)
    if path.suffix != ".toml":
        known = shipped()
        if name_or_file not in known:
            raise UserError(
                f"--matrix {name_or_file}: no such matrix; {nearest(name_or_file, known)} "
                "(or give a file that ends in .toml)"
            )
        path = known[name_or_file]
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"--matrix {path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not a TOML file: {error}") from None
    content.setdefault("name", path.stem)
    return validate(Matrix, content, str(path))


def validate(model: type[Any], content: dict[str, Any], where: str) -> Any:
    """A validated model; raises UserError that names file, key and what would be right."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise UserError("\n".join(_explain(e, model, where) for e in error.errors())) from None


def _explain(error: Any, model: type[BaseModel], where: str) -> str:
    path = [part for part in error["loc"] if not str(part).startswith(("function-", "constrained"))]
    key = ".".join(str(part) for part in path)
    if error["type"] == "extra_forbidden":
        fields: dict[str, Any] = dict(model.model_fields)
        for part in path[:-1]:
            inner = fields[str(part)].annotation
            fields = dict(inner.model_fields)
        return f"{where}: unknown key {key!r}; {nearest(str(path[-1]), fields)}"
    if error["type"] == "missing":
        return f"{where}: key {key!r} is missing"
    if error["type"] == "too_short":
        return f"{where}: {key}: is empty; name at least one"
    message = error["msg"].removeprefix("Value error, ")
    return f"{where}: {key} = {error['input']!r}: {message[0].lower()}{message[1:]}"
