"""What tuning tried and chose: the expected best score of n trials, and values on an edge."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.experiment.record import Outcome, Record
from harness.experiment.store import Store
from reports.analysis.results import Results

NEAR = 0.05
"""Share of a range, from either end, that counts as its edge."""


@dataclass(frozen=True)
class Tried:
    """The tuning trials of one architecture on one task."""

    planned: int
    scores: tuple[float, ...]
    """Validation scores of the trials that have one, means over the tuning seeds."""
    expected: list[float]
    """The expected best validation score of 1, 2, ... trials."""


def expected_best(scores: Sequence[float], higher_is_better: bool) -> list[float]:
    """Expected best of n draws with replacement from some scores, for n = 1 to their number.

    Exact for the empirical distribution F: the sum over values v of v (F(v)^n - F(v-)^n), from the
    worst up (Dodge et al. 2019, "Show Your Work").
    """
    ordered = sorted(scores, reverse=not higher_is_better)
    count = len(ordered)
    return [
        math.fsum(v * (((i + 1) / count) ** n - (i / count) ** n) for i, v in enumerate(ordered))
        for n in range(1, count + 1)
    ]


def read(store: Store, results: Results) -> dict[tuple[str, str], Tried]:
    """The trials of a matrix's own cells by task and architecture; empty where there are none."""
    pairs: dict[tuple[str, str], dict[int, list[Record | None]]] = {}
    for row in results.plan["cells"]:
        if row["kind"] == "trial" and not row.get("part"):
            trials = pairs.setdefault((row["task"], row["architecture"]), {})
            trials.setdefault(row.get("trial", len(trials)), []).append(store.get(row["id"]))
    tried = {}
    for pair, trials in pairs.items():
        directions = [r.higher_is_better for of in trials.values() for r in of if r and r.metric]
        scores = tuple(mean for of in trials.values() if (mean := _validation(of)) is not None)
        tried[pair] = Tried(len(trials), scores, expected_best(scores, all(directions[:1])))
    return tried


def _validation(seeds: list[Record | None]) -> float | None:
    """The mean validation score of a trial, where all its seeds have one."""
    scores = [r.validation if r and r.outcome == Outcome.OK else None for r in seeds]
    return None if None in scores else math.fsum(s or 0.0 for s in scores) / len(scores)


def spaces(results: Results, task: str) -> dict[str, Any]:
    """The values allowed on a task, by name; a list of learning rates is a space too."""
    tuning = results.plan.get("tuning") or {}
    terms = (results.plan.get("budget") or {}) | results.plan.get("budgets", {}).get(task, {})
    rates = terms.get("learning_rate")
    return ({"learning_rate": rates} if isinstance(rates, list) else {}) | tuning.get("space", {})


def chosen(results: Results, task: str, architecture: str) -> dict[str, Any]:
    """The values that tuning chose for an architecture on a task, by name, once they are."""
    group = results.groups.get((task, architecture))
    for key in (c.record.key for c in (group.cells if group else ()) if c.record):
        budget = key.get("budget", {})
        if key and "tuning" not in key and not isinstance(budget.get("learning_rate"), list):
            values = budget | key.get("chosen", {})
            return {n: values[n] for n in spaces(results, task) if values.get(n) is not None}
    return {}


def edge(value: Any, space: Any) -> str:
    """Which end of its range a number lies on: low, high, or empty.

    Of a list: its smallest or largest number, if it has three at least. An end beyond which there
    is nothing is none: no dropout, one layer.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if isinstance(space, dict):
        low, high, log = space["low"], space["high"], space.get("log")
    elif len(space) < 3 or not all(isinstance(v, int | float) for v in space):
        return ""
    else:
        low, high, log = min(space), max(space), False
    scale = math.log if log else float
    room = NEAR * (scale(high) - scale(low)) if isinstance(space, dict) else 0.0
    if scale(value) <= scale(low) + room:
        nothing_beyond = low == 0 or (isinstance(value, int) and low == 1)
        return "" if nothing_beyond else "low"
    return "high" if scale(value) >= scale(high) - room else ""
