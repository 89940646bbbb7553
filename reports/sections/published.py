"""Published numbers beside those measured here."""

from harness.experiment.matrix import Published
from reports.analysis.results import Results
from reports.analysis.statistics import summarize
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
        Paragraph("Reproduced: the mean over seeds lies where it was stated beforehand."),
        Table(tuple(rows[0]), tuple(tuple(row.values()) for row in rows)),
    ]


def _row(results: Results, entry: Published) -> dict[str, Text]:
    group = results.groups.get((entry.task, entry.architecture))
    records = [c.record for c in group.cells if c.record and not c.hole] if group else []
    measured = summarize(r.scores.get(entry.split, {}).get(entry.metric) for r in records)
    low, high, verdict = entry.above, entry.below, "pending"
    if (mean := measured.mean) is not None:
        inside = (low is None or mean > low) and (high is None or mean < high)
        verdict = "reproduced" if inside else "not reproduced"
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
