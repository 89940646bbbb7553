"""Which tasks and architectures there are, and what a name like ``lstm[layers=2]`` means.

Tasks are classes, found by importing every module of ``tasks.synthetic`` and ``tasks.real``.
Architectures need torch, which is slow to import, so what they declare is read from the source
text; the class itself is loaded only by the cell that trains it. Installed packages add more
through the entry-point groups ``harness.tasks`` and ``harness.architectures``, and a file can be
added by its path.
"""

from __future__ import annotations

import ast
import dataclasses
import fnmatch
import functools
import importlib
import importlib.util
import pkgutil
import re
import sys
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import architectures
import architectures.baselines
import tasks.real
import tasks.synthetic
import tasks.task
import tasks.user_data.contents
import tasks.user_data.task
from harness.errors import UserError, nearest

Value = int | float | str | bool


@dataclass(frozen=True)
class Declaration:
    """What is known of a task or an architecture without running it."""

    name: str
    summary: str
    parameters: Mapping[str, Value]
    """Defaults of its parameters."""
    file: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    """An architecture's decorator arguments; a task's problem, metric and tags."""
    choices: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    """The values allowed, for parameters annotated as a ``Literal``."""
    data: str = ""
    """The file of a task from the user's data; see ``harness.experiment.user_data``."""


@dataclass(frozen=True)
class Spec:
    """A task or an architecture with all its parameters: what a cell is about."""

    name: str
    parameters: tuple[tuple[str, Value], ...]
    """All of them, by name, in alphabetical order."""
    label: str
    """The name, with those parameters that differ from the default: ``lstm[layers=2]``."""
    file: str
    """The file it is declared in."""
    data: str = ""
    """The file of a task from the user's data."""
    contents: tasks.user_data.contents.Contents | None = None
    """What is in that file; None: not yet read."""


# -- what there is ------------------------------------------------------------------------


@functools.cache
def task_declarations() -> dict[str, Declaration]:
    """All tasks by name, in alphabetical order."""
    for package in (tasks.synthetic, tasks.real):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    for point in entry_points(group="harness.tasks"):
        point.load()
    return {name: _describe(cls) for name, cls in sorted(tasks.task.REGISTERED.items())}


def _describe(cls: type[tasks.task.Task]) -> Declaration:
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]  # each is a dataclass, the base is not
    defaults: dict[str, Any] = {f.name: f.default for f in fields if f.init}
    facts = {
        "problem": str(cls.problem),
        "metric": cls.metric,
        "tags": list(cls.tags),
        "causal": cls.causal,
        "source": cls.source,
    }
    file = sys.modules[cls.__module__].__file__ or ""
    choices = {
        name: typing.get_args(hint)
        for name, hint in typing.get_type_hints(cls).items()
        if typing.get_origin(hint) is typing.Literal
    }
    return Declaration(cls.name, _first_line(cls.__doc__), defaults, file, facts, choices)


def _allowed(annotation: ast.expr | None) -> tuple[Value, ...]:
    """The values of a ``Literal[...]`` annotation; empty for any other."""
    if isinstance(annotation, ast.Subscript) and getattr(annotation.value, "id", "") == "Literal":
        inside = ast.literal_eval(annotation.slice)
        return inside if isinstance(inside, tuple) else (inside,)
    return ()


@functools.cache
def architecture_declarations() -> dict[str, Declaration]:
    """All architectures by name, in alphabetical order."""
    packages = (architectures, architectures.baselines)
    files = [f for p in packages for f in sorted(Path(next(iter(p.__path__))).glob("*.py"))]
    for point in entry_points(group="harness.architectures"):
        spec = importlib.util.find_spec(point.module)
        if spec and spec.origin:
            files.append(Path(spec.origin))
    found = [declaration for file in files for declaration in _read_declarations(file)]
    return {d.name: d for d in sorted(found, key=lambda d: d.name)}


