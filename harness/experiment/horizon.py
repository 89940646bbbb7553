"""The memory horizon: the longest dependency that an architecture learns under the budget.

A horizon is sought among ordinary cells: the same task at rising lags. A lag is tried only while
the one before it was learned, so that hopeless lags, which cost most, are never trained.
"""

from collections.abc import Sequence

from harness.experiment.cell import Cell
from harness.experiment.record import LEARNED, Outcome
from harness.experiment.tuning import Reader


def climbed(cells: Sequence[Cell], reader: Reader) -> list[Cell]:
    """The cells to be run by what is known: all but those of lags beyond the first at which not
    half of the seeds learned, or at which some have yet to end.

    Cells without a lag are always among them. The order stays.
    """
    ladders: dict[tuple[str, str, str], dict[int, list[Cell]]] = {}
    for cell in cells:
        if cell.lag is not None:
            ladders.setdefault(_ladder(cell), {}).setdefault(cell.lag, []).append(cell)
    reach = {ladder: _reach(rungs, reader) for ladder, rungs in ladders.items()}
    return [cell for cell in cells if cell.lag is None or cell.lag <= reach[_ladder(cell)]]


def _ladder(cell: Cell) -> tuple[str, str, str]:
    return cell.part, cell.task.name, cell.architecture.label


def _reach(rungs: dict[int, list[Cell]], reader: Reader) -> int:
    for lag in sorted(rungs):
        records = [reader.get(cell.id) for cell in rungs[lag]]
        skills = [r.skill or 0.0 for r in records if r and r.outcome == Outcome.OK]
        learned = sum(skill >= LEARNED for skill in skills)
        if None in records or 2 * learned < len(records):
            return lag
    return max(rungs)
