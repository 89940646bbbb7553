"""Published numbers beside those measured here."""

import math
from collections.abc import Sequence

from harness.experiment.matrix import Published
from harness.experiment.record import Record
from reports.analysis.results import Results
from reports.analysis.statistics import Summary, summarize
from reports.document import Block, Code, Heading, Paragraph, Table, Text

PLACE = 100


def blocks(results: Results) -> list[Block]:
    """Every published number of the plan, in its order."""
    entries = [Published(**entry) for entry in results.plan.get("published", [])]
    if not entries:
        return []
    rows = [_row(results, entry) for entry in entries]
    return [
        Heading("Published and measured", "published"),
        Paragraph(
            "What was to be shown was stated in the matrix file before the run. Reproduced: the "
            "95 % interval of the mean over seeds lies there; not reproduced: it lies elsewhere; "
            "open: it holds both. Where a failure to learn was published, fewer updates than in "
            "that training show nothing, unless validation had stopped improving."
        ),
        Table(tuple(rows[0]), tuple(tuple(row.values()) for row in rows)),
    ]


def _row(results: Results, entry: Published) -> dict[str, Text]:
    group = results.groups.get((entry.task, entry.architecture))
    records = [c.record for c in group.cells if c.record and not c.hole] if group else []
    measured = summarize(r.scores.get(entry.split, {}).get(entry.metric) for r in records)
    mean, low, high = measured.mean, entry.above, entry.below
    verdict = "pending"
    if mean is not None:
        verdict = _verdict(entry, measured)
        failed = low if records[0].higher_is_better is False else high
        if failed is not None and verdict == "reproduced" and _too_short(entry, records):
            verdict = "fewer updates than published"
    ends = {"above": low, "below": high}
    half = "" if measured.half is None else f" ±{measured.half:.2g}"
    return {
        "task": Code(entry.task),
        "architecture": Code(entry.architecture),
        "metric": entry.metric + f" on {entry.split}" * (entry.split != "test"),
        "published": f"{entry.value:.3g}",
        "measured": "" if mean is None else f"{mean:.3g}{half}",
        "n": str(measured.n),
        "to be shown": " and ".join(f"{end} {x:g}" for end, x in ends.items() if x is not None),
        "verdict": verdict,
        "what differs": entry.note,
        "source": entry.source,
    }


def _verdict(entry: Published, measured: Summary) -> str:
    """By the interval; with one seed there is none, and nothing is decided."""
    low, high = measured.low, measured.high
    if low is None or high is None:
        return "open"
    least = -math.inf if entry.above is None else entry.above
    most = math.inf if entry.below is None else entry.below
    if least < low and high < most:
        return "reproduced"
    return "not reproduced" if high <= least or low >= most else "open"


def _too_short(entry: Published, records: Sequence[Record]) -> bool:
    """Whether any training ended before the published number of updates, still improving."""
    most = entry.updates or 0
    return any(r.steps < most and r.stopped not in ("patience", "solved") for r in records)
