"""A hash of the code that a result depends on, blind to comments and docstrings."""

from __future__ import annotations

import ast
import functools
import hashlib
from pathlib import Path

_ROOT = Path(__file__).parent.parent.parent
_SCIENCE = ("tasks.", "architectures.", "harness.training.", "harness.probes.")
"""What decides a result; the registry, the store and the command line do not."""


@functools.cache
def fingerprint(file: str) -> str:
    """Hash of a source file and of all of the project's files that it imports, directly or not."""
    digest = hashlib.sha256()
    for path in sorted(_reached(Path(file)), key=lambda path: path.parts[-3:]):
        digest.update(_meaning(path))
    return digest.hexdigest()[:12]


def _reached(start: Path) -> set[Path]:
    found: set[Path] = set()
    todo = [start]
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            todo.extend(_imported(path))
    return found


@functools.cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@functools.cache
def _imported(path: Path) -> list[Path]:
    files = []
    for node in ast.walk(_tree(path)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            if name.startswith(_SCIENCE):
                file = _ROOT.joinpath(*name.split(".")).with_suffix(".py")
                if file.is_file():
                    files.append(file)
    return files


@functools.cache
def _meaning(path: Path) -> bytes:
    tree = _tree(path)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and body:
            node.body = [
                statement
                for statement in node.body
                if not (
                    isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
                )
            ]
    return ast.dump(tree).encode()
