"""Harness: a comparative benchmark of sequence architectures.

import harness
harness.run("quick", tasks=["recall"], architectures=["lstm", "gru"])
harness.results("harness-out")          # a pandas DataFrame
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.api import curves, frame, results, run, scores
    from harness.errors import UserError

__all__ = ["UserError", "__version__", "curves", "frame", "results", "run", "scores"]
__version__ = "0.1.0"

_HOME = dict.fromkeys(("curves", "frame", "results", "run", "scores"), "harness.api")
_HOME["UserError"] = "harness.errors"


def __getattr__(name: str) -> Any:  # so that `import harness` costs nothing
    if name in _HOME:
        from harness.shadowed import refuse_shadowed

        refuse_shadowed()
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'harness' has no attribute {name!r}")
