"""Costs of an update and success by lag, as claims compare them."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.experiment.matrix import Part
from harness.experiment.record import NOT_LEARNED
from reports.analysis.evidence import BySeed, Evidence
from reports.analysis.exact import rate
from reports.analysis.horizon import LEARNED
from reports.analysis.statistics import Summary
from reports.claims.judging import (
    Measured,
    Solved,
    all_of,
    doublings,
    mean_over,
    needs_learned,
)
from reports.claims.parts import COST_LENGTH, COST_WIDTHS
from reports.figures.forest import Effect
from reports.formats import listed

TENTH = math.log2(1.1)
"""A tenth more, as a base-2 logarithm: no smaller difference of seconds counts."""

SOLVED_OR_NOT = {"adding", "copy", "future_context", "keyword", "recall"}
"""Tasks, by name, that a seed solves or does not: of these the share of seeds is compared. Others
are approached step by step, and compared by skill."""

COSTS: dict[str, Callable[[Mapping[str, Any]], float | None]] = {
    "parameters": lambda measured: measured["kernel"]["matched_parameters"],
    "flops": lambda measured: measured["kernel"]["flops"],
    "chain": lambda measured: measured["kernel"]["critical_path"],
    "seconds": lambda measured: measured["kernel"]["seconds"],
    "seconds by equations": lambda m: m.get("equations", m["kernel"])["seconds"],
}
"""What the probes measured of an update, without the embedding, which all have alike: by the
kernels of training or, computed step by step, by the equations; the chain is the longest of
operations of which each needs the one before. None where it could not be counted."""


def _costs(evidence: Evidence, part: Part, task: str, architecture: str, cost: str) -> BySeed:
    measured = evidence.measured(part, task, architecture)
    return BySeed({seed: COSTS[cost](found) or 0.0 for seed, found in measured.items()})


def by_length(evidence: Evidence, architecture: str, cost: str) -> dict[int, BySeed]:
    """A cost by the length of the sequences in steps, at matched parameters."""
    tasks = evidence.tasks_by(COST_LENGTH, "lag")
    costs = {n + 1: _costs(evidence, COST_LENGTH, t, architecture, cost) for n, t in tasks.items()}
    return {length: by_seed for length, by_seed in costs.items() if by_seed}


def by_width(evidence: Evidence, one: str, other: str, cost: str) -> dict[int, BySeed]:
    """How many times ``one`` costs what ``other`` does at the same width, as a base-2 logarithm,
    by the width."""
    ratios = {
        part.budget["width"]: doublings(
            *(_costs(evidence, part, task, a, cost) for a in (one, other))
        )
        for part in COST_WIDTHS
        for task in evidence.tasks(part)
    }
    return {width: by_seed for width, by_seed in ratios.items() if by_seed}


def machine(evidence: Evidence, part: Part) -> str:
    """What a part's cells ran on, as a sentence; empty where no record says."""
    found = evidence.part(part).environments.values()
    named = {f"{of['processor']} (device {of['device']})" for of in found if "processor" in of}
    return f"Seconds are those of {listed(sorted(named))}." if named else ""


def as_seconds(measured: Measured, evidence: Evidence, part: Part) -> Measured:
    """With its effect, a base-2 logarithm, as so many times the seconds that another takes, and
    with what they were measured on."""
    ends = (measured.effect.mean, measured.effect.low, measured.effect.high)
    effect = Effect(measured.effect.n, *(None if end is None else 2.0**end for end in ends))
    return measured.with_(effect=effect, unit="times the seconds", note=machine(evidence, part))


def mean_clipped(evidence: Evidence, part: Part, architecture: str) -> BySeed:
    """Skill cut off at 0 and 1, mean over the tasks of a part."""
    return mean_over(evidence.clipped(part, t, architecture) for t in evidence.tasks(part))


def needs_more_than_guesses(
    measured: Measured, evidence: Evidence, part: Part, architecture: str, tasks: Sequence[str]
) -> Measured:
    """Left open unless at least half of an architecture's seeds have more skill than guesses on
    each of these tasks."""
    guesses = learns_all(evidence, part, architecture, tasks, NOT_LEARNED)
    return needs_learned(measured, guesses, f"More than guessing, by {architecture},")


