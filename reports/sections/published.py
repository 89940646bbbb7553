"""Published numbers beside those measured here."""

import math
from collections.abc import Sequence

from harness.experiment.matrix import Published
from harness.experiment.record import Record
from reports.analysis.results import Results
from reports.analysis.solved import solved_or_not
from reports.analysis.statistics import Summary, summarize
from reports.document import Block, Code, Heading, Paragraph, Table, Text

PLACE = 100
RANGE = 6
"""Seeds from which on the median of all lies between their lowest and highest in 95 % of the cases
or more: all are on one side of it in 2 of 2 ** n (the sign test)."""


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
            "95 % interval lies there; not reproduced: it lies elsewhere; open: it holds both. "
            "The interval is Student's of the mean over seeds; where seeds solve a task or do not, "
            f"it is that of the median, from the lowest to the highest of at least {RANGE} seeds. "
            "Where a failure to learn was published, fewer updates than in that training show "
            "nothing, unless validation had stopped improving."
        ),
        Table(tuple(rows[0]), tuple(tuple(row.values()) for row in rows)),
    ]


def _row(results: Results, entry: Published) -> dict[str, Text]:
    group = results.groups.get((entry.task, entry.architecture))
    records = [c.record for c in group.cells if c.record and not c.hole] if group else []
    scores = [r.scores.get(entry.split, {}).get(entry.metric) for r in records]
    measured = summarize(scores)
    ends = _interval(measured, scores, records)
    mean, low, high = measured.mean, entry.above, entry.below
    verdict = "pending"
    if mean is not None:
        verdict = _verdict(entry, ends)
        failed = low if records[0].higher_is_better is False else high
        if failed is not None and verdict == "reproduced" and _too_short(entry, records):
            verdict = "fewer updates than published"
    shown = {"above": low, "below": high}
    return {
        "task": Code(entry.task),
        "architecture": Code(entry.architecture),
        "metric": entry.metric + f" on {entry.split}" * (entry.split != "test"),
        "published": f"{entry.value:.3g}",
        "measured": "" if mean is None else f"{mean:.3g}",
        "95 % interval": f"{ends[0]:.3g} to {ends[1]:.3g}" if ends else "",
        "n": str(measured.n),
        "to be shown": " and ".join(f"{end} {x:g}" for end, x in shown.items() if x is not None),
        "verdict": verdict,
        "what differs": entry.note,
        "source": entry.source,
    }


def _interval(
    mean: Summary, scores: Sequence[float | None], records: Sequence[Record]
) -> tuple[float, float] | None:
    """Of the mean, or where seeds solve the task or do not, of the median; None of too few."""
    known = [score for score in scores if score is not None]
    if not known:
        return None
    if solved_or_not(records[0]):
        return (min(known), max(known)) if len(known) >= RANGE else None
    low, high = mean.low, mean.high
    return None if low is None or high is None else (low, high)


def _verdict(entry: Published, interval: tuple[float, float] | None) -> str:
    """By the interval; where there is none, nothing is decided."""
    if interval is None:
        return "open"
    low, high = interval
    least = -math.inf if entry.above is None else entry.above
    most = math.inf if entry.below is None else entry.below
    if least < low and high < most:
        return "reproduced"
    return "not reproduced" if high <= least or low >= most else "open"


def _too_short(entry: Published, records: Sequence[Record]) -> bool:
    """Whether any training ended before the published number of updates, still improving."""
    most = entry.updates or 0
    return any(r.steps < most and r.stopped not in ("patience", "solved") for r in records)
