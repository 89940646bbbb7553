"""The settings of a task from a user's file: what a ``[task]`` table, the flags of the command line
and ``harness.run(user_data=...)`` may say. A new setting is a new field here and nothing else.

Each description is what the documentation says; its first sentence is the help of the flag.
"""

import csv
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

CONTEXT = {"forecast": 24, "language-model": 64, "text": 256, "pairs": 256}
"""Steps that a model reads where ``context`` does not say; of the other kinds all."""


class For:
    """Marks a setting that only some kinds know."""

    def __init__(self, *kinds: str):
        self.kinds = kinds


def joined_names(names: Any) -> Any:
    """A list of column names as one string with commas, as in a line of a CSV file."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return names
    quoted = (f'"{n.replace(chr(34), chr(34) * 2)}"' if set(n) & set(',"') else n for n in names)
    return ",".join(quoted)


def _joined_shares(split: Any) -> Any:
    if not isinstance(split, list) or not all(isinstance(share, int | float) for share in split):
        return split
    return "/".join(f"{share:g}" for share in split)


class Settings(BaseModel):
    """What a user says of their file. Empty, and a context of 0: not given."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*$")] = ""
    """The name of the task; if not given, that of the file."""
    path: str
    """The data: CSV, Parquet, JSON lines, NPZ, .ts or .txt."""
    kind: Literal[
        "classification", "regression", "forecast", "tagging", "text", "language-model", "pairs"
    ]
    """classification, regression, forecast, tagging, text, language-model or pairs. See below."""
    target: Annotated[
        str, For("classification", "regression", "forecast", "tagging", "text", "pairs")
    ] = ""
    """The column to predict."""
    inputs: Annotated[str, BeforeValidator(joined_names)] = ""
    """The columns to predict it from, with commas between. In a file also a list. `*` and `?` stand
    for any characters. If not given: all columns that have no other use, but for those that hold no
    numbers, which the report names."""
    time: str = ""
    """The column that orders the rows. It holds numbers, or times in ISO 8601 (`2024-01-31`,
    `2024-01-31 12:00`)."""
    group: str = ""
    """The column that says which rows form a sequence. Where each row is a sequence already, it
    says which rows must stay in one split."""
    context: Annotated[int, Field(ge=1)] = 0
    """Steps that a model reads. If not given: the 24 before a forecast, 64 of a language model's
    text, at most 256 characters or words of any other text, all of other sequences."""
    horizon: Annotated[int, Field(ge=1), For("forecast")] = 1
    """Steps to look ahead. If not given: 1."""
    split: Annotated[str, BeforeValidator(_joined_shares)] = ""
    """random, time or group, shares like 0.7/0.15/0.15, or a column. See below."""
    tokens: Annotated[
        Literal["characters", "words"], For("text", "language-model", "pairs")
    ] = "characters"  # fmt: skip
    """characters or words, of a text. Words stand between blanks. If not given: characters."""

    @model_validator(mode="after")
    def _known_to_the_kind(self) -> Self:
        if not self.target and self.kind in kinds("target"):
            raise ValueError(f"target is missing: kind {self.kind} needs the name of a column")
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if self.kind not in kinds(name) and value != field.default:
                raise ValueError(f"{name} = {value}: means nothing in kind {self.kind}")
        return self

    @property
    def steps(self) -> int | None:
        """Steps that a model reads; None: all."""
        return self.context or CONTEXT.get(self.kind)

    def symbols(self, text: str) -> list[str]:
        """A text as characters or words."""
        return text.split() if self.tokens == "words" else list(text)

    @property
    def input_names(self) -> list[str]:
        """The names in ``inputs``."""
        return [name.strip() for name in next(csv.reader([self.inputs], skipinitialspace=True), [])]


class TaskSettings(Settings):
    """The settings of one task: of the user's, or of its control row."""

    order: Literal["kept", "shuffled"] = "kept"
    """shuffled: the control row, in which the steps of each sequence are in random order."""

    def parameters(self) -> dict[str, Any]:
        """What a result depends on beside the content of the file."""
        return self.model_dump(exclude={"name", "path"})


def from_parameters(name: str, path: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The content of ``TaskSettings`` that has these parameters; defaults, such as a context of 0,
    need not be valid and are left out."""
    fields = TaskSettings.model_fields
    given = {key: value for key, value in parameters.items() if value != fields[key].default}
    return {"name": name, "path": path, **given}


def kinds(setting: str) -> tuple[str, ...]:
    """The kinds that know a setting."""
    field = TaskSettings.model_fields[setting]
    marked = [mark.kinds for mark in field.metadata if isinstance(mark, For)]
    return marked[0] if marked else get_args(TaskSettings.model_fields["kind"].annotation)


def choices() -> dict[str, tuple[Any, ...]]:
    """The values that a setting may have, for those with a list of them."""
    fields: Mapping[str, FieldInfo] = TaskSettings.model_fields
    return {
        name: get_args(field.annotation)
        for name, field in fields.items()
        if get_origin(field.annotation) is Literal
    }