def as_good(
    evidence: Evidence,
    part: Part,
    one: str,
    other: str,
    skills: Callable[[Mapping[str, BySeed]], Measured],
    rates: Callable[[tuple[str, str], Solved, Solved], Measured],
) -> Measured:
    """One architecture against another: their difference in skill by task, and of the tasks that
    seeds solve or do not, which seeds learn all. Left open where the other learns nothing."""
    tasks = evidence.tasks(part)
    solved = [task for task in tasks if evidence.task_name(part, task) in SOLVED_OR_NOT]
    scored = [task for task in tasks if task not in solved]
    ahead = {
        f"{t}, skill of {one} minus {other}": evidence.ahead(part, t, one, other) for t in scored
    }
    learned = [learns_all(evidence, part, a, solved) for a in (one, other)]
    labels = (f"{one}, learns the others", f"{other}, learns the others")
    both = all_of([skills(ahead), rates(labels, *learned)])
    both = needs_more_than_guesses(both, evidence, part, other, scored)
    return needs_learned(both, learned[1], f"Each task that is solved or not, by {other},")


def clipped_share(evidence: Evidence, part: Part, architecture: str) -> float:
    """The share of all updates of an architecture in a part whose gradient was clipped."""
    updates = [evidence.updates(part, task, architecture) for task in evidence.tasks(part)]
    norms = [of["norm"] for by_seed in updates for of in by_seed.values()]
    return float(np.mean(np.concatenate(norms) > part.budget["clip_norm"])) if norms else 0.0


def of_reference(evidence: Evidence, part: Part, task: str, architecture: str, name: str) -> BySeed:
    """Skill of a reference that the records of an architecture hold, cut off at 0 and 1; the same
    for all seeds."""

    def skill_of(record: Any) -> float | None:
        score, floor, ceiling = record.references.get(name), record.floor, record.ceiling
        if None in (score, floor, ceiling):
            return None
        return min(max((score - floor) / (ceiling - floor), 0.0), 1.0)

    return evidence.numbers(part, task, architecture, skill_of)


def learns_all(
    evidence: Evidence,
    part: Part,
    architecture: str,
    tasks: Sequence[str] = (),
    threshold: float = LEARNED,
) -> Solved:
    """Which seeds learned each of these tasks, or of all tasks of a part."""
    solved = [
        evidence.solved(part, task, architecture, threshold=threshold)
        for task in tasks or evidence.tasks(part)
    ]
    seeds = set.intersection(*map(set, solved)) if solved else set()
    return {seed: all(of[seed] for of in solved) for seed in sorted(seeds)}


def updates_until(
    evidence: Evidence, part: Part, task: str, architecture: str, most: int
) -> BySeed:
    """Updates until a task is learned, on validation; one more than there are at most where it
    never is."""
    cells = evidence.cells(part, task, architecture)
    curves = {c.seed: c.record.curve for c in cells if c.record and not c.refused}
    reached = {
        s: [p["step"] for p in of if (p["skill"] or 0) >= LEARNED] for s, of in curves.items()
    }
    return BySeed({seed: min(steps, default=most + 1) for seed, steps in reached.items()})


def success_by_lag(evidence: Evidence, part: Part, architecture: str) -> dict[int, Solved]:
    """Which seeds learned each lag."""
    tasks = evidence.tasks_by(part, "lag")
    return {lag: evidence.solved(part, label, architecture) for lag, label in tasks.items()}


def receptive_field(evidence: Evidence, part: Part, architecture: str) -> int:
    """How many steps an architecture sees, as its records say."""
    seen = [
        evidence.numbers(part, t, architecture, "receptive_field") for t in evidence.tasks(part)
    ]
    return int(max(steps for of in seen for steps in of.values()))


def shares(success: Mapping[int, Solved]) -> dict[int, Summary]:
    """The share of seeds at each lag, for a figure."""
    rates = {at: rate(solved.values()) for at, solved in success.items()}
    return {at: Summary(of.n, of.share) for at, of in rates.items()}


def success_within(
    evidence: Evidence, part: Part, architecture: str, updates: int
) -> dict[int, Solved]:
    """Which seeds learned each lag within so many updates, by their skill on validation."""

    def best(record: Any) -> float | None:
        return max((p["skill"] for p in record.curve if p["step"] <= updates), default=None)

    within: dict[int, Solved] = {}
    for lag, task in evidence.tasks_by(part, "lag").items():
        skills = evidence.numbers(part, task, architecture, best)
        seeds = evidence.solved(part, task, architecture)
        within[lag] = {seed: skills.get(seed, 0.0) >= LEARNED for seed in seeds}
    return within
