"""How stable training is, with clipping of the gradient and without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness.experiment.record import Outcome
from reports.analysis.evidence import Evidence
from reports.analysis.results import Cell
from reports.analysis.statistics import Summary, paired, summarize
from reports.figures import stability as drawing
from reports.formats import (
    amount,
    geometric_with_interval,
    listed,
    skill_with_spread,
    with_interval,
)
from reports.sections.section import Figure, Section, Table
from reports.sections.told import command, parts_named

PARTS = {"on": "clip-on", "off": "clip-off"}
LIMIT = 1.0
"""The gradient norm from which on an update counts as large where none is clipped; where they are,
it is the norm that they are clipped to."""


@dataclass(frozen=True)
class Training:
    """The seeds of an architecture on a task, all clipped or none."""

    cells: tuple[Cell, ...]
    updates: Mapping[int, Mapping[str, np.ndarray]]
    """By seed: ``loss``, and ``norm`` of the gradient before clipping, one number an update."""

    @cached_property
    def limit(self) -> float:
        """The gradient norm beyond which an update is clipped, or would be."""
        for cell in self.cells:
            if cell.record is not None:
                return cell.record.key.get("budget", {}).get("clip_norm") or LIMIT
        return LIMIT

    @property
    def diverged(self) -> int:
        """Seeds whose loss was in the end no number."""
        return sum(cell.outcome == Outcome.DIVERGED for cell in self.cells)

    @property
    def skill(self) -> Summary:
        return summarize(cell.skill for cell in self.cells)

    def spread(self, of: str) -> dict[int, float | None]:
        """By seed: the standard deviation of the change of the logarithm from one update to the
        next, of ``loss`` or ``norm``."""
        return {
            seed: step_to_step(found[of]) for seed, found in self.updates.items() if of in found
        }

    @property
    def clipped(self) -> list[float | None]:
        """By seed: the share of updates with a larger gradient than the limit."""
        return [
            float(1 - np.mean(arrays["norm"] <= self.limit))
            for arrays in self.updates.values()
            if len(arrays.get("norm", ()))
        ]

    @property
    def largest(self) -> list[float | None]:
        """By seed: the largest gradient norm that was a number."""
        norms = (arrays.get("norm", np.array([])) for arrays in self.updates.values())
        return [float(n[np.isfinite(n)].max()) for n in norms if np.isfinite(n).any()]


def step_to_step(values: np.ndarray) -> float | None:
    """Standard deviation (n - 1 in the denominator) of log(value after) - log(value before), over
    the steps at both ends of which it is a positive number; None with fewer than two of them."""
    known = np.isfinite(values) & (values > 0)
    logs = np.log(np.where(known, values, 1.0))
    changes = np.diff(logs)[known[1:] & known[:-1]]
    return float(changes.std(ddof=1)) if len(changes) > 1 else None


Trainings = Mapping[tuple[str, str], Mapping[str, Training]]
"""By task and architecture, then ``on`` or ``off``."""


def section(evidence: Evidence) -> Section | None:
    """Spread of the loss and of the gradient, clipped updates and diverged seeds."""
    parts = parts_named(evidence, *PARTS.values())
    trainings = _trainings(evidence)
    if not trainings:
        return None
    traces: dict[tuple[str, str], dict[str, np.ndarray]] = {}
    ended: list[tuple[str, str, str]] = []
    for pair, found in trainings.items():
        traces[pair] = {}
        for how, training in found.items():
            seed = _shown(training)
            if seed is not None:
                traces[pair][how] = training.updates[seed]["loss"]
                if _cell(training, seed).outcome == Outcome.DIVERGED:
                    ended.append((*pair, how))
    drawn = drawing.draw("stability", traces, ended, _told(trainings))
    table, made_by = _table(trainings), command(evidence, parts)
    finding = _finding(trainings)
    figures = () if drawn is None else (Figure(drawn, finding, table, made_by),)
    return Section(
        "stability",
        "How stable training is",
        (
            *(() if figures else (finding,)),
            "The spread is the standard deviation of the change of the log loss from one update "
            "to the next: 0.1 is a loss that changes by about a tenth each time. Each update has "
            "a new batch, so some of it is the batches'. An update is clipped where the norm of "
            "its gradient is above the limit: the gradient is then scaled down to that norm. "
            "Without clipping, the share is of those that would have been.",
            "The figure shows the first seed that diverged or, where none did, the first seed; of "
            "each stretch of updates the lowest and the highest loss.",
        ),
        figures,
        () if figures else (("Spread, large gradients and diverged seeds.", table),),
    )


def _trainings(evidence: Evidence) -> Trainings:
    found: dict[tuple[str, str], dict[str, Training]] = {}
    for how, name in PARTS.items():
        part = evidence.part(name)
        for task in evidence.tasks(name):
            for architecture in part.architectures if part else ():
                cells = evidence.cells(name, task, architecture)
                if any(c.record is not None and not c.refused for c in cells):
                    updates = evidence.updates(name, task, architecture)
                    pair = found.setdefault((task, architecture), {})
                    pair[how] = Training(cells, updates)
    return found


def _shown(training: Training) -> int | None:
    """The seed that the figure shows."""
    seeds = sorted(seed for seed, arrays in training.updates.items() if "loss" in arrays)
    ill = [s for s in seeds if _cell(training, s).outcome == Outcome.DIVERGED]
    return next(iter(ill or seeds), None)


def _cell(training: Training, seed: int) -> Cell:
    return next(cell for cell in training.cells if cell.seed == seed)


def _finding(trainings: Trainings) -> str:
    """Whose loss swings most, what clipping changes, and who diverged."""
    tasks = dict.fromkeys(task for task, _ in trainings)
    sentences = []
    for task in tasks:
        swings = {
            how: {
                a: spread
                for (t, a), found in trainings.items()
                if t == task and how in found
                if (spread := summarize(found[how].spread("loss").values()).mean) is not None
            }
            for how in PARTS
        }
        off, on = swings["off"], swings["on"]
        if not off or not on:
            continue
        most, least = max(off, key=lambda a: off[a]), min(off, key=lambda a: off[a])
        sentence = f"On {task}, without clipping, the loss of {most} swings"
        if len(off) > 1:
            sentence += f" most, by {amount(off[most])} from update to update, that of {least} "
            sentence += f"least, by {amount(off[least])}"
        else:
            sentence += f" by {amount(off[most])} from update to update"
        sentences.append(f"{sentence}. {_clipping(trainings, task)}")
    for how, word in (("off", "without"), ("on", "with")):
        seeds = sum(len(f[how].cells) for f in trainings.values() if how in f)
        ill = {pair: f[how].diverged for pair, f in trainings.items() if how in f}
        told = [f"{a} on {task} {n}" for (task, a), n in ill.items() if n]
        if seeds:
            sentences.append(
                f"Diverged {word} clipping: {sum(ill.values())} of {seeds} trainings"
                + (f" ({listed(told, 99)})." if told else ".")
            )
    return " ".join(sentences)


def _clipping(trainings: Trainings, task: str) -> str:
    """With whom clipping changes the swings, as far as seeds in pairs can tell."""
    less, more, others = [], [], 0
    for (t, architecture), found in trainings.items():
        if t == task and len(found) == len(PARTS):
            change = paired(found["on"].spread("loss"), found["off"].spread("loss"))
            if change.high is not None and change.high < 0:
                less.append(architecture)
            elif change.low is not None and change.low > 0:
                more.append(architecture)
            else:
                others += 1
    told = [
        f"{word} with {listed(names, 99)}"
        for word, names in (("less", less), ("more", more))
        if names
    ]
    if not told:
        return "With clipping it swings neither clearly less nor clearly more with any."
    rest = f", not clearly otherwise with the other {others}" if others else ""
    return f"With clipping it swings {' and '.join(told)}{rest}."


def _told(trainings: Trainings) -> str:
    told = []
    for (task, a), found in trainings.items():
        spreads = (
            f"{how} {amount(summarize(training.spread('loss').values()).mean)}"
            for how, training in found.items()
        )
        told.append(f"{task}, {a}: {', '.join(spreads)}")
    return "; ".join(told)


def _table(trainings: Trainings) -> Table:
    heads = ("task", "architecture", "clipping", "spread of the log loss",
             "spread of the log gradient norm", "updates above the limit, %",
             "largest gradient norm", "diverged", "skill")  # fmt: skip
    rows = []
    for (task, a), found in trainings.items():
        for how, training in found.items():
            share = (None if s is None else 100 * s for s in training.clipped)
            rows.append((
                task,
                a,
                f"to {training.limit:g}" if how == "on" else "none",
                with_interval(training.spread("loss").values()),
                with_interval(training.spread("norm").values()),
                with_interval(share),
                geometric_with_interval(training.largest),
                f"{training.diverged} of {len(training.cells)}",
                skill_with_spread(training.skill),
            ))  # fmt: skip
    return Table(heads, tuple(rows))
