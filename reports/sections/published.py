"""Published numbers beside those measured here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports.analysis.results import Results
from reports.analysis.statistics import Summary, summarize


@dataclass(frozen=True)
class Comparison:
    """One published number and what stands against it."""

    task: str
    architecture: str
    metric: str
    split: str
    published: str
    measured: str
    n: int
    expected: str
    """What was to be shown here, stated before the run in the matrix file."""
    verdict: str
    """reproduced, not reproduced, or pending"""
    note: str
    source: str


def comparisons(results: Results) -> list[Comparison]:
    """Every published number of the plan, in its order; see ``matrix.Published``."""
    return [_compared(results, entry) for entry in results.plan.get("published", [])]


def _compared(results: Results, entry: dict[str, Any]) -> Comparison:
    split, metric = entry.get("split", "test"), entry["metric"]
    group = results.groups.get((entry["task"], entry["architecture"]))
    records = [c.record for c in group.cells if c.record and not c.hole] if group else []
    found = summarize(record.scores.get(split, {}).get(metric) for record in records)
    low, high = entry.get("above"), entry.get("below")
    bounds = [
        f"above {low:g}" if low is not None else "",
        f"below {high:g}" if high is not None else "",
    ]
    return Comparison(
        entry["task"],
        entry["architecture"],
        metric,
        split,
        f"{entry['value']:.3g}",
        _text(found),
        found.n,
        " and ".join(filter(None, bounds)),
        _verdict(found, low, high),
        entry.get("note", ""),
        entry["source"],
    )


def _verdict(found: Summary, low: float | None, high: float | None) -> str:
    """Whether the mean over seeds lies where it was to lie."""
    if found.mean is None:
        return "pending"
    inside = (low is None or found.mean > low) and (high is None or found.mean < high)
    return "reproduced" if inside else "not reproduced"


def _text(summary: Summary) -> str:
    if summary.mean is None:
        return ""
    half = "" if summary.half is None else f" ±{summary.half:.2g}"
    return f"{summary.mean:.3g}{half}"
