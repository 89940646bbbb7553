"""The code that a result depends on: a source file's real imports, followed to their ends."""

from __future__ import annotations

import ast
import atexit
import contextlib
import functools
import hashlib
import importlib.util
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import packages_distributions
from pathlib import Path

from harness.experiment.environment import LIBRARIES, installed
from harness.files import cache_folder, write

ROOT = Path(__file__).parent.parent.parent
PROJECT = ("tasks", "architectures", "harness", "reports")
SCIENCE = ("tasks", "architectures", "harness.training", "harness.probes")
"""What decides a result. The registry, the store, the command line and the report do not."""
MOST_KEPT = 2000
"""Sources that are kept between runs."""
SHOWN = "harness.training.samples"
"""Among these, what only shows a result."""


@dataclass(frozen=True)
class Closure:
    """What a source file is built on, itself included."""

    files: dict[Path, str]
    """Source files, each with its place below the folder that it is imported from."""
    packages: frozenset[str]
    """Installed packages with their versions, ``einops 0.8.0``. Those whose version stands in a
    record's environment are not among them, nor what Harness itself imports."""


def closure(start: Path) -> Closure:
    """The files and packages that a source file imports, directly or not; also what it imports
    inside functions, relative to itself, from beside itself, or by ``import_module("name")``.
    What is imported under ``TYPE_CHECKING`` is not: it never is."""
    search = (str(root_of(start)), *sys.path)
    shipped = is_shipped(start)
    files = {start: str(start.relative_to(ROOT)) if shipped else ""}
    packages: set[str] = set()
    todo = [start]
    while todo:
        importer = todo.pop()
        for level, name in source(importer).imports:
            if level:
                above = [*Path(files[importer]).parents, *level * [Path()]][level - 1]
                folder = importer.parents[level - 1]
                imported = _below(folder, "__init__", above) | _below(folder, name, above)
            else:
                imported = _absolute(name, search, is_shipped(importer), packages)
            for file, place_of_file in imported.items():
                if file not in files and (not is_shipped(file) or _decides(file)):
                    files[file] = place_of_file
                    todo.append(file)
    return Closure(files, frozenset(packages))


def package_of(file: Path) -> list[str]:
    """The package that a file with relative imports is in, from the outermost on."""
    names: list[str] = []
    if any(level for level, _ in source(file).imports):
        folder = file.parent
        while (folder / "__init__.py").is_file():
            names.insert(0, folder.name)
            folder = folder.parent
    return names


def root_of(file: Path) -> Path:
    """The folder that a file's own modules are imported from: its own, or its package's."""
    return file.parents[len(package_of(file))]


def is_shipped(file: Path) -> bool:
    """Whether a file is part of Harness."""
    return file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0] in PROJECT


def _decides(file: Path) -> bool:
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    return name != SHOWN and any(name.startswith(f"{package}.") for package in SCIENCE)


@dataclass(frozen=True)
class Source:
    """What a source file says."""

    imports: tuple[tuple[int, str], ...]
    """The modules it names: dots before the name, and the name."""
    meaning: str
    """Hash of its code, whatever its comments, docstrings and layout."""


@functools.cache
def source(file: Path) -> Source:
    """Read a source file; of a compiled one only that it is the same."""
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if file.suffix != ".py":
        return Source((), digest)
    known, name = _kept(), f"{file} {digest}"
    if name not in known:
        known[name] = _parsed(content, file)
    return known[name]


def _parsed(content: bytes, file: Path) -> Source:
    module = ast.parse(content, str(file))
    imports = tuple(dict.fromkeys(_imports(module)))
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [statement for statement in node.body if not _is_text(statement)]
    return Source(imports, hashlib.sha256(ast.dump(module).encode()).hexdigest())


