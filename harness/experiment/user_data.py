"""Tasks from files of the user's own: a ``[task]`` table in a TOML file, or the same as flags."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field

from harness.errors import UserError
from harness.experiment.matrix import Matrix, load, shipped, validate
from harness.experiment.registry import (
    Declaration,
    Spec,
    architecture_declarations,
    make_task,
    spec_of,
    split_name,
    task_declarations,
    with_parameters,
)
from tasks.user_data import task as own
from tasks.user_data.settings import Kind, Settings, joined_names

FLAGS = "task by flags"
"""Where a task without a file is declared, for messages."""

Steps = Annotated[int, Field(ge=1)]


class Table(BaseModel):
    """A ``[task]`` table as it stands in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*$")] = ""
    path: str
    kind: Kind
    target: str = ""
    inputs: str | list[str] = ""
    time: str = ""
    group: str = ""
    context: Steps | None = None
    horizon: Steps = 1
    split: str | list[float] = ""
    tokens: Annotated[str, Field(pattern="^(characters|words)$")] = "characters"

    def settings(self) -> dict[str, Any]:
        """The same as ``tasks.user_data.settings.Settings`` has it."""
        values = self.model_dump(exclude={"name", "path"})
        if isinstance(self.inputs, list):
            values["inputs"] = joined_names(self.inputs)
        if isinstance(self.split, list):
            values["split"] = "/".join(f"{share:g}" for share in self.split)
        return values | {"context": self.context or 0}


@dataclass(frozen=True)
class Chosen:
    """What a run is about: a matrix, and the patterns that choose its tasks."""

    matrix: Matrix
    tasks: list[str]
    own: bool = False
    """The matrix is made for tasks of the user's own, and has their name."""


def choose(
    matrix: str | None,
    tasks: Sequence[str] = (),
    architectures: Sequence[str] = (),
    flags: Mapping[str, Any] | None = None,
) -> Chosen:
    """The matrix to be run; raises UserError.

    Where tasks of the user's own are asked for and no matrix is named, it is one for these alone:
    each with its control row, on the terms of the matrix ``quick``, with the architectures of
    ``quick`` and the baselines that fit the problem, or, if ``architectures`` are to choose from,
    all that fit.
    """
    known = task_declarations()
    for name in [name for name, declaration in known.items() if declaration.data]:
        del known[name]  # of an earlier run in this process, which may have had other settings
    patterns, rows = [], []
    for pattern in tasks:
        own_rows = _declared(pattern, Path(), f"--task {pattern}")
        patterns += own_rows or [pattern]
        rows += own_rows
    if given := {key: value for key, value in (flags or {}).items() if value is not None}:
        found = _rows(declare(given, Path(), FLAGS), {}, FLAGS)
        patterns, rows = patterns + found, rows + found
    base = load(matrix or "quick")
    if matrix or not rows:
        base = _with_files(base, matrix or "quick")
    own.release()
    if matrix or not rows:
        return Chosen(base, patterns)
    specs = [spec_of(row, known, "task", "--task") for row in rows]
    name = "-".join(dict.fromkeys(spec.name for spec in specs))
    update = {
        "name": name,
        "description": "; ".join(dict.fromkeys(_described(spec) for spec in specs)),
        "tasks": rows,
        "architectures": _fitting(specs, base.architectures, everything=bool(architectures)),
        "budgets": {},
        "published": [],
        "parts": [],
    }
    return Chosen(base.model_copy(update=update), patterns, own=True)


def _with_files(matrix: Matrix, name: str) -> Matrix:
    """A matrix whose tasks may be declaration files, by paths from its own folder."""
    folder, where = Path(name).parent, f"{name}: tasks"
    tasks = [row for text in matrix.tasks for row in _declared(text, folder, where) or [text]]
    return matrix.model_copy(update={"tasks": tasks})


def _declared(pattern: str, folder: Path, where: str) -> list[str]:
    """The rows that ``FILE.toml`` or ``FILE.toml[context=48]`` stands for: the task and its control
    row, or one of them if it says which; none if no file is named. Raises UserError."""
    if ".toml" not in pattern:
        return []
    file, given = split_name(pattern, where)
    path = folder / file
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{where}: {path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not a TOML file: {error}") from None
    table = content.get("task")
    if not isinstance(table, dict) or len(content) > 1:
        raise UserError(
            f"{path}: should hold one table [task]; it has {', '.join(content) or 'nothing'} "
            "(a matrix goes with --matrix)"
        )
    return _rows(declare(table, path.parent, str(path), path.stem), given, where)


def _rows(declaration: Declaration, given: Mapping[str, str], where: str) -> list[str]:
    """The label of a task and, unless order is given or there is none, of its control row."""
    rows = []
    for order in ({}, {"order": "shuffled"}):
        spec = with_parameters(declaration, {**given, **order}, where)
        rows.append(spec.label)
        if "order" in given or not (spec.data and spec.data.ordered):
            break
    return rows


def declare(content: Mapping[str, Any], folder: Path, where: str, stem: str = "") -> Declaration:
    """Make a task known by its name, else by that of its file; raises UserError.

    Paths are from ``folder``.
    """
    table: Table = validate(Table, dict(content), where)
    known = task_declarations()
    taken = {*shipped(), *(name for name in known if not known[name].data)}
    if table.name in taken:
        raise UserError(f"{where}: name = {table.name!r}: is taken by a shipped task or matrix")
    name = table.name or re.sub(r"[^A-Za-z0-9]+", "_", stem or Path(table.path).stem).strip("_")
    if not name or name in taken:
        name = f"own_{name}".strip("_")
    declaration = Declaration(
        name,
        f"{table.kind} in {Path(table.path).name}",
        vars(Settings(**table.settings())),
        own.__file__,
        choices={
            key: get_args(hint)
            for key, hint in get_type_hints(Settings).items()
            if get_origin(hint) is Literal
        },
        data=str((folder / table.path).absolute()),
    )
    if name in known and known[name] != declaration:
        raise UserError(f"{where}: name = {name!r}: another task of this run has it")
    known[name] = declaration
    return declaration


def _described(spec: Spec) -> str:
    """A task's data in a line, with all that its results depend on."""
    assert spec.data is not None
    usual = {name: field.default for name, field in Settings.__dataclass_fields__.items()}
    terms = [
        f"{name} {value}"
        for name, value in spec.parameters
        if value != usual[name] and name not in ("kind", "order")
    ]
    facts = dict(spec.data.facts)
    return f"{spec.name}: {facts['kind']} in {facts['file']} ({', '.join(terms)})"


def _fitting(specs: Sequence[Spec], usual: Sequence[str], everything: bool) -> list[str]:
    """The architectures that serve the tasks' problems: all, or the usual ones and the baselines.
    Where none of the usual ones does, all."""
    problems = {str(make_task(spec).problem) for spec in specs}
    known = architecture_declarations()
    serving = [name for name, d in known.items() if problems & set(d.facts["problems"])]
    kept = [label for label in usual if label.split("[")[0] in serving]
    if everything or not kept:
        return serving
    baselines = [name for name in serving if known[name].facts["baseline"]]
    return [*kept, *(name for name in baselines if name not in kept)]
