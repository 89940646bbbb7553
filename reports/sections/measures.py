"""What a task's records hold beside the score: errors, other splits and measures, samples."""

from functools import partial
from typing import Any

import numpy as np

from reports import formats
from reports.analysis.difference import standing
from reports.analysis.results import Results, TaskInfo
from reports.analysis.solved import mean, solved_or_not
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
RIGHT = 0.999
"""Share of an example's answers that have to be right for it to count as right."""
WORST = 0.1
"""Of errors that are sizes: the share of examples whose part of the whole is given."""


def blocks(results: Results, task: TaskInfo) -> list[Block]:
    """All of it for one task, architectures in the order of the plan; often empty."""
    groups = {
        name: [cell.record for cell in group.cells if cell.record and not cell.hole]
        for name in (*results.baselines, *results.architectures)
        if (group := results.groups.get((task.name, name))) and group.score.n
    }
    tables = {
        "Skill on each test split, each against its own floor and ceiling": _splits(task, groups),
        "Other measures on the test split": _measures(task, groups),
    }
    made: list[Block] = []
    for of, columns in tables.items():
        if columns:
            interval = "" if solved_or_not(task) else ", 95 % interval"
            made.append(Paragraph(f"{of}: mean over seeds{interval}."))
            made.append(table_of(groups, {"architecture": Code, **columns}))
    return [*errors(results, task), *made, *_samples(groups)]


def _splits(task: TaskInfo, groups: dict[str, list[Any]]) -> dict[str, dict[str, str]]:
    splits = dict.fromkeys(s for records in groups.values() for r in records for s in r.skills)
    columns: dict[str, dict[str, str]] = {}
    for split in splits if len(splits) > 1 else ():
        skills = {a: mean((r.skills.get(split) for r in of), task) for a, of in groups.items()}
        columns[split] = {a: formats.skill_with_spread(skill) for a, skill in skills.items()}
    return columns


def _measures(task: TaskInfo, groups: dict[str, list[Any]]) -> dict[str, dict[str, str]]:
    columns: dict[str, dict[str, str]] = {}
    for name, head in MEASURES.items():
        if name == task.metric or (name == "perplexity" and task.metric != "bits"):
            continue  # of classes a perplexity says little
        scale = 1 if name == "perplexity" else 100
        measured = {a: mean((r.scores["test"].get(name) for r in of), task)
                    for a, of in groups.items()}  # fmt: skip
        if any(summary.n for summary in measured.values()):
            digits = partial(_digits, scale)
            columns[head] = {a: formats.with_half(s, digits) for a, s in measured.items()}
    return columns


def _digits(scale: int, value: float | None) -> str:
    return "" if value is None else f"{scale * value:.3g}"


def _samples(groups: dict[str, list[Any]]) -> list[Block]:
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


def errors(results: Results, task: TaskInfo) -> list[Block]:
    """A fold with a table; empty where the scores of test examples are not stored."""
    order = standing(results, task)
    models: dict[str, Any] = {}  # by architecture (seeds, examples), the score of each example
    for name in order.order:
        seeds = results.groups[task.name, name].examples
        if len({len(score) for score, _ in seeds.values()}) == 1:
            models[name] = np.stack([score / np.maximum(w, 1e-9) for score, w in seeds.values()])
    if not models or len({scores.shape[1] for scores in models.values()}) > 1:
        return []
    if task.metric == "accuracy":
        return [_right_or_wrong(models)]
    return [] if task.higher_is_better else _sizes(models)


def _right_or_wrong(models: dict[str, Any]) -> Fold:
    right = {name: scores >= RIGHT for name, scores in models.items()}
    columns: dict[str, Any] = {
        "architecture": str,
        "right with every seed": lambda a: _percent(right[a].all(0).mean()),
        "with some seeds": lambda a: _percent((right[a].any(0) & ~right[a].all(0)).mean()),
        "with no seed": lambda a: _percent((~right[a].any(0)).mean()),
    }
    each = np.concatenate(list(right.values()))
    sentence = (
        f"Errors: Of {each.shape[1]:,} test examples {each.all(0).sum():,} are wholly right with "
        f"every model, {(~each.any(0)).sum():,} with none."
    )
    return Fold(sentence, (table_of(right, columns),))


def _sizes(models: dict[str, Any]) -> list[Block]:
    shares = {}
    for name, scores in models.items():
        errors = np.sort(scores.mean(0))[::-1]
        worst = max(1, round(WORST * len(errors)))
        if errors.sum() > 0 and errors.min() >= 0:
            shares[name] = _percent(errors[:worst].sum() / errors.sum())
    if not shares:
        return []
    first, share = next(iter(shares.items()))
    sentence = (
        f"Errors: The worst {worst:,} of {len(errors):,} test examples carry {share} of the error "
        f"of {first}, the best."
    )
    head = f"share of the error in its worst {100 * WORST:.0f} % of examples"
    return [Fold(sentence, (table_of(shares, {"architecture": str, head: shares}),))]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
