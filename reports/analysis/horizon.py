"""Memory horizons: the longest dependency that an architecture learned, with an interval."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas

from harness.experiment.record import LEARNED
from reports.analysis.cells import Cell
from reports.analysis.results import Part
from reports.analysis.solved import shown, solved_or_not
from reports.analysis.statistics import Summary, summarize

DRAWS = 2000
FEWEST = 10
"""Seeds from which on there is an interval: with 3 it misses the truth in up to 24 % of the cases,
with 5 in up to 9 % (docs/coverage.md)."""


@dataclass(frozen=True)
class Horizon:
    """A horizon in steps; 0: not even the shortest lag was learned.

    ``steps`` is the longest lag that at least half of the seeds learned, with no shorter lag at
    which fewer did; ``low`` and ``high`` are, from ten seeds on, the 95 % percentile interval of
    that number over seeds drawn with replacement. A horizon is ``open`` where the longest lag of
    the grid was learned: the true one may be longer.
    """

    steps: int | None = None
    low: int | None = None
    high: int | None = None
    open: bool = False
    by_seed: dict[int, int] = field(default_factory=dict)
    """The longest lag that each seed learned, with no shorter one that it did not."""
    skills: dict[int, Summary] = field(default_factory=dict)
    """Skill by lag, of the lags that were tried."""

    @property
    def n(self) -> int:
        """Number of seeds."""
        return len(self.by_seed)


def horizon(part: Part, task: str, architecture: str) -> Horizon:
    """The horizon of an architecture on a task, given by its name; empty without records, and
    without a number of steps while there are lags still to be tried. Lags beyond the first that
    not half of the seeds learned were not tried, and count as not learned."""
    cells = [c for c in part.results.cells if (c.architecture, c.task_name) == (architecture, task)]
    tried = [(c.seed, c.lag, c.skill or 0.0) for c in cells if c.record and not c.refused and c.lag]
    if not tried:
        return Horizon()
    table = pandas.DataFrame(tried, columns=["seed", "lag", "skill"])
    skills = table.pivot_table("skill", "seed", "lag", "last")
    binary = any(solved_or_not(c.record) for c in cells if c.record)
    means = {int(lag): shown(summarize(of_lag), binary) for lag, of_lag in skills.items()}
    learned = (skills.reindex(columns=part.lags) >= LEARNED).to_numpy()
    longest = _steps(learned, part.lags)
    if any(c.record is None for c in cells) or longest == max(means) != part.lags[-1]:
        return Horizon(skills=means)
    low, high = _interval(learned, part.lags) if len(learned) >= FEWEST else (None, None)
    by_seed = dict(
        zip(skills.index, (_steps(row[None], part.lags) for row in learned), strict=True)
    )
    return Horizon(longest, low, high, longest == part.lags[-1], by_seed, means)


def most_learn(cells: Sequence[Cell]) -> bool:
    """Whether at least half of some seeds learned a lag; only then a longer one is tried."""
    return 2 * sum((cell.skill or 0.0) >= LEARNED for cell in cells) >= len(cells)


def climbed(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """The cells that a search for horizons would have come to with these seeds alone: of each task
    and architecture the lags up to the first that not half of them learned."""
    ladders: dict[tuple[str, str], dict[int, list[Cell]]] = {}
    for cell in (given := tuple(cells)):
        rungs = ladders.setdefault((cell.task_name, cell.architecture), {})
        rungs.setdefault(cell.lag or 0, []).append(cell)
    reached = {
        ladder: next((lag for lag in sorted(rungs) if not most_learn(rungs[lag])), max(rungs))
        for ladder, rungs in ladders.items()
    }
    return tuple(c for c in given if (c.lag or 0) <= reached[c.task_name, c.architecture])


def _interval(learned: np.ndarray, lags: tuple[int, ...]) -> tuple[int, int]:
    draws = np.random.default_rng(0).integers(len(learned), size=(DRAWS, len(learned)))
    steps = [_steps(learned[draw], lags) for draw in draws]
    low, high = np.percentile(steps, [2.5, 97.5], method="nearest")
    return int(low), int(high)


def _steps(learned: np.ndarray, lags: tuple[int, ...]) -> int:
    """The horizon of some seeds, ``(seeds, lags)``."""
    enough = 2 * learned.sum(0) >= len(learned)
    misses = np.flatnonzero(~enough)
    reached = misses[0] if len(misses) else len(lags)
    return lags[reached - 1] if reached else 0
