"""Tuning: which trials an architecture gets on a task, and what they choose.

A trial is one setting, trained on tuning seeds and scored on validation alone. Its cells are
ordinary ones of an earlier round, and the reported cells carry the values chosen in their key.
Everything here is computed from the records each time, so an interrupted run goes on with the same
trials.

Every neural architecture gets the same number of trials on every task, unless it has none of the
parameters of the space and so nothing to choose. Where a setting comes up again (a grid over
parameters that an architecture lacks, a draw from a short list) it is tried on further tuning
seeds, and the mean over all of them counts. A parameter that the matrix gives by name, as in
``lstm[layers=2]``, is not tuned.
"""

import functools
import importlib.util
import itertools
import math
import statistics
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from harness.errors import UserError, unknown
from harness.experiment.cell import Cell
from harness.experiment.matrix import TUNABLE, TUNING_SEED, Budget, Range, Space, Tuning, Value
from harness.experiment.record import Outcome, Record
from harness.experiment.registry import (
    Spec,
    architecture_declarations,
    split_name,
    with_parameters,
)
from harness.experiment.validation import validate

ALWAYS_AGAIN = (Outcome.INTERRUPTED, Outcome.UNAVAILABLE)
"""Outcomes that say nothing of the cell itself, so that it is run again without being asked."""

PRUNE_AFTER = 3
"""Trials before the first that may be pruned: the median of fewer says little."""
UNPRUNED = 0.25
"""Share of the updates in which nothing is pruned."""
MOST_DRAWN = 10
"""Optuna's sampler learns from at most so many independent draws before it proposes."""
DIGITS = 4
"""Significant digits of a drawn number: enough, and a person can read it."""

Pair = tuple[str, str, str]
"""A part, whose budget may be its own, and the labels of a task and an architecture."""


class Reader(Protocol):
    """What records are read from: a store, or a memory of one."""

    def get(self, cell: str) -> Record | None:
        """The record with this id; None while there is none."""


@dataclass(frozen=True)
class Trial:
    """One setting on the tuning seeds."""

    values: dict[str, Value]
    cells: tuple[Cell, ...]
    records: tuple[Record | None, ...]

    @property
    def ended(self) -> bool:
        """Whether all its cells came to an end that stands."""
        return all(r is not None and r.outcome not in ALWAYS_AGAIN for r in self.records)

    @property
    def score(self) -> float | None:
        """Mean validation score, higher being better; None where a seed has none."""
        scores = [
            r.validation * (1 if r.higher_is_better else -1)
            for r in self.records
            if r is not None and r.outcome == Outcome.OK and r.validation is not None
        ]
        return statistics.fmean(scores) if len(scores) == len(self.records) else None


@dataclass(frozen=True)
class Study:
    """The trials of one architecture on one task, as far as the records let them be known."""

    cell: Cell
    """a reported cell with its values still to be chosen"""
    tuning: Tuning
    trials: tuple[Trial, ...]

    @property
    def cells(self) -> list[Cell]:
        """The cells of all trials. Those that depend on results still to come are
        cells with nothing chosen yet."""
        known = [cell for trial in self.trials for cell in trial.cells]
        seeds = range(TUNING_SEED + len(known), TUNING_SEED + self.tuning.count * self.tuning.seeds)
        return known + [replace(self.cell, seed=seed, kind="trial") for seed in seeds]

    @property
    def best(self) -> dict[str, Value] | None:
        """The values with the best mean validation score; None while trials are still to end.

        Where no setting has a score, the first is taken: the reported cell shows what is wrong.
        """
        if len(self.trials) < self.tuning.count or not all(t.ended for t in self.trials):
            return None
        means: list[tuple[float, dict[str, Value]]] = []
        for trial in self.trials:
            scores = [t.score for t in self.trials if t.values == trial.values]
            known = [score for score in scores if score is not None]
            if len(known) == len(scores):
                means.append((statistics.fmean(known), trial.values))
        return max(means, key=lambda mean: mean[0])[1] if means else self.trials[0].values


def trials(cells: Sequence[Cell], store: Reader | None = None) -> list[Cell]:
    """The cells of all tuning trials of some reported cells; see ``Study.cells``."""
    return [cell for study in studies(cells, store).values() for cell in study.cells]


