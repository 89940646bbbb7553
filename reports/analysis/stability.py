"""How much the loss and the gradient change from one update to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.experiment.record import Outcome
from reports.analysis.cells import Cell
from reports.analysis.evidence import Evidence, frame_of

if TYPE_CHECKING:
    from pandas import DataFrame

PARTS = {"on": "clip-on", "off": "clip-off"}
"""The part in which gradients are clipped, and the one in which they are not."""
LIMIT = 1.0
"""The gradient norm from which on an update counts as large where none is clipped; where they are,
it is the norm that they are clipped to."""


def trainings(evidence: Evidence) -> DataFrame:
    """A row for each task, architecture, ``how`` (on, off: whether gradients are clipped) and seed.

    ``diverged``: the loss was in the end no number. ``limit``: the gradient norm beyond which an
    update is clipped, or would be; ``clipped``: the share of such updates. ``losses``: by update.
    ``loss``, ``norm``: the spread of the loss, and of the gradient's norm before clipping, from
    update to update, see ``step_to_step``; ``largest``: the largest norm that was a number.
    """
    return frame_of(
        {"task": task, "architecture": a, "how": how, "seed": cell.seed,
         "diverged": cell.outcome == Outcome.DIVERGED, "skill": cell.skill}
        | _of_updates(evidence.read_updates(cell.id), limit)
        for how, part in PARTS.items()
        for task in evidence.tasks(part)
        for a in evidence.architectures(part)
        if (limit := _limit(evidence.cells(part, task, a)))
        for cell in evidence.cells(part, task, a)
    )  # fmt: skip


def _limit(cells: Iterable[Cell]) -> float | None:
    """None where none of them has run."""
    budgets = [c.record.key.get("budget", {}) for c in cells if c.record and not c.refused]
    return (budgets[0].get("clip_norm") or LIMIT) if budgets else None


def _of_updates(arrays: Mapping[str, np.ndarray], limit: float) -> dict[str, Any]:
    norms = arrays.get("norm", np.array([]))
    numbers = norms[np.isfinite(norms)]
    return {
        "limit": limit,
        "losses": arrays.get("loss"),
        **{of: step_to_step(arrays.get(of, np.array([]))) for of in ("loss", "norm")},
        "clipped": float(1 - np.mean(norms <= limit)) if len(norms) else None,
        "largest": float(numbers.max()) if len(numbers) else None,
    }


def step_to_step(values: np.ndarray) -> float | None:
    """Standard deviation (n - 1 in the denominator) of log(value after) - log(value before), over
    the steps at both ends of which it is a positive number; None with fewer than two of them."""
    known = np.isfinite(values) & (values > 0)
    logs = np.log(np.where(known, values, 1.0))
    changes = np.diff(logs)[known[1:] & known[:-1]]
    return float(changes.std(ddof=1)) if len(changes) > 1 else None
