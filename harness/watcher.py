"""What hears of a run as it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.experiment.cell import Cell
    from harness.experiment.plan import Costs
    from harness.experiment.record import Record


class Watcher:
    """Hears what happens in a run; override what is of interest."""

    def begun(self, cells: list[Cell], cached: list[Record], costs: Costs, jobs: int) -> None:
        """A round begins: all its cells, and the records of those already done."""

    def running(self, cells: list[Cell]) -> None:
        """These cells are running now; called a few times a second."""

    def ended(self, record: Record) -> None:
        """A cell ended."""

    def over(self) -> None:
        """No more cells will run."""
