"""What the sections tell alike: numbers with their intervals, and commands."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from reports.analysis.evidence import Evidence
from reports.analysis.material import PROBE
from reports.analysis.results import Part
from reports.sections import reproduction


def parts_of(evidence: Evidence, probe: str) -> list[Part]:
    """The parts with this probe of which there are any records."""
    return [part for part in evidence.results.parts.values() if part.probe == probe and _any(part)]


def parts_named(evidence: Evidence, *names: str) -> list[Part]:
    """The parts with these names of which there are any records."""
    parts = evidence.results.parts
    return [parts[name] for name in names if name in parts and _any(parts[name])]


def _any(part: Part) -> bool:
    return any(cell.record is not None and not cell.refused for cell in part.results.cells)


def command(evidence: Evidence, parts: Sequence[Part]) -> str:
    """What makes the records of some parts of this matrix; of a probe alone its own command."""
    whole = reproduction.command(evidence.results)
    if evidence.results.name.startswith(PROBE):
        return whole
    return " ".join([whole, *(f"--part {shlex.quote(part.name)}" for part in parts)])
