"""Published numbers beside those measured here."""

from __future__ import annotations

from typing import Any

from reports.analysis.results import Results
from reports.analysis.statistics import Summary, summarize
from reports.document import Block, Cell, Code, Heading, Paragraph, Table, Text

PLACE = 100

HEADS = (
    "task", "architecture", "metric", "published", "measured", "n", "to be shown", "verdict",
    "what differs", "source",
)  # fmt: skip


def blocks(results: Results) -> list[Block]:
    """Every published number of the plan, in its order; see ``matrix.Published``."""
    rows = tuple(_row(results, entry) for entry in results.plan.get("published", []))
    if not rows:
        return []
    return [
        Heading("Published and measured", "published"),
        Paragraph(
            "What was to be shown here was stated in the matrix file before the run; reproduced "
            "means that the mean over seeds lies there. The intervals are 95 %."
        ),
        Table(HEADS, rows),
    ]


def _row(results: Results, entry: dict[str, Any]) -> tuple[Text | Cell, ...]:
    split, metric = entry.get("split", "test"), entry["metric"]
    group = results.groups.get((entry["task"], entry["architecture"]))
    records = [c.record for c in group.cells if c.record and not c.hole] if group else []
    measured = summarize(record.scores.get(split, {}).get(metric) for record in records)
    low, high = entry.get("above"), entry.get("below")
    expected = [
        f"above {low:g}" if low is not None else "",
        f"below {high:g}" if high is not None else "",
    ]
    half = "" if measured.half is None else f" ±{measured.half:.2g}"
    return (
        Code(entry["task"]),
        Code(entry["architecture"]),
        metric if split == "test" else f"{metric} on {split}",
        f"{entry['value']:.3g}",
        "" if measured.mean is None else f"{measured.mean:.3g}{half}",
        str(measured.n),
        " and ".join(filter(None, expected)),
        _verdict(measured, low, high),
        entry.get("note", ""),
        entry["source"],
    )


def _verdict(measured: Summary, low: float | None, high: float | None) -> str:
    """Whether the mean over seeds lies where it was to lie."""
    if measured.mean is None:
        return "pending"
    inside = (low is None or measured.mean > low) and (high is None or measured.mean < high)
    return "reproduced" if inside else "not reproduced"
