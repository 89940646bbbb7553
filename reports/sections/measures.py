"""What a task's records hold beside the score: other test splits, other measures, samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reports import formats
from reports.analysis.results import Results, TaskInfo
from reports.analysis.statistics import summarize
from reports.document import Block, Code, Fold, Listing, Paragraph, Strong, Text, table_of

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
    columns = {
        s: lambda a, s=s: formats.skill_with_spread(summarize(r.skills.get(s) for r in groups[a]))
        for s in splits
    }
    return [
        Paragraph(
            "Skill on each test split, each against its own floor and ceiling: mean over seeds, "
            "95 % interval."
        ),
        table_of(groups, {"architecture": Code, **columns}),
    ]


def _measures(task: TaskInfo, groups: dict[str, list[Any]]) -> list[Block]:
    """Of classes a perplexity says little."""
    known: dict[str, dict[str, Text]] = {}
    for name, head in MEASURES.items():
        if name == task.metric or (name == "perplexity" and task.metric != "bits"):
            continue
        scores = {a: [r.scores["test"].get(name) for r in records] for a, records in groups.items()}
        summaries = {a: summarize(of_seeds) for a, of_seeds in scores.items()}
        if any(summary.n for summary in summaries.values()):
            digits = _digits(1 if name == "perplexity" else 100)
            known[head] = {a: formats.with_half(s, digits) for a, s in summaries.items()}
    if not known:
        return []
    return [
        Paragraph("Other measures on the test split: mean over seeds, 95 % interval."),
        table_of(groups, {"architecture": Code, **known}),
    ]


def _digits(scale: int) -> Callable[[float | None], str]:
    return lambda value: "" if value is None else f"{scale * value:.3g}"


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
