"""What a task's records hold beside the score: other test splits, other measures, samples."""

from __future__ import annotations

from typing import Any

from reports import formats
from reports.analysis.results import Results, TaskInfo
from reports.analysis.statistics import Summary, summarize
from reports.document import Block, Code, Fold, Listing, Paragraph, Strong, Table, Text

MEASURES = {
    "perplexity": "perplexity",
    "fluency": "sentences ranked above their scrambled words, %",
    "f1": "F1, %",
    "balanced_accuracy": "balanced accuracy, %",
    "token_error_rate": "symbols wrong (edit distance), %",
    "sequence_error_rate": "sequences not entirely right, %",
}
"""Measures shown where a task's records have them and they are not its metric."""
SAMPLES = 3
"""Of one architecture."""


def blocks(results: Results, task: TaskInfo) -> list[Block]:
    """All of it for one task, architectures in the order of the plan; often empty."""
    groups = {
        name: [cell.record for cell in group.cells if cell.record and not cell.hole]
        for name in (*results.baselines, *results.architectures)
        if (group := results.groups.get((task.name, name))) and group.score.n
    }
    return [*_splits(groups), *_measures(task, groups), *_samples(groups)]


def _splits(groups: dict[str, list[Any]]) -> list[Block]:
    """Skill on each test split, where there are several."""
    splits = dict.fromkeys(s for records in groups.values() for r in records for s in r.skills)
    if len(splits) < 2:
        return []
    rows: list[tuple[Text, ...]] = [
        (Code(a), *(formats.skill_with_spread(summarize(r.skills.get(s) for r in records))
                    for s in splits))
        for a, records in groups.items()
    ]  # fmt: skip
    return [
        Paragraph(
            "Skill on each test split, each against its own floor and ceiling: mean over seeds, "
            "95 % interval."
        ),
        Table(("architecture", *splits), tuple(rows)),
    ]


def _measures(task: TaskInfo, groups: dict[str, list[Any]]) -> list[Block]:
    """Of classes a perplexity says little."""
    means = {
        name: [
            summarize(r.scores["test"].get(name) for r in records) for records in groups.values()
        ]
        for name in MEASURES
        if name != task.metric and (name != "perplexity" or task.metric == "bits")
    }
    known = {name: summaries for name, summaries in means.items() if any(s.n for s in summaries)}
    if not known:
        return []
    columns = [[_text(name, s) for s in summaries] for name, summaries in known.items()]
    rows = zip(map(Code, groups), *columns, strict=True)
    return [
        Paragraph("Other measures on the test split: mean over seeds, 95 % interval."),
        Table(("architecture", *(MEASURES[name] for name in known)), tuple(rows)),
    ]


def _text(measure: str, summary: Summary) -> str:
    if summary.mean is None:
        return ""
    scale = 1 if measure == "perplexity" else 100
    half = "" if summary.half is None else f" ±{scale * summary.half:.3g}"
    return f"{scale * summary.mean:.3g}{half}"


def _samples(groups: dict[str, list[Any]]) -> list[Block]:
    """What the first seed that wrote anything wrote."""
    made: list[Block] = []
    for name, records in groups.items():
        if samples := next((r.samples for r in records if r.samples), None):
            made += [Paragraph(Code(name)), Listing(tuple(map(_sample, samples[:SAMPLES])))]
    return [Fold("Samples of what was written", tuple(made))] if made else []


def _sample(sample: dict[str, str]) -> Text:
    """An input with what was written for it; a prompt stands out from what continues it."""
    if "target" in sample:
        return f"“{sample['input']}” → “{sample['output']}”, right: “{sample['target']}”"
    return ("“", Strong(sample["input"]), f"{sample['output']}”")
