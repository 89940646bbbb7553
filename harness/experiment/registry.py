"""Which tasks and architectures there are, and what a name like ``lstm[layers=2]`` means.

A name stands for a class by ``module:attribute``, which is imported only by who needs the class:
what it declares is in an index, see ``harness.experiment.index``. Installed packages add more
through the entry-point groups ``harness.tasks`` and ``harness.architectures``, and a file can be
added by its path. A name that is taken twice is an error.
"""

from __future__ import annotations

import fnmatch
import functools
import importlib
import importlib.util
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UserError, nearest, unknown
from harness.experiment import index, plugins
from harness.experiment.imports import ROOT, is_shipped
from harness.experiment.index import Declaration, Value

if TYPE_CHECKING:
    from tasks.task import Task
    from tasks.user_data.examples import Contents

MEASURED = {
    "gradient-flow": "harness.probes.gradients:measure",
    "cost": "harness.probes.growth:measure",
    "size": "harness.probes.weights:size",
    "contains-rnn": "harness.probes.weights:contains_rnn",
    "writing": "harness.probes.writing:measure",
    "gate-times": "harness.probes.gate_times:measure",
    "bits-by-hand": "harness.probes.bits_by_hand:measure",
    "future": "harness.probes.future:measure",
}
"""What measures in place of a score, by name: functions of a ``harness.training.bench.Bench``."""


SETTLED = frozenset({"start"})
"""Parameters that recommended terms set; one that a label gives stays, and is told, as it is."""


@dataclass(frozen=True)
class Spec:
    """A task or an architecture with all its parameters: what a cell is about."""

    name: str
    parameters: tuple[tuple[str, Value], ...]
    """All of them, by name, in alphabetical order."""
    label: str
    """The name, with those parameters that differ from the default, and those of ``SETTLED`` that
    were given: ``lstm[layers=2]``."""
    file: str
    """The file it is declared in."""
    target: str
    """Where the class is: ``module:attribute``."""
    data: str = ""
    """The file of a task from the user's data."""
    contents: Contents | None = None
    """What is in that file; None: not yet read."""


@functools.cache
def declarations(kind: str) -> dict[str, Declaration]:
    """All of a kind, ``task`` or ``architecture``, by name, in alphabetical order."""
    return dict(sorted(_installed()[kind].items()))


def task_declarations() -> dict[str, Declaration]:
    """All tasks by name, in alphabetical order."""
    return declarations("task")


def architecture_declarations() -> dict[str, Declaration]:
    """All architectures by name, in alphabetical order."""
    return declarations("architecture")


@functools.cache
def _installed() -> dict[str, dict[str, Declaration]]:
    """What is shipped and what installed packages add, by kind and name; raises UserError."""
    known: dict[str, dict[str, Declaration]] = {"task": {}, "architecture": {}}
    _add(known, index.shipped(), "shipped")
    for group in ("harness.tasks", "harness.architectures"):
        for point in entry_points(group=group):
            _add(known, _of_entry_point(point), f"entry point {point.name}")
    return known


def _of_entry_point(point: EntryPoint) -> list[Declaration]:
    try:
        spec = importlib.util.find_spec(point.module)
        file = Path(spec.origin if spec and spec.origin else "")
        return index.of_file(file, lambda _: importlib.import_module(point.module))
    except Exception as error:  # whatever an installed package raises is about that package
        where = f"entry point {point.name} = {point.value}"
        raise UserError(f"{where}: {type(error).__name__}: {error}") from None


def _add(known: dict[str, dict[str, Declaration]], more: Iterable[Declaration], where: str) -> None:
    """Add declarations; raises UserError where a name is taken by another file or class."""
    for new in more:
        old = known[new.kind].setdefault(new.name, new)
        if (old.file, old.attribute) != (new.file, new.attribute):
            twice = f"declared twice, in {old.file} and in {new.file}; give one another name"
            raise UserError(f"{where}: the {new.kind} {new.name!r} is {twice}")


def use_plugins(paths: Sequence[str]) -> None:
    """Make known what these files declare, in place of the plug-ins given before; without any,
    those stay. Raises UserError."""
    if not paths:
        return
    known = {kind: dict(declared) for kind, declared in _installed().items()}
    files = {path: Path(os.path.abspath(path)) for path in paths}
    for path, file in files.items():
        if not file.is_file():
            raise UserError(f"--plugin {path}: there is no such file")
    path = ", ".join(paths)
    try:
        plugins.use([file for file in files.values() if not is_shipped(file)])
        for path, file in files.items():
            if not is_shipped(file):
                _add(known, _of_plugin(path, file), f"--plugin {path}")
    except UserError:
        raise
    except Exception as error:  # whatever a user's file raises is about that file
        raise UserError(f"--plugin {path}: {type(error).__name__}: {error}") from None
    for kind, declared in known.items():
        table = declarations(kind)
        with_data = {name: one for name, one in table.items() if one.data}
        table.clear()
        table.update(sorted(declared.items()), **with_data)


