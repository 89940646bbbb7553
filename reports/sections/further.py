"""What a task's records hold beside the score: other test splits, other measures, samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports import formats
from reports.analysis.results import Group, Results, TaskInfo
from reports.analysis.statistics import Summary, summarize

MEASURES = {
    "perplexity": "perplexity",
    "fluency": "sentences ranked above their scrambled words, %",
    "f1": "F1, %",
    "balanced_accuracy": "balanced accuracy, %",
    "token_error_rate": "symbols wrong (edit distance), %",
    "sequence_error_rate": "sequences not entirely right, %",
}
"""Measures shown where a task's records have them and they are not its metric."""
SHARES = ("fluency", "f1", "balanced_accuracy", "token_error_rate", "sequence_error_rate")
SHOWN = 3
"""Samples of one architecture."""


@dataclass(frozen=True)
class Further:
    """The tables under a task's own; each may be empty."""

    splits: tuple[str, ...]
    """Test splits, where there are several."""
    by_split: list[tuple[str, list[str]]]
    """Architecture, and its skill on each split."""
    measures: tuple[str, ...]
    by_measure: list[tuple[str, list[str]]]
    samples: list[tuple[str, list[dict[str, str]]]]
    """Architecture, and samples of its first seed that has any."""


def further(results: Results, task: TaskInfo) -> Further:
    """All of it for one task, architectures in the order of the plan."""
    named = [
        (name, group)
        for name in (*results.baselines, *results.architectures)
        if (group := results.groups.get((task.name, name))) and group.score.n
    ]
    splits = _splits(named)
    measures = tuple(
        measure
        for measure in MEASURES
        if measure != task.metric
        and (measure != "perplexity" or task.metric == "bits")  # of classes it tells nobody much
        and _any_measure(named, measure)
    )
    samples = [(name, found[:SHOWN]) for name, group in named if (found := _samples(group))]
    return Further(
        splits,
        [(n, [formats.skill_with_spread(_skill(g, s)) for s in splits]) for n, g in named]
        if splits
        else [],
        tuple(MEASURES[m] for m in measures),
        [(n, [_text(m, _measure(g, m)) for m in measures]) for n, g in named] if measures else [],
        samples,
    )


def _records(group: Group) -> list[Any]:
    return [cell.record for cell in group.cells if cell.record and not cell.hole]


def _splits(named: list[tuple[str, Group]]) -> tuple[str, ...]:
    found = dict.fromkeys(s for _, group in named for r in _records(group) for s in r.skills)
    return tuple(found) if len(found) > 1 else ()


def _skill(group: Group, split: str) -> Summary:
    return summarize(record.skills.get(split) for record in _records(group))


def _measure(group: Group, measure: str) -> Summary:
    return summarize(record.scores["test"].get(measure) for record in _records(group))


def _any_measure(named: list[tuple[str, Group]], measure: str) -> bool:
    return any(_measure(group, measure).n for _, group in named)


def _text(measure: str, summary: Summary) -> str:
    if summary.mean is None:
        return ""
    scale = 100 if measure in SHARES else 1
    half = "" if summary.half is None else f" ±{scale * summary.half:.3g}"
    return f"{scale * summary.mean:.3g}{half}"


def _samples(group: Group) -> list[dict[str, str]]:
    return next((record.samples for record in _records(group) if record.samples), [])