@functools.cache
def _kept() -> dict[str, Source]:
    """Sources by file and hash of its content, as the user's cache folder has them; written there
    when Python ends, since to parse them all takes a second."""
    known: dict[str, Source] = {}
    with contextlib.suppress(OSError, ValueError, TypeError, RuntimeError):
        for name, (imports, meaning) in json.loads(_place().read_text(encoding="utf-8")).items():
            known[name] = Source(tuple((level, module) for level, module in imports), meaning)
    if len(known) > MOST_KEPT:  # most of them of files that are not so any more
        known.clear()
    atexit.register(_keep, known, len(known))
    return known


def _keep(known: dict[str, Source], before: int) -> None:
    if len(known) > before:
        text = json.dumps({name: (s.imports, s.meaning) for name, s in known.items()})
        with contextlib.suppress(OSError, RuntimeError):
            write(_place(), text.encode())


def _place() -> Path:
    """A file of its own for each version of what parses: of Python, and of this module."""
    by = f"{sys.version_info[:2]}{ROOT}".encode() + Path(__file__).read_bytes()
    return cache_folder() / f"sources-{hashlib.sha256(by).hexdigest()[:16]}.json"


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _imports(module: ast.Module) -> Iterator[tuple[int, str]]:
    todo: list[ast.AST] = [module]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            todo.extend(node.orelse)
            continue
        todo.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [node.module] if node.module else []
            yield from ((node.level, ".".join([*base, alias.name])) for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield 0, node.args[0].value


def _absolute(
    name: str, search: tuple[str, ...], by_harness: bool, packages: set[str]
) -> dict[Path, str]:
    """The files of a module named in full; an installed package is noted with its version."""
    top = name.partition(".")[0]
    if top in PROJECT:
        return _below(ROOT, name)
    if by_harness or top in sys.stdlib_module_names:
        return {}
    folder = folder_of(top, search)
    if folder is None or {"site-packages", "dist-packages"} & set(folder.parts):
        if known := _installed(top):
            packages.add(known)
        return {}
    return _below(folder, name)


def folder_of(top: str, search: tuple[str, ...]) -> Path | None:
    """The folder that a top-level module or package is imported from."""
    for entry in search:
        if _below(Path(entry), top) or (Path(entry) / top).is_dir():
            return Path(entry)
    try:  # an editable installation may have a finder of its own
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    origin = spec.origin if spec else None
    if not origin or not Path(origin).is_file():
        return None
    return Path(origin).parents[1 if spec and spec.submodule_search_locations else 0]


def _below(folder: Path, name: str, at: Path = Path()) -> dict[Path, str]:
    """The files that are read when a module below a folder is imported: its own, and those of the
    packages it is in, each with its place, where the folder is at ``at``. The last parts of a
    name may be of what is in the module."""
    files: dict[Path, str] = {}
    for part in name.split("."):
        init = folder / part / "__init__.py"
        if init.is_file():
            files[init] = str(at / part / "__init__.py")
        elif not (folder / part).is_dir():
            for suffix in (".py", *EXTENSION_SUFFIXES):
                if (file := folder / f"{part}{suffix}").is_file():
                    files[file] = str(at / file.name)
                    break
            break
        folder, at = folder / part, at / part
    return files


@functools.cache
def _installed(top: str) -> str | None:
    """The distribution of a package with its version; None where the environment tells it."""
    names = [top] if installed(top) else packages_distributions().get(top, [])
    known = [f"{name} {installed(name)}" for name in names if name.lower() not in LIBRARIES]
    return ", ".join(sorted(known)) or None


@functools.cache
def fingerprint(file: str) -> str:
    """Hash of a source file and of all that it is built on, blind to comments and docstrings."""
    built_on = closure(Path(file))
    parts = sorted((place, source(path).meaning) for path, place in built_on.files.items())
    text = repr((parts, sorted(built_on.packages)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def forget() -> None:
    """Read files again that may have changed since."""
    fingerprint.cache_clear()
    source.cache_clear()
    _installed.cache_clear()