def add_plugin(path: str) -> None:
    """Add the tasks and architectures declared in a file; raises UserError."""
    file = Path(path).absolute()
    if not file.is_file():
        raise UserError(f"--plugin {path}: there is no such file")
    try:
        declared = _read_declarations(file)
        before = set(task_declarations())
        if "@task(" in file.read_text():
            _module_of(str(file))
    except Exception as error:  # whatever a user's file raises is about that file
        raise UserError(f"--plugin {path}: {type(error).__name__}: {error}") from None
    for declaration in declared:
        architecture_declarations()[declaration.name] = declaration
    new = set(tasks.task.REGISTERED) - before
    for name in new:
        task_declarations()[name] = _describe(tasks.task.REGISTERED[name])
    if not declared and not new:
        raise UserError(
            f"--plugin {path}: declares nothing; decorate a class with "
            '@task("name") or @architecture("name")'
        )


def declared_in(path: str) -> tuple[list[Spec], list[Spec]]:
    """The architectures and the tasks that a file declares, at their defaults."""
    file = str(Path(path).absolute())
    groups = (architecture_declarations(), task_declarations())
    architectures, tasks = (
        [with_parameters(found, {}, path) for found in known.values() if found.file == file]
        for known in groups
    )
    return architectures, tasks


def _read_declarations(file: Path) -> list[Declaration]:
    """The classes decorated with ``@architecture`` in a source file, without running it."""
    found = []
    for node in ast.parse(file.read_text(encoding="utf-8"), str(file)).body:
        if not isinstance(node, ast.ClassDef):
            continue
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            if call and getattr(call.func, "id", "") == "architecture":
                found.append(_read_class(node, call, file))
    return found


def _read_class(node: ast.ClassDef, call: ast.Call, file: Path) -> Declaration:
    facts: dict[str, Any] = {
        "problems": ("one-to-one", "many-to-one", "many-to-many"),
        "both_directions": False,
        "readout": None,
        "neural": True,
        "baseline": False,
    }
    parameters: dict[str, Value] = {}
    choices: dict[str, tuple[Value, ...]] = {}
    try:
        name = ast.literal_eval(call.args[0])
        facts |= {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg}
        for function in node.body:
            if isinstance(function, ast.FunctionDef) and function.name == "__init__":
                defaults = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
                pairs = [(a, d) for a, d in defaults if d is not None]
                parameters = {a.arg: ast.literal_eval(d) for a, d in pairs}
                choices = {a.arg: c for a, _ in pairs if (c := _allowed(a.annotation))}
    except (ValueError, IndexError):
        raise UserError(
            f"{file}:{node.lineno}: class {node.name}: the arguments of @architecture and the "
            "defaults of keyword-only parameters must be literals"
        ) from None
    summary = _first_line(ast.get_docstring(node))
    return Declaration(name, summary, parameters, str(file), facts, choices)


def _first_line(docstring: str | None) -> str:
    """The first sentence of a docstring, on one line."""
    text = " ".join((docstring or "").split("\n\n")[0].replace("``", "").split())
    match = re.match(r"(.+?[^.](?<! al)(?<! cf))[.:](?= |$)", text)
    return match[1] if match else text


# -- from a declaration to the thing ------------------------------------------------------


def make_task(spec: Spec) -> tasks.task.Task:
    """The task a spec names."""
    if spec.data:
        return tasks.user_data.task.make(spec.name, spec.data, dict(spec.parameters), spec.contents)
    if spec.name not in tasks.task.REGISTERED:
        _module_of(spec.file)
    return tasks.task.REGISTERED[spec.name](**dict(spec.parameters))


def load_architecture(spec: Spec) -> type:
    """The class a spec names; imports torch if the class needs it."""
    module = _module_of(spec.file)
    for value in vars(module).values():
        if isinstance(value, type) and getattr(value, "declared", {}).get("name") == spec.name:
            return value
    raise UserError(f"{spec.file}: declares no architecture {spec.name}")


@functools.cache
def _module_of(file: str) -> ModuleType:
    """Import a source file, as part of its package if it belongs to one."""
    path = Path(file)
    for package in (architectures, architectures.baselines, tasks.synthetic, tasks.real):
        if path.parent == Path(next(iter(package.__path__))):
            return importlib.import_module(f"{package.__name__}.{path.stem}")
    for module in list(sys.modules.values()):
        if getattr(module, "__file__", None) == file:
            return module
    name = f"harness_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


# -- names ---------------------------------------------------------------------------------

