"""A pydantic model read from what a user wrote, mistakes explained in one line each."""

import tomllib
import typing
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from harness.errors import UserError, nearest


def read_toml(path: Path, where: str) -> dict[str, Any]:
    """What a TOML file holds; raises UserError that says ``where`` it was named."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{where}: {path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not a TOML file: {error}") from None


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
        return f"{where}: unknown key {key!r}; {nearest(str(path[-1]), _fields(model, path[:-1]))}"
    if error["type"] == "missing":
        return f"{where}: key {key!r} is missing"
    if error["type"] == "too_short":
        return f"{where}: {key}: is empty; name at least one"
    message = error["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    if isinstance(error["input"], dict):
        return f"{where}: {key}: {message}" if key else f"{where}: {message}"
    return f"{where}: {key} = {error['input']!r}: {message}"


def _fields(model: type[BaseModel], path: list[Any]) -> dict[str, Any]:
    """The fields known at a place of a model; indices and keys of dictionaries lead no deeper."""
    for part in path:
        field = model.model_fields.get(str(part))
        model = (_model_in(field.annotation) if field else None) or model
    return dict(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = (_model_in(inner) for inner in typing.get_args(annotation))
    return next((model for model in models if model), None)
