"""Stored tasks and the packages that bring their data."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tasks.task import Examples, Stored

LOADED: dict[Stored, dict[str, Examples]] = {}


def folder(kind: type[Stored], module: str) -> Path:
    """Where the module that brings a task's data is; the test is skipped where it is not."""
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(f"{kind.packages[0]}, which brings the data, is not installed")
    return Path(spec.submodule_search_locations[0])


def loaded(task: Stored, module: str) -> Stored:
    """The task with its data, read once in a process."""
    folder(type(task), module)
    if task not in LOADED:
        LOADED[task] = task.load()
    task.use(LOADED[task])
    return task