_NAME = re.compile(r"^\s*([^\[\]]+?)\s*(?:\[([^\[\]]*)\])?\s*$")


def split_name(text: str, where: str) -> tuple[str, dict[str, str]]:
    """``lstm[layers=2]`` as its name and its parameters; raises UserError."""
    match = _NAME.match(text)
    if not match:
        raise UserError(f"{where}: {text!r} is not a name like lstm or lstm[layers=2]")
    parameters = {}
    for part in (match[2] or "").split(","):
        if part.strip():
            key, equals, value = part.partition("=")
            if not equals:
                raise UserError(f"{where}: {text!r}: {part.strip()!r} should be parameter=value")
            parameters[key.strip()] = value.strip()
    return match[1], parameters


def spec_of(text: str, known: Mapping[str, Declaration], kind: str, where: str) -> Spec:
    """The spec that a name with parameters stands for; raises UserError with the nearest."""
    name, given = split_name(text, where)
    if name not in known:
        raise UserError(f"{where}: unknown {kind} {name!r}; {nearest(name, known)}")
    return with_parameters(known[name], given, where)


def with_parameters(declaration: Declaration, given: Mapping[str, str], where: str) -> Spec:
    """A declaration with some parameters changed from their default; raises UserError."""
    values = dict(declaration.parameters)
    for key, text in given.items():
        if key not in values:
            raise UserError(
                f"{where}: {declaration.name} has no parameter {key!r}; {nearest(key, values)}"
            )
        place = f"{where}: {declaration.name}[{key}={text}]"
        values[key] = _typed(text, values[key], place)
        allowed = declaration.choices.get(key)
        if allowed and values[key] not in allowed:
            raise UserError(f"{place}: {nearest(text, map(str, allowed))}")
    changed = [
        f"{k}={_plain(v)}" for k, v in sorted(values.items()) if v != declaration.parameters[k]
    ]
    label = declaration.name + (f"[{','.join(changed)}]" if changed else "")
    parameters = tuple(sorted(values.items()))
    return Spec(declaration.name, parameters, label, declaration.file, declaration.data)


def at_lag(task: Spec, lag: int, where: str) -> Spec:
    """A task with another dependency length, in steps; raises UserError where it has none."""
    length = make_task(task).dependency
    if not length:
        raise UserError(f"{where}: {task.name} has no dependency length to be set")
    given = {name: _plain(value) for name, value in task.parameters} | {length: str(lag)}
    return with_parameters(task_declarations()[task.name], given, where)


def _typed(text: str, default: Value, where: str) -> Value:
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[text.lower()]
        if isinstance(default, int | float):
            value = type(default)(text)
            if value < 0:
                raise UserError(f"{where}: must not be negative")
            return value
    except (ValueError, KeyError):
        wanted = (
            "true or false" if isinstance(default, bool) else f"of type {type(default).__name__}"
        )
        raise UserError(f"{where}: must be {wanted}, as in the default {_plain(default)}") from None
    return text


def _plain(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value}"


def select(
    patterns: Iterable[str],
    among: list[Spec],
    known: Mapping[str, Declaration],
    kind: str,
    where: str,
) -> list[Spec]:
    """The specs that patterns choose, in order, each once.

    A pattern is a glob over names or labels: it chooses from ``among`` (the matrix), else from all
    that are known. Parameters in brackets change those of what was chosen. Raises UserError
    where a pattern chooses nothing.
    """
    chosen: dict[str, Spec] = {}
    for pattern in patterns:
        exact = [spec for spec in among if spec.label == pattern.strip()]
        name, given = split_name(pattern, where)
        hits = exact or [spec for spec in among if fnmatch.fnmatchcase(spec.name, name)]
        if not hits:
            names = fnmatch.filter(known, name)
            hits = [with_parameters(known[found], {}, where) for found in names]
        if not hits:
            raise UserError(f"{where}: no {kind} matches {name!r}; {nearest(name, known)}")
        for spec in hits:
            if given and not exact:
                changed = {k: _plain(v) for k, v in spec.parameters} | given
                spec = with_parameters(known[spec.name], changed, where)
            chosen[spec.label] = spec
    return list(chosen.values())
