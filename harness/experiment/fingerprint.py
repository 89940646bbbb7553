"""A hash of the code that a result depends on, blind to comments and docstrings."""

import functools
import hashlib
from pathlib import Path

from harness.experiment.imports import closure, source


@functools.cache
def fingerprint(file: str) -> str:
    """Hash of a source file and of all that it is built on: see ``imports.Closure``."""
    built_on = closure(Path(file))
    parts = sorted((place, source(path).meaning) for path, place in built_on.files.items())
    text = repr((parts, sorted(built_on.packages)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
