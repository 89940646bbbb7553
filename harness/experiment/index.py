"""What tasks and architectures declare, by importing them; kept on disk, since that takes torch.

The index of a group of files is kept in the user's cache folder with a hash of their content. It
is made anew whenever that is another; one that is missing, broken or cannot be written costs only
the time to import the files again.
"""

import contextlib
import dataclasses
import hashlib
import importlib
import inspect
import json
import pkgutil
import re
import sys
import time
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from harness import files
from harness.errors import UserError
from harness.experiment import imports

Value = int | float | str | bool

KEPT = 60 * 86400.0
"""Seconds that an index is kept after it was made."""
SHIPPED = ("tasks.synthetic", "tasks.real", "architectures", "architectures.baselines")


@dataclass(frozen=True)
class Declaration:
    """What is known of a task or an architecture without importing it."""

    name: str
    summary: str
    parameters: Mapping[str, Value]
    """Defaults of its parameters."""
    file: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    """An architecture's decorator arguments; a task's problem, metric and tags."""
    choices: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    """The values allowed, for parameters annotated as a ``Literal``."""
    kind: str = "task"
    """or architecture"""
    target: str = ""
    """Where the class is: ``module:attribute``."""
    data: str = ""
    """The file of a task from the user's data; see ``harness.experiment.user_data``."""

    @property
    def attribute(self) -> str:
        """The name of the class in its module."""
        return self.target.partition(":")[2]


def shipped() -> list[Declaration]:
    """The tasks and architectures that come with Harness."""
    packages = {name: importlib.import_module(name) for name in SHIPPED}
    folders = {imports.ROOT / "tasks", *(Path(f) for p in packages.values() for f in p.__path__)}
    sources = sorted({file for folder in folders for file in folder.rglob("*.py")})
    names = [
        f"{name}.{module.name}"
        for name, package in packages.items()
        for module in pkgutil.iter_modules(package.__path__)
    ]
    return _kept("shipped", sources, (), lambda: _declared_in(map(importlib.import_module, names)))


def of_file(file: Path, load: Callable[[Path], ModuleType]) -> list[Declaration]:
    """What a file declares, which ``load`` imports."""
    built_on = imports.closure(file)
    sources, packages = sorted(built_on.files), sorted(built_on.packages)
    return _kept(str(file), sources, packages, lambda: _declared_in([load(file)]))


def _declared_in(modules: Iterable[ModuleType]) -> list[Declaration]:
    classes = {
        cls: attribute
        for module in modules
        for attribute, cls in vars(module).items()
        if isinstance(cls, type)
        and f"{cls.__module__}.".startswith(f"{module.__name__}.")
        # The class itself is decorated, not only what it inherits from.
        and ("declared" in vars(cls) or (hasattr(cls, "problem") and "name" in vars(cls)))
    }
    return [_describe(cls, attribute) for cls, attribute in classes.items()]


def _describe(cls: Any, attribute: str) -> Declaration:
    is_task = not hasattr(cls, "declared")
    module = sys.modules[cls.__module__]
    file = module.__file__ or ""
    where = f"{file}: class {cls.__name__}"
    if is_task and not dataclasses.is_dataclass(cls):
        raise UserError(f"{where}: a task must be a frozen dataclass")
    if is_task:
        facts = {
            "problem": str(cls.problem),
            "metric": cls.metric,
            "tags": list(cls.tags),
            "causal": cls.causal,
            "source": cls.source,
        }
    else:
        facts = {key: value for key, value in cls.declared.items() if key != "name"}
    parameters = {name: p.default for name, (p, _) in parameters_of(cls).items()}
    for name, default in parameters.items():
        if not isinstance(default, Value | None):
            right = "must be a number, a text, true or false"
            raise UserError(f"{where}: the default of the parameter {name} {right}")
    choices = {name: allowed for name, (_, allowed) in parameters_of(cls).items() if allowed}
    return Declaration(
        kind="task" if is_task else "architecture",
        name=cls.name if is_task else cls.declared["name"],
        summary=_first_line(cls.__doc__),
        parameters=parameters,
        file=file,
        target=f"{cls.__module__}:{attribute}",
        facts=facts,
        choices=choices,
    )


def parameters_of(cls: type) -> dict[str, tuple[inspect.Parameter, list[Value]]]:
    """The parameters of a class by name, each with the values its ``Literal`` allows: those of its
    ``__init__`` that have a default, in an architecture the keyword-only ones. Where it takes
    ``**others``, those of the class it inherits from come first."""
    parameters: dict[str, tuple[inspect.Parameter, list[Value]]] = {}
    for base in cls.__mro__:
        init = vars(base).get("__init__")
        if init is None:
            continue
        signature = inspect.signature(init).parameters.values()
        named = {
            p.name: (p, _allowed(p.annotation, init.__globals__))
            for p in signature
            if p.default is not p.empty
            and (p.kind is p.KEYWORD_ONLY or dataclasses.is_dataclass(base))
        }
        parameters = {**named, **parameters}
        if not any(p.kind is p.VAR_KEYWORD for p in signature):
            break
    return parameters


def _allowed(annotation: Any, names: dict[str, Any]) -> list[Value]:
    """The values of a ``Literal[...]``; empty for any other annotation."""
    if isinstance(annotation, str):
        try:
            annotation = eval(annotation, names)
        except Exception:  # of something that is imported for type checkers only
            return []
    return [*typing.get_args(annotation)] if typing.get_origin(annotation) is typing.Literal else []


def _first_line(docstring: str | None) -> str:
    text = " ".join((docstring or "").split("\n\n")[0].replace("``", "").split())
    match = re.match(r"(.+?[^.](?<! al)(?<! cf))[.:](?= |$)", text)
    return match[1] if match else text


def _kept(
    what: str, sources: list[Path], packages: Iterable[str], make: Callable[[], list[Declaration]]
) -> list[Declaration]:
    """The declarations in these files, from the index if that is of the same content."""
    digest = hashlib.sha256(repr((sys.version_info[:2], *packages)).encode())
    for file in (Path(__file__), *sources):
        digest.update(f"\0{file}\0".encode() + file.read_bytes())
    content = digest.hexdigest()
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RuntimeError):
        kept = json.loads(_place(what).read_text(encoding="utf-8"))
        if kept["content"] == content:
            return [Declaration(**declaration) for declaration in kept["declarations"]]
    made = make()
    text = json.dumps({"content": content, "declarations": [vars(d) for d in made]})
    with contextlib.suppress(OSError, RuntimeError):
        place = _place(what)
        place.parent.mkdir(parents=True, exist_ok=True)
        files.write(place, text.encode())
        for other in place.parent.glob("declarations-*"):  # of plug-ins that are long gone
            if time.time() - other.stat().st_mtime > KEPT:
                other.unlink(missing_ok=True)
    return [Declaration(**declaration) for declaration in json.loads(text)["declarations"]]


def _place(what: str) -> Path:
    """The file of an index; raises RuntimeError where the user has no home."""
    name = hashlib.sha256(f"{imports.ROOT}\0{what}".encode()).hexdigest()[:16]
    return files.cache_folder() / f"declarations-{name}.json"
