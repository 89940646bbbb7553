"""A probe on its own: the parts of the matrix ``claims`` that it is made of, on other terms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.errors import UserError, nearest
from harness.experiment.matrix import HORIZON, Matrix, Part, load, matches
from harness.experiment.registry import at_lag, make_task, spec_of, task_declarations

ALONE = {
    "gradient-flow": ("gradient-flow",),
    "horizon": ("horizon",),
    "length-generalisation": ("length",),
    "cost-growth": ("cost-length", "cost-batch-*", "cost-width-*"),
    "stability": ("clip-on", "clip-off"),
}
"""The probes that can be run alone, and the parts that each is made of."""


def alone(
    probe: str,
    tasks: Sequence[str] = (),
    architectures: Sequence[str] = (),
    lag: int | None = None,
    seeds: int = 3,
    budget: Mapping[str, Any] | None = None,
) -> Matrix:
    """The matrix of a probe; raises UserError.

    tasks, architectures: instead of the probe's own. lag: the dependency length of all tasks; of a
    horizon and of cost growth the longest that is tried. budget: terms that differ.
    """
    if probe not in ALONE:
        raise UserError(f"probe {probe!r}: no such probe; {nearest(probe, ALONE)}")
    whole = load("claims")
    parts = []
    for part in whole.parts:
        if not any(matches(part.name, pattern) for pattern in ALONE[probe]):
            continue
        update: dict[str, Any] = {"seeds": None, "budget": part.budget | dict(budget or {})}
        if architectures:
            update["architectures"] = list(architectures)
        if tasks and part.name != "cost-length":
            update["tasks"] = list(tasks)
        part = part.model_copy(update=update)
        parts.append(_at(part, lag) if lag is not None else part)
    described = f"The probe {probe} on its own."
    return whole.model_copy(
        update={
            "name": f"probe-{probe}",
            "description": described,
            "tasks": [],
            "architectures": [],
            "seeds": list(range(seeds)),
            "parts": parts,
        }
    )


def _at(part: Part, lag: int) -> Part:
    """A part at another dependency length, or up to it."""
    if lag < 1:
        raise UserError(f"--lag {lag}: must be at least 1")
    if part.probe == HORIZON:
        lags = [each for each in part.lags if each < lag] + [lag]
        return part.model_copy(update={"lags": lags})
    tasks = [spec_of(text, task_declarations(), "task", "--task") for text in part.tasks]
    at = [at_lag(task, lag, f"--lag {lag}").label for task in tasks]
    if part.name == "cost-length":
        shorter = [task for task in part.tasks if _lag(task) < lag]
        at = [*shorter, at[0]]
    return part.model_copy(update={"tasks": list(dict.fromkeys(at))})


def _lag(text: str) -> int:
    task = make_task(spec_of(text, task_declarations(), "task", "--task"))
    return int(getattr(task, task.dependency)) if task.dependency else 0


def listed(text: str) -> list[str]:
    """``rnn,lstm[layers=2,residual=true]`` as its names: commas within brackets part nothing."""
    return [name.strip() for name in re.split(r",(?![^\[]*\])", text) if name.strip()]
