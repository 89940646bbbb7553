"""How each figure is made again: the command that computes its records."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from reports.analysis.results import Results
from reports.sections.beside import PROBE


@dataclass(frozen=True)
class Again:
    """A figure and its command."""

    anchor: str
    """Where it is on the page, or on another one."""
    title: str
    command: str


def command(results: Results, own: bool = False) -> str:
    """What computes the matrix's cells: by its name or file, or the very command of a probe or of
    the user's own data."""
    stored = results.plan.get("command") or ""
    if own or results.name.startswith(PROBE):
        return stored
    try:
        words = shlex.split(stored)
    except ValueError:
        words = []
    named = next((b for a, b in zip(words, words[1:], strict=False) if a == "--matrix"), "")
    return shlex.join(["harness", "run", "--matrix",
                       named if named.endswith(".toml") else results.name])  # fmt: skip


def of_task(results: Results, task: str, own: bool = False) -> str:
    """What computes one task's cells alone."""
    whole = command(results, own)
    return whole if own else f"{whole} --task {shlex.quote(task)}"