def resolve(cells: Sequence[Cell], store: Reader) -> list[Cell]:
    """The reported cells with the values that did best on validation in the stored trials.

    Those whose trials have not all ended stay as they are.
    """
    return settle(cells, studies(cells, store))


def settle(cells: Sequence[Cell], known: dict[Pair, Study]) -> list[Cell]:
    """``resolve``, from studies that are known."""
    best = {pair: study.best for pair, study in known.items()}
    settled = []
    for cell in cells:
        if cell.tuning and cell.tuning.only:
            continue
        values = best.get(_pair(cell), {})
        settled.append(cell if cell.study is None or values is None else cell.settled(values))
    return settled


def studies(cells: Sequence[Cell], store: Reader | None) -> dict[Pair, Study]:
    """The study of each task and architecture where there is something to choose."""
    known: dict[Pair, Study] = {}
    for cell in cells:
        if _pair(cell) not in known and cell.study and _tuned(cell):
            known[_pair(cell)] = _study(cell, cell.study, store)
    return known


def _pair(cell: Cell) -> Pair:
    return cell.part, cell.task.label, cell.architecture.label


def _study(cell: Cell, tuning: Tuning, store: Reader | None) -> Study:
    known: list[Trial] = []
    for number in range(tuning.count):
        if _depends(tuning, number) and not all(trial.ended for trial in known):
            break
        values = _values(cell, tuning, number, known)
        repeat = sum(trial.values == values for trial in known)
        bar = _bar(cell.budget, known) if tuning.prune else ()
        blank = replace(cell.settled(values), kind="trial", bar=bar)
        first = TUNING_SEED + repeat * tuning.seeds
        made = tuple(replace(blank, seed=first + i) for i in range(tuning.seeds))
        known.append(Trial(values, made, tuple(store.get(c.id) if store else None for c in made)))
    return Study(cell, tuning, tuple(known))


def _depends(tuning: Tuning, number: int) -> bool:
    return (tuning.prune and number >= PRUNE_AFTER) or (
        tuning.method == "optuna" and number >= _drawn(tuning)
    )


