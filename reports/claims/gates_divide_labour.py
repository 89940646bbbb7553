"""In a GRU the reset gate serves short-term dependencies, the update gate long-term ones.

Source: Cho et al. 2014 (Learning phrase representations using RNN encoder-decoder, EMNLP, section
2.3).

This is what one gate does for learning within this budget, on tasks that ask for memory alone. By
unit, the reset gate is to be open (at 1 it lets the state before through) where memory is short,
the update gate (at 1 it keeps the state) where it is long.
"""

from collections.abc import Mapping
from typing import Any

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.analysis.horizon import LEARNED
from reports.claims.judging import (
    QUARTER,
    Draw,
    Measured,
    Solved,
    Statement,
    all_of,
    as_rows,
    mean_above,
    mean_below,
    mean_over,
    needs_learned,
    rate_higher,
)
from reports.claims.measures import learns_all
from reports.claims.parts import LEARNING, TUNED

FREE, NO_RESET, NO_UPDATE = "gru", "gru[hold_reset=1]", "gru[hold_update=0]"
SHORT, LONG = 3, 30
TASKS = ("recall", "copy")
GATES = Part(
    name="held-gates",
    tasks=[f"{task}[lag={lag}]" for task in TASKS for lag in (SHORT, LONG)],
    architectures=[FREE, NO_RESET, NO_UPDATE],
    budget=LEARNING | TUNED,
)
UNITS = Part(
    name="gate-times",
    probe="gate-times",
    tasks=[f"{task}[lag={LONG}]" for task in TASKS],
    architectures=[FREE],
    budget=LEARNING,
)
CELLS = (GATES, UNITS)

CORRELATED = 0.3
LOWER = (
    "the share of a GRU's seeds that learn both recall and copy at a lag of {} steps is more than "
    f"{QUARTER:g} lower than at a lag of {{}}, and than with a free gate."
)
STATEMENTS = {
    "reset held": Statement(f"With the reset gate held at 1 {LOWER.format(SHORT, LONG)}"),
    "update held": Statement(f"With the update gate held at 0 {LOWER.format(LONG, SHORT)}"),
    "reset by unit": Statement(
        "The longer a unit remembers, the less its reset gate is open: their rank correlation over "
        f"units is below {-CORRELATED:g}."
    ),
    "update by unit": Statement(
        "The longer a unit remembers, the more its update gate is open: their rank correlation "
        f"over units is above {CORRELATED:g}."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    measured = {
        "reset held": _lost(evidence, "reset", NO_RESET, SHORT, LONG),
        "update held": _lost(evidence, "update", NO_UPDATE, LONG, SHORT),
    }
    found = [(task, evidence.measured(UNITS, task, FREE)) for task in evidence.tasks(UNITS)]
    seeds = [(task, seed, of) for task, by_seed in found for seed, of in by_seed.items()]
    failed = [of for _, _, of in seeds if (of["skill"] or 0.0) < LEARNED]
    note = f"Left out, since they did not learn: {len(failed)} of {len(seeds)} trainings."
    for name, test, at in (("reset", mean_below, -CORRELATED), ("update", mean_above, CORRELATED)):
        by_task = [_rank_correlation(by_seed, f"{name}_gate") for _, by_seed in found]
        label = f"{name} gate and memory time, over units"
        measured[f"{name} by unit"] = test(label, mean_over(by_task), at, "rank correlation").with_(
            note=note
        )
    return measured


def draw(_: Evidence, measured: Mapping[str, Measured]) -> Draw:
    """The statements' rows, on an axis for both of their units."""
    return as_rows(measured.values(), "share of seeds, or rank correlation")


def _lost(evidence: Evidence, gate: str, held: str, served: int, other: int) -> Measured:
    """With a gate held fewer seeds learn the lag that it serves than the other lag, and fewer than
    with the gate free, which has to learn both."""

    def learned(architecture: str, lag: int) -> Solved:
        tasks = [evidence.tasks_by(GATES, "lag", task)[lag] for task in TASKS]
        return learns_all(evidence, GATES, architecture, tasks)

    lacking, label = learned(held, served), f"{gate} held, lag {served}"
    against = {f"{gate} held, lag {other}": learned(held, other),
               f"free, lag {served}": learned(FREE, served)}  # fmt: skip
    fewer = [rate_higher((name, label), of, lacking, QUARTER) for name, of in against.items()]
    both = all_of(fewer).with_(unit="of seeds fewer")
    for lag in (SHORT, LONG):
        both = needs_learned(both, learned(FREE, lag), f"A lag of {lag}, by the free GRU,")
    return both


def _rank_correlation(by_seed: Mapping[int, Mapping[str, Any]], gate: str) -> BySeed:
    """Spearman's rank correlation, over the units of each seed that learned, of a gate's mean and
    the unit's memory time; where these differ from unit to unit."""
    from scipy.stats import spearmanr

    pairs = {
        seed: (of["gates"][gate], of["memory"])
        for seed, of in by_seed.items()
        if (of["skill"] or 0.0) >= LEARNED
    }
    differ = {seed: pair for seed, pair in pairs.items() if all(len({*of}) > 1 for of in pair)}
    return BySeed({seed: float(spearmanr(*pair).statistic) for seed, pair in differ.items()})
