"""On what terms the architectures were compared: the budget, the exceptions, the machines."""

from __future__ import annotations

import json
from typing import Any

from reports import formats
from reports.analysis.results import Results

BUDGET = {
    "steps": "training updates, at most",
    "batch": "examples in an update",
    "match": "what is made equal by turning the width",
    "parameters": "parameters to match, without the shared embedding",
    "flops": "floating-point operations of an update, to match",
    "width": "width of all",
    "embedding": "size of the shared embedding of tokens",
    "optimizer": "optimizer",
    "learning_rate": "learning rate",
    "schedule": "learning-rate schedule",
    "dropout": "share of features left out before and after the body, in training",
    "clip_norm": "gradient norm is clipped at",
    "evaluate_every": "updates between two evaluations on validation",
    "patience": "evaluations without improvement before training ends",
    "beam": "beams with which a decoder is tested beside greedy decoding",
    "solved": "training ends when validation reaches this skill",
    "seconds": "seconds a cell may take",
}
SIZES = {"parameters": "parameters", "flops": "flops", "none": "width"}
"""The term of the budget that says the size, by what is matched."""


def exceptions(results: Results) -> list[dict[str, Any]]:
    """The notes of all records, each once, with whom and what they concern."""
    found: dict[str, dict[str, Any]] = {}
    for cell in results.all_cells:
        for note in dict.fromkeys(cell.record.notes if cell.record else ()):
            entry = found.setdefault(
                note, {"note": note, "architectures": [], "tasks": [], "count": 0}
            )
            entry["count"] += 1
            for where, name in (("architectures", cell.architecture), ("tasks", cell.task)):
                entry[where] += [name] * (name not in entry[where])
    return list(found.values())


def budget(results: Results) -> list[tuple[str, str, str]]:
    """Name, value and meaning of each term of the budget but sizes not matched; None reads as
    none."""
    terms = results.plan.get("budget") or {}
    size = SIZES.get(terms.get("match", ""))
    tuned = (results.plan.get("tuning") or {}).get("space", {})
    return [
        (name, "tuned" if name in tuned else plain(value), BUDGET.get(name, ""))
        for name, value in terms.items()
        if size is None or name == size or name not in SIZES.values()
    ]


def budgets(results: Results) -> list[tuple[str, str]]:
    """The tasks whose budget differs, and in which terms."""
    return [
        (task, ", ".join(f"{name} {plain(value)}" for name, value in terms.items()))
        for task, terms in (results.plan.get("budgets") or {}).items()
    ]


def matched(results: Results) -> str:
    """How closely the sizes were matched, over all cells with a score but those of the
    baselines, which have no size to choose."""
    match = (results.plan.get("budget") or {}).get("match", "parameters")
    words = {
        "parameters": "Parameters held to the budget",
        "flops": "FLOPs of an update, held to the budget",
        "none": "Sizes were not matched; parameters without the shared embedding",
    }
    counts = [
        count
        for c in results.cells
        if c.record and not c.hole and c.architecture not in results.baselines
        if (count := c.record.flops if match == "flops" else c.record.matched_parameters)
    ]
    if not counts:
        return ""
    return (
        f"{words[match]}, over {formats.plural(len(counts), 'scored cell')}: "
        f"{min(counts):,.0f} to {max(counts):,.0f}."
    )


def environments(results: Results) -> list[dict[str, Any]]:
    """Each machine description, flattened to rows, with the number of cells that ran there."""
    return [
        {
            "name": name,
            "cells": sum(
                c.record is not None and c.record.environment == name for c in results.all_cells
            ),
            "rows": list(_flat(description)),
        }
        for name, description in results.environments.items()
    ]


def _flat(value: dict[str, Any], prefix: str = "") -> Any:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", plain(inner)


def plain(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and abs(value) >= 10_000:
        return f"{value:,}"
    if isinstance(value, list | tuple) and all(isinstance(v, str | int | float) for v in value):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
