"""A probe on its own: the parts of the matrix ``claims`` that it is made of, on other terms."""

import importlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.errors import UserError, nearest
from harness.experiment.matrix import HORIZON, Matrix, Part, outline
from harness.experiment.registry import at_lag, make_task, spec_of

COST = "cost"
PARTS = "reports.claims.matrix"
"""Where the parts of each probe are named; imported when asked for."""


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
    known = importlib.import_module(PARTS).probes()
    if probe not in known:
        raise UserError(f"probe {probe!r}: no such probe; {nearest(probe, known)}")
    whole = outline("claims")
    parts = []
    for part in known[probe]:
        up_to = part.probe == COST and len(part.tasks) > 1
        update: dict[str, Any] = {"seeds": None, "budget": part.budget | dict(budget or {})}
        if architectures:
            update["architectures"] = list(architectures)
        if tasks and not up_to:
            update["tasks"] = list(tasks)
        part = part.model_copy(update=update)
        parts.append(part if lag is None else _at(part, lag, up_to))
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


def _at(part: Part, lag: int, up_to: bool) -> Part:
    """A part at another dependency length, or at its own shorter ones, too."""
    if lag < 1:
        raise UserError(f"--lag {lag}: must be at least 1")
    if part.probe == HORIZON:
        lags = [each for each in part.lags if each < lag] + [lag]
        return part.model_copy(update={"lags": lags})
    tasks = [spec_of(text, "task", "--task") for text in part.tasks]
    at = [at_lag(task, lag, f"--lag {lag}").label for task in tasks]
    if up_to:
        shorter = [task for task in part.tasks if _lag(task) < lag]
        at = [*shorter, at[0]]
    return part.model_copy(update={"tasks": list(dict.fromkeys(at))})


def _lag(text: str) -> int:
    task = make_task(spec_of(text, "task", "--task"))
    return int(getattr(task, task.dependency)) if task.dependency else 0


def listed(text: str) -> list[str]:
    """``rnn,lstm[layers=2,residual=true]`` as its names: commas within brackets part nothing."""
    return [name.strip() for name in re.split(r",(?![^\[]*\])", text) if name.strip()]
