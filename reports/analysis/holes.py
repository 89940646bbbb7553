"""Cells without a score, alike ones together, with their reasons."""

from dataclasses import dataclass
from typing import Any

from harness.experiment.record import PENDING, Outcome
from reports.analysis.cells import Cell
from reports.analysis.frame import parts_of
from reports.analysis.results import Results


@dataclass(frozen=True)
class Hole:
    """Cells without a score that are alike, of one architecture and part."""

    part: str
    outcome: str
    cells: list[Cell]

    def each(self, name: str) -> list[Any]:
        """What the cells have of a name, such as ``task`` or ``reason``: each value once."""
        return list(dict.fromkeys(getattr(cell, name) for cell in self.cells))

    @property
    def traceback(self) -> str:
        """The first one, if there is any."""
        texts = (cell.record.traceback for cell in self.cells if cell.record)
        return next(filter(None, texts), "")


def holes(results: Results) -> dict[str, list[Hole]]:
    """Cells without a score, alike ones together: failed, refused (not applicable), waiting.

    Each baseline serves few tasks by its nature, so all its refusals stand together. Of the
    cells of parts, those that measured what they were to measure are no holes.
    """
    kind_of = {Outcome.NOT_APPLICABLE: "refused", PENDING: "waiting"}
    kinds: dict[str, dict[Any, Hole]] = {"failed": {}, "refused": {}, "waiting": {}}
    parts = parts_of(results)
    for cell in results.all_cells:
        measured = cell.ok and cell.record is not None and cell.record.measured
        if measured or (not cell.hole and cell.skill is not None):
            continue
        kind = kind_of.get(cell.outcome, "failed")
        outcome = cell.code if cell.ok else cell.outcome
        together = kind == "refused" and cell.architecture in results.baselines
        # Refusals and waiting cells repeat over many tasks; failures stand one by one.
        task, reason = cell.task if kind == "failed" else "", "" if together else cell.reason
        key = parts[cell.id], outcome, cell.architecture, task, reason
        kinds[kind].setdefault(key, Hole(parts[cell.id], outcome, [])).cells.append(cell)
    return {kind: list(alike.values()) for kind, alike in kinds.items()}
