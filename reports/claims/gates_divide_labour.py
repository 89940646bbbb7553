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
    Draw,
    Measured,
    Statement,
    as_rows,
    mean_above,
    mean_below,
    mean_over,
)
from reports.claims.parts import LEARNING

FREE, NO_RESET, NO_UPDATE = "gru", "gru[hold_reset=1]", "gru[hold_update=0]"
SHORT, LONG = 3, 30
TASKS = ("recall", "copy")
GATES = Part(
    name="held-gates",
    tasks=[f"{task}[lag={lag}]" for task in TASKS for lag in (SHORT, LONG)],
    architectures=[FREE, NO_RESET, NO_UPDATE],
    budget=LEARNING,
)
UNITS = Part(
    name="gate-times",
    probe="gate-times",
    tasks=[f"{task}[lag={LONG}]" for task in TASKS],
    architectures=[FREE],
    budget=LEARNING,
)
CELLS = (GATES, UNITS)

DIFFERENCE, ALIKE = 0.05, 0.3
STATEMENTS = {
    "reset held": Statement(
        f"A GRU whose reset gate is held at 1 loses more skill, against the free one, at a lag of "
        f"{SHORT} than of {LONG} steps, by more than {DIFFERENCE:g}."
    ),
    "update held": Statement(
        f"A GRU whose update gate is held at 0 loses more skill, against the free one, at a lag of "
        f"{LONG} than of {SHORT} steps, by more than {DIFFERENCE:g}."
    ),
    "reset by unit": Statement(
        "The longer a unit remembers, the less its reset gate is open: their rank correlation over "
        f"units is below {-ALIKE:g}."
    ),
    "update by unit": Statement(
        "The longer a unit remembers, the more its update gate is open: their rank correlation "
        f"over units is above {ALIKE:g}."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    reset, update = _lost(evidence, NO_RESET), _lost(evidence, NO_UPDATE)
    measured = {
        "reset held": mean_above(
            f"reset held: lost at {SHORT} minus at {LONG}", -reset, DIFFERENCE, "skill"
        ),
        "update held": mean_above(
            f"update held: lost at {LONG} minus at {SHORT}", update, DIFFERENCE, "skill"
        ),
    }
    found = [(task, evidence.measured(UNITS, task, FREE)) for task in evidence.tasks(UNITS)]
    seeds = [(task, seed, of) for task, by_seed in found for seed, of in by_seed.items()]
    failed = [of for _, _, of in seeds if (of["skill"] or 0.0) < LEARNED]
    note = f"Left out, since they did not learn: {len(failed)} of {len(seeds)} trainings."
    for name, test, threshold in (("reset", mean_below, -ALIKE), ("update", mean_above, ALIKE)):
        by_task = [_alike(by_seed, f"{name}_gate") for _, by_seed in found]
        label = f"{name} gate and memory time, over units"
        measured[f"{name} by unit"] = test(
            label, mean_over(by_task), threshold, "rank correlation"
        ).with_(note=note)
    return measured


def draw(evidence: Evidence) -> Draw:
    """The rows, of two units."""
    return as_rows(judge(evidence).values(), "skill lost, or rank correlation")


def _lost(evidence: Evidence, held: str) -> BySeed:
    """How much more skill is lost at the long lag than at the short one, mean over tasks."""

    def at(task: str, lag: int) -> BySeed:
        label = evidence.tasks_by(GATES, "lag", task)[lag]
        free, without = (evidence.clipped(GATES, label, a) for a in (FREE, held))
        return free - without

    return mean_over(at(task, LONG) - at(task, SHORT) for task in TASKS)


def _alike(by_seed: Mapping[int, Mapping[str, Any]], gate: str) -> BySeed:
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
