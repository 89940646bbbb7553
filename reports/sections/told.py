"""What the sections tell alike: numbers with their intervals, and commands."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterable, Sequence

from reports.analysis.results import Part
from reports.analysis.statistics import Summary, summarize
from reports.claims.amounts import amount
from reports.claims.evidence import Evidence
from reports.sections import reproduce
from reports.sections.beside import PROBE


def parts_of(evidence: Evidence, study: str) -> list[Part]:
    """The parts with this study of which there are any records."""
    return [part for part in evidence.results.parts.values() if part.study == study and _any(part)]


def parts_named(evidence: Evidence, *names: str) -> list[Part]:
    """The parts with these names of which there are any records."""
    parts = evidence.results.parts
    return [parts[name] for name in names if name in parts and _any(parts[name])]


def _any(part: Part) -> bool:
    return any(cell.record is not None and not cell.refused for cell in part.results.cells)


def with_interval(
    values: Summary | Iterable[float | None], text: Callable[[float | None], str] = amount
) -> str:
    """``0.86 [0.84, 0.88]``: the mean with its 95 % interval; the mean alone where there is none
    or it cannot be told from the mean."""
    summary = values if isinstance(values, Summary) else summarize(values)
    if summary.mean is None:
        return ""
    ends = text(summary.low), text(summary.high)
    if summary.half is None or ends == (text(summary.mean),) * 2:
        return text(summary.mean)
    return f"{text(summary.mean)} [{ends[0]}, {ends[1]}]"


def geometric(values: Iterable[float | None]) -> tuple[float | None, float | None, float | None]:
    """The geometric mean of positive numbers and the ends of its 95 % interval, which is that of
    the mean of the logarithms."""
    found = summarize(math.log(value) for value in values if value)
    mean, low, high = (
        None if end is None else math.exp(end) for end in (found.mean, found.low, found.high)
    )
    return mean, low, high


def geometric_with_interval(
    values: Iterable[float | None], text: Callable[[float | None], str] = amount
) -> str:
    """``0.86 [0.84, 0.88]``, as ``geometric`` finds it."""
    mean, low, high = map(text, geometric(values))
    return f"{mean} [{low}, {high}]" if low and (low, high) != (mean, mean) else mean


def command(evidence: Evidence, parts: Sequence[Part]) -> str:
    """What makes the records of some parts of this matrix; of a probe alone its own command."""
    whole = reproduce.command(evidence.results)
    if evidence.results.name.startswith(PROBE):
        return whole
    return " ".join([whole, *(f"--part {shlex.quote(part.name)}" for part in parts)])
