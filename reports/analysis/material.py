"""What the sections of a report are written from: everything is read or computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.experiment.store import Store
from reports.analysis import ranking, user_data
from reports.analysis.advice import Choice
from reports.analysis.evidence import Evidence, gather
from reports.analysis.results import Results

CLAIMS = "claims"
"""The matrix that measures everything; what another one lacks is taken from it."""
PROBE = "probe-"
"""What the name of a matrix begins with that ``harness probe`` made."""


@dataclass(frozen=True)
class Material:
    """A matrix in its store."""

    store: Store
    results: Results
    inside: Sequence[Mapping[str, Any]] = ()
    """What is inside some models, see ``harness.probes.gallery``."""

    @cached_property
    def judged(self) -> Results:
        """The results but for the rows that are there for control."""
        return user_data.without_controls(self.results)

    @cached_property
    def compared(self) -> ranking.Comparison:
        """The architectures over the tasks that they share."""
        return ranking.compare(self.judged)

    @cached_property
    def user_data(self) -> list[Choice]:
        """What to take for each task of the user's own data."""
        return [Choice(self.results, *pair) for pair in user_data.controls(self.results)]

    @property
    def only_user_data(self) -> bool:
        """Whether the matrix has no other tasks."""
        return bool(self.user_data) and len(self.user_data) == len(self.judged.tasks)

    @property
    def probe(self) -> bool:
        """Whether the matrix is a probe on its own, which does not lack the others."""
        return self.results.name.startswith(PROBE)

    @cached_property
    def evidence(self) -> Evidence:
        """What the matrix measured beside the score."""
        return Evidence(self.results, self.store.updates)

    @cached_property
    def claims(self) -> Evidence | None:
        """The matrix ``claims`` of the same folder, if it has any record and is not this one."""
        if self.results.name == CLAIMS or self.probe or CLAIMS not in self.store.plans():
            return None
        other = gather(self.store, CLAIMS)
        return other if any(cell.record for cell in other.results.all_cells) else None
