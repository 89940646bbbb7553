"""Tasks from the user's data: a ``[task]`` table in a TOML file, or the same as flags.

To name such a task opens no data; ``opened`` does.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.experiment import registry
from harness.experiment.matrix import Matrix, load, shipped, validate
from harness.experiment.registry import Declaration, Spec, spec_of, task_declarations
from harness.experiment.request import Request
from harness.experiment.validation import read_toml
from tasks.user_data import task as user_task
from tasks.user_data.messages import Refused
from tasks.user_data.settings import Settings, TaskSettings, choices, from_parameters

FLAGS = "task by flags"
"""Where a task without a file is declared, for messages."""


@dataclass(frozen=True)
class Chosen:
    """What a run is about: a matrix, and the patterns that choose its tasks."""

    matrix: Matrix
    tasks: list[str]
    user_data: bool = False
    """The matrix is made for tasks from the user's data, and has their name."""


def choose(request: Request) -> Chosen:
    """The matrix to run; raises UserError. Opens no data.

    Where tasks from the user's data are asked for and no matrix is named, it is one for these
    alone: each with its control row, on the terms of the matrix ``quick``, with the architectures
    of ``quick`` and the baselines that fit the problem, or, if architectures are asked for, all
    that fit.
    """
    registry.use_plugins(request.plugins or ())
    if isinstance(request.matrix, Matrix):
        return Chosen(request.matrix, list(request.tasks or ()))
    known = task_declarations()
    for name in [name for name, declaration in known.items() if declaration.data]:
        del known[name]  # of an earlier run in this process, which may have had other settings
    asked = [(text, _declared(text, Path(), f"--task {text}")) for text in request.tasks or ()]
    flags = {key: value for key, value in (request.user_data or {}).items() if value is not None}
    if flags:
        asked.append(("", _rows(declare(flags, Path(), FLAGS), {}, FLAGS)))
    rows = [label for _, labels in asked for label in labels]
    patterns = [pattern for text, labels in asked for pattern in labels or [text]]
    alone = bool(rows) and not request.matrix
    base = load(request.matrix or "quick")
    if alone:
        base = _for_these(rows, base, everything=bool(request.architectures))
    else:  # its tasks may be declaration files, by paths from its own folder
        name = request.matrix or "quick"
        folder, where = Path(name).parent, f"{name}: tasks"
        tasks = [row for text in base.tasks for row in _declared(text, folder, where) or [text]]
        base = base.model_copy(update={"tasks": tasks})
    if request.seeds:
        first = base.seeds[0]
        parts = [part.model_copy(update={"seeds": part.seeds and part.seeds[: request.seeds]})
                 for part in base.parts]  # fmt: skip
        seeds = list(range(first, first + request.seeds))
        base = base.model_copy(update={"seeds": seeds, "parts": parts})
    return Chosen(base, patterns, alone)


def _for_these(rows: list[str], base: Matrix, everything: bool) -> Matrix:
    specs = [spec_of(row, "task", "--task") for row in rows]
    update = {
        "name": "-".join(dict.fromkeys(spec.name for spec in specs)),
        "description": "",
        "tasks": rows,
        "architectures": _fitting(specs, base.architectures, everything),
        "budgets": {},
        "published": [],
        "parts": [],
    }
    return base.model_copy(update=update)


def _fitting(specs: Sequence[Spec], usual: Sequence[str], everything: bool) -> list[str]:
    """The architectures that serve the tasks' problems: all, or the usual ones and the baselines.
    Where none of the usual ones does, all."""
    problems = {str(registry.make_task(spec).problem) for spec in specs}
    known = registry.architecture_declarations()
    serving = [name for name, d in known.items() if problems & set(d.facts["problems"])]
    kept = [label for label in usual if label.split("[")[0] in serving]
    if everything or not kept:
        return serving
    baselines = [name for name in serving if known[name].facts["baseline"]]
    return [*kept, *(name for name in baselines if name not in kept)]


def _declared(pattern: str, folder: Path, where: str) -> list[str]:
    """The rows that ``FILE.toml`` or ``FILE.toml[context=48]`` stands for; none if no file is
    named. Raises UserError."""
    if ".toml" not in pattern:
        return []
    file, given = registry.split_name(pattern, where)
    path = folder / file
    content = read_toml(path, where)
    table = content.get("task")
    if not isinstance(table, dict) or len(content) > 1:
        there = f"it has {', '.join(content) or 'nothing'} (a matrix goes with --matrix)"
        raise UserError(f"{path}: should hold one table [task]; {there}")
    return _rows(declare(table, path.parent, str(path), path.stem), given, where)


def declare(content: Mapping[str, Any], folder: Path, where: str, stem: str = "") -> Declaration:
    """Make a task known by its name, else by that of its file; raises UserError.

    Paths are from ``folder``.
    """
    table: Settings = validate(Settings, dict(content), where)
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
        TaskSettings(**table.model_dump(exclude_unset=True)).parameters(),
        user_task.__file__,
        choices=choices(),
        data=str((folder / table.path).absolute()),
    )
    if name in known and known[name] != declaration:
        raise UserError(f"{where}: name = {name!r}: another task of this run has it")
    known[name] = declaration
    return declaration


def _rows(declaration: Declaration, given: Mapping[str, str], where: str) -> list[str]:
    orders: list[dict[str, str]] = [{}] if "order" in given else [{}, {"order": "shuffled"}]
    specs = [registry.with_parameters(declaration, {**given, **order}, where) for order in orders]
    _settings(specs[0], where)
    return [spec.label for spec in specs]


def opened(specs: Sequence[Spec]) -> list[Spec]:
    """The same tasks, with what is in the files of those from the user's data.

    A control row of sequences of one step, which have no order, is left out. Raises UserError with
    file, row and column, also where nothing but such a control row is asked for.
    """
    read = [_opened(spec) if spec.data and not spec.contents else spec for spec in specs]
    user_task.release()
    ordered = [
        spec
        for spec in read
        if not spec.contents or spec.contents.ordered or dict(spec.parameters)["order"] == "kept"
    ]
    for spec in read:
        if spec not in ordered and spec.name not in [other.name for other in ordered]:
            raise UserError(f"task {spec.label}: order = 'shuffled': every sequence is one step")
    return ordered


def _opened(spec: Spec) -> Spec:
    where = f"task {spec.label}"
    try:
        return replace(spec, contents=user_task.contents_of(_settings(spec, where)))
    except Refused as error:
        raise UserError(f"{where}: {error}") from None


def _settings(spec: Spec, where: str) -> TaskSettings:
    content = from_parameters(spec.name, spec.data, dict(spec.parameters))
    return validate(TaskSettings, content, where)


def described(chosen: Chosen) -> Matrix:
    """The matrix; one for the user's data says in its description all that its results depend on.
    Opens the files."""
    if not chosen.user_data:
        return chosen.matrix
    specs = [spec_of(row, "task", "--task") for row in chosen.matrix.tasks]
    text = "; ".join(dict.fromkeys(_description(spec) for spec in opened(specs)))
    return chosen.matrix.model_copy(update={"description": text})


def _description(spec: Spec) -> str:
    assert spec.contents is not None
    fields = TaskSettings.model_fields
    terms = [
        f"{name} {value}"
        for name, value in spec.parameters
        if value != fields[name].default and name not in ("kind", "order")
    ]
    facts = spec.contents.facts
    return f"{spec.name}: {facts['kind']} in {facts['file']} ({', '.join(terms)})"