def _of_plugin(path: str, file: Path) -> list[Declaration]:
    if declared := index.of_file(file, plugins.load):
        return declared
    right = 'decorate a class with @task("name") or @architecture("name")'
    raise UserError(f"--plugin {path}: declares nothing; {right}")


def declared_in(path: str) -> tuple[list[Spec], list[Spec]]:
    """The architectures and the tasks that a file declares, at their defaults."""
    file = os.path.abspath(path)
    architectures, tasks = (
        [with_parameters(found, {}, path) for found in known.values() if found.file == file]
        for known in (architecture_declarations(), task_declarations())
    )
    return architectures, tasks


def make_task(spec: Spec) -> Task:
    """The task a spec names. No data is opened for it."""
    if spec.data:
        from tasks.user_data.task import make

        return make(spec.name, spec.data, dict(spec.parameters), spec.contents)
    return load(spec.target, spec.file)(**dict(spec.parameters))


def load_architecture(spec: Spec) -> type:
    """The class a spec names; imports torch if the class needs it."""
    return load(spec.target, spec.file)


def load_probe(name: str) -> Any:
    """The function that measures."""
    return load(MEASURED[name])


def file_of_probe(name: str) -> str:
    """The source file of a probe."""
    module = MEASURED[name].partition(":")[0]
    return str(ROOT.joinpath(*module.split(".")).with_suffix(".py"))


def load(target: str, file: str = "") -> Any:
    """The object at ``module:attribute``, where the module may be that of a plug-in's file."""
    name, _, attribute = target.partition(":")
    plugin = name.startswith(plugins.PREFIX)
    module = plugins.load(Path(file)) if plugin else importlib.import_module(name)
    return getattr(module, attribute)


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


def spec_of(text: str, kind: str, where: str) -> Spec:
    """The spec that a name with parameters stands for; raises UserError with the nearest."""
    known, (name, given) = declarations(kind), split_name(text, where)
    if name not in known:
        raise unknown(f"{where}: unknown {kind} {name!r}", name, known)
    return with_parameters(known[name], given, where)


def with_parameters(declaration: Declaration, given: Mapping[str, str], where: str) -> Spec:
    """A declaration with some parameters changed from their default; raises UserError."""
    values = dict(declaration.parameters)
    for key, text in given.items():
        if key not in values:
            raise unknown(f"{where}: {declaration.name} has no parameter {key!r}", key, values)
        place = f"{where}: {declaration.name}[{key}={text}]"
        values[key] = _typed(text, values[key], place)
        allowed = declaration.choices.get(key)
        if allowed and values[key] not in allowed:
            raise UserError(f"{place}: {nearest(text, map(str, allowed))}")
    told = {k for k, v in values.items() if v != declaration.parameters[k]}
    changed = [f"{k}={_plain(values[k])}" for k in sorted(told | SETTLED.intersection(given))]
    label = declaration.name + (f"[{','.join(changed)}]" if changed else "")
    where_it_is = (declaration.file, declaration.target, declaration.data)
    return Spec(declaration.name, tuple(sorted(values.items())), label, *where_it_is)


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
        kind = "true or false" if isinstance(default, bool) else f"of type {type(default).__name__}"
        raise UserError(f"{where}: must be {kind}, as in the default {_plain(default)}") from None
    return text


def _plain(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value}"


def select(patterns: Iterable[str], among: list[Spec], kind: str, where: str) -> list[Spec]:
    """The specs that patterns choose, in order, each once.

    A pattern is a glob over names or labels: it chooses from ``among`` (the matrix), else from all
    that are known. Parameters in brackets change those of what was chosen. Raises UserError
    where a pattern chooses nothing.
    """
    known, chosen = declarations(kind), dict[str, Spec]()
    for pattern in patterns:
        exact = [spec for spec in among if spec.label == pattern.strip()]
        name, given = split_name(pattern, where)
        hits = exact or [spec for spec in among if fnmatch.fnmatchcase(spec.name, name)]
        if not hits:
            names = fnmatch.filter(known, name)
            hits = [with_parameters(known[found], {}, where) for found in names]
        if not hits:
            raise unknown(f"{where}: no {kind} matches {name!r}", name, known)
        for spec in hits:
            if given and not exact:
                told = split_name(spec.label, where)[1]
                spec = with_parameters(known[spec.name], told | given, where)
            chosen[spec.label] = spec
    return list(chosen.values())