def _drawn(tuning: Tuning) -> int:
    return min(MOST_DRAWN, (tuning.count + 1) // 2)


def _tuned(cell: Cell) -> dict[str, Space]:
    """What of the space applies to a cell's architecture, which may not know every value."""
    declared = architecture_declarations()[cell.architecture.name]
    if cell.study is None or not declared.facts["neural"] or cell.refusal:
        return {}
    given = dict(cell.architecture.parameters)
    told = split_name(cell.architecture.label, "")[1]
    applying: dict[str, Space] = {}
    for name, space in cell.study.space.items():
        if name in TUNABLE:
            applying[name] = space
        elif name in given and name not in told:
            allowed = declared.choices.get(name)
            known = (
                [v for v in space if v in allowed] if allowed and isinstance(space, list) else space
            )
            if known:
                applying[name] = known
    return applying


def _values(cell: Cell, tuning: Tuning, number: int, before: list[Trial]) -> dict[str, Value]:
    """What a trial tries."""
    spaces = _tuned(cell)
    if tuning.method == "grid":
        settings = list(itertools.product(*spaces.values()))
        return dict(zip(spaces, settings[number % len(settings)], strict=True))
    parameters = dict(cell.architecture.parameters)
    whole = {n: n == "width" or type(parameters.get(n)) is int for n in spaces}
    if tuning.method == "optuna" and number >= _drawn(tuning):
        axes = tuple(
            (name, tuple(space) if isinstance(space, list) else space, whole[name])
            for name, space in spaces.items()
        )
        history = tuple((tuple(trial.values.items()), trial.score) for trial in before)
        return dict(_proposed(axes, history))
    return {name: _draw(name, spaces[name], whole[name], number) for name in spaces}


def _draw(name: str, space: list[Value] | Range, whole: bool, number: int) -> Value:
    """An independent draw: the same for all architectures and tasks in the same trial."""
    rng = np.random.default_rng([zlib.crc32(name.encode()), number])
    if isinstance(space, list):
        return space[int(rng.integers(len(space)))]
    low, high = float(space.low), float(space.high) + whole
    at = rng.uniform()
    value = low * (high / low) ** at if space.log else low + at * (high - low)
    return min(int(value), int(space.high)) if whole else _readable(value, space)


def _readable(value: float, space: Range) -> float:
    return min(max(float(f"{value:.{DIGITS}g}"), float(space.low)), float(space.high))


@functools.cache
def _proposed(
    axes: tuple[tuple[str, tuple[Value, ...] | Range, bool], ...],
    history: tuple[tuple[tuple[tuple[str, Value], ...], float | None], ...],
) -> tuple[tuple[str, Value], ...]:
    """What Optuna's tree-structured Parzen estimator proposes after some trials.

    axes: name, values allowed, and whether they are integers. history: values and score of each
    trial; one without a score counts as the worst. The study is built again with a seed that is the
    number of its trials, so the same history always has the same answer.
    """
    import optuna
    from optuna import distributions as kinds

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions: dict[str, kinds.BaseDistribution] = {}
    for name, space, whole in axes:
        if not isinstance(space, Range):
            distributions[name] = kinds.CategoricalDistribution(space)
        elif whole:
            distributions[name] = kinds.IntDistribution(
                int(space.low), int(space.high), log=space.log
            )
        else:
            distributions[name] = kinds.FloatDistribution(space.low, space.high, log=space.log)
    sampler = optuna.samplers.TPESampler(n_startup_trials=0, seed=len(history))
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.add_trials(
        [
            optuna.trial.create_trial(
                params=dict(values),
                distributions=distributions,
                value=-math.inf if score is None else score,
            )
            for values, score in history
        ]
    )
    proposed: dict[str, Any] = study.ask(distributions).params
    return tuple(
        (name, _readable(proposed[name], space))
        if isinstance(space, Range) and not whole
        else (name, proposed[name])
        for name, space, whole in axes
    )


def _bar(budget: Budget, before: list[Trial]) -> tuple[tuple[int, float], ...]:
    """The median of earlier trials' best validation scores, by update (the median stopping
    rule,
    Golovin et al. 2017); empty while there are too few.

    Each counts up to the update at which it was pruned; one that had learned enough, to the end.
    """
    if len(before) < PRUNE_AFTER:
        return ()
    records = [r for trial in before for r in trial.records if r is not None and r.curve]
    bar = []
    for step in range(budget.evaluate_every, budget.steps, budget.evaluate_every):
        if step <= UNPRUNED * budget.steps:
            continue
        best = [score for r in records if (score := _best_by(r, step)) is not None]
        if best:
            bar.append((step, statistics.median(best)))
    return tuple(bar)


def _best_by(record: Record, step: int) -> float | None:
    """The best validation score up to an update; None where training was pruned before it."""
    if record.stopped == "pruned" and record.steps < step:
        return None
    scores = [point["validation"] for point in record.curve if point["step"] <= step]
    return (max if record.higher_is_better else min)(scores)


def check(tuning: Tuning, budget: Budget, architectures: Sequence[Spec], where: str) -> None:
    """Raise UserError where a space names what nothing has, or holds what must not be."""
    if isinstance(budget.learning_rate, list):
        grid = "a list, which is a grid of its own; put it into tuning.space"
        raise UserError(f"{where}: budget.learning_rate is {grid}")
    known = architecture_declarations()
    neural = [known[a.name] for a in architectures if known[a.name].facts["neural"]]
    parameters = {name for declared in neural for name in declared.parameters}
    for name, space in tuning.space.items():
        place = f"{where}: tuning.space"
        values = [space.low, space.high] if isinstance(space, Range) else space
        if name not in parameters.union(TUNABLE):
            message = f"{place}: nothing to tune is called {name!r}"
            raise unknown(message, name, parameters.union(TUNABLE))
        for value in values:
            if name in TUNABLE:
                validate(Budget, budget.model_dump() | {name: value}, place)
                continue
            having = [declared for declared in neural if name in declared.parameters]
            if isinstance(value, str) and any(value in d.choices.get(name, ()) for d in having):
                continue  # those that do not know it do without
            for declared in having:
                with_parameters(declared, {name: f"{value}"}, place)
                if isinstance(space, Range) and isinstance(declared.parameters[name], str):
                    raise UserError(f"{place}: {name} is no number; give a list")
    if tuning.method == "optuna" and importlib.util.find_spec("optuna") is None:
        get_it = "get it with: python -m pip install 'optuna>=4'"
        raise UserError(f"{where}: tuning.method = 'optuna' needs a package; {get_it}")
