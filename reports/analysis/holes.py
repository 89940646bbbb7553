"""Cells without a score, alike ones together, with their reasons."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.experiment.record import PENDING, Outcome
from reports.analysis.frame import parts_of
from reports.analysis.results import Results

KINDS = {Outcome.NOT_APPLICABLE: "refused", PENDING: "waiting"}


@dataclass
class Hole:
    """Cells without a score that are alike."""

    architecture: str
    part: str
    outcome: str
    id: str
    """The first cell's."""
    tasks: list[str] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    traceback: str = ""

    @property
    def reason(self) -> str:
        return "; ".join(self.reasons)


def holes(results: Results) -> dict[str, list[Hole]]:
    """Cells without a score, alike ones together: failed, refused (not applicable), waiting.

    Each baseline serves few tasks by its nature, so all its refusals stand together. Of the
    cells of parts, those that measured what they were to measure are no holes.
    """
    kinds: dict[str, dict[tuple, Hole]] = {"failed": {}, "refused": {}, "waiting": {}}
    parts = parts_of(results)
    for cell in results.all_cells:
        measured = cell.ok and cell.record is not None and cell.record.measured
        if measured or (not cell.hole and cell.skill is not None):
            continue
        kind = KINDS.get(cell.outcome, "failed")
        outcome = cell.outcome if cell.outcome != Outcome.OK else cell.code
        together = kind == "refused" and cell.architecture in results.baselines
        # Refusals and waiting cells repeat over many tasks; failures stand one by one.
        alike = (
            cell.task if kind == "failed" else "", cell.architecture, parts[cell.id], outcome,
            "" if together else cell.reason,
        )  # fmt: skip
        hole = kinds[kind].setdefault(
            alike, Hole(cell.architecture, parts[cell.id], outcome, cell.id)
        )
        hole.tasks += [cell.task] * (cell.task not in hole.tasks)
        hole.seeds += [cell.seed] * (cell.seed not in hole.seeds)
        hole.reasons += [cell.reason] * (cell.reason not in hole.reasons)
        if cell.record is not None:
            hole.traceback = hole.traceback or cell.record.traceback
    return {kind: list(entries.values()) for kind, entries in kinds.items()}
