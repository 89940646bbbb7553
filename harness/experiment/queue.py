"""Which cell is to run next: known as records come in, those that take longest first."""

from collections.abc import Callable, Sequence

from harness.experiment.cell import Cell
from harness.experiment.cost import Costs, longest_first
from harness.experiment.horizon import climbed
from harness.experiment.plan import Wanted
from harness.experiment.record import Record
from harness.experiment.store import Store
from harness.experiment.tuning import settle, studies

SORTED_AGAIN = 8
"""Cells are sorted again when this share of those waiting, one in so many, has ended since."""


class Queue:
    """The cells of a matrix that have to be run, each given once by ``take``.

    Tuning trials come first; a reported cell is ready when its own trials have ended, and a longer
    lag when the one before it was learned. ``found(new, done, planned)`` is told of cells that
    became ready: all of these, the records of those already done, and all cells planned by then.
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        store: Store,
        wanted: Wanted,
        found: Callable[[list[Cell], list[Record], list[Cell]], None],
    ):
        self._cells, self._store, self._wanted, self._found = cells, store, wanted, found
        self.costs = Costs()
        self._waiting: list[Cell] = []
        """The one to run next is the last."""
        self._ready: set[str] = set()
        self._to_end: set[str] = set()
        self._records: dict[str, Record] = {}
        self._since, self._news = 0, True

    def get(self, cell: str) -> Record | None:
        """The record with this id; None if there is none, or one that is to be made anew."""
        return None if cell in self._to_end else self._stored(cell)

    def take(self) -> Cell | None:
        """The next cell; None while there is none, until another one has ended."""
        if not self._waiting:
            if self._news:
                self._look()
            self._news = False
        elif self._since * SORTED_AGAIN > len(self._waiting):
            self._sort()
        return self._waiting.pop() if self._waiting else None

    def ended(self, record: Record) -> None:
        """A cell that was taken has ended, and its record is stored."""
        self._to_end.discard(record.id)
        self._records.pop(record.id, None)  # what is read from disk has no arrays
        self.costs.add(record)
        self._since, self._news = self._since + 1, True

    def _look(self) -> None:
        """Look for cells that are ready, by what has ended."""
        while True:
            tuned = studies(self._cells, self)
            trials = [cell for study in tuned.values() for cell in study.cells]
            reported = climbed(settle(self._cells, tuned), self)
            planned = trials + reported
            ready = [cell for cell in trials if cell.study is None and cell.id not in self._ready]
            if not ready:  # the trials that can be known: what they let be known is next
                ready = [cell for cell in reported if cell.id not in self._ready]
                if self._to_end:  # where some trials are yet to end
                    ready = [cell for cell in ready if cell.study is None]
            if not ready:
                return
            self._accept(ready, planned)
            if self._waiting:
                return

    def _accept(self, ready: list[Cell], planned: list[Cell]) -> None:
        todo, done = [], []
        for cell in {cell.id: cell for cell in ready}.values():  # parts may ask for the same one
            record = self._stored(cell.id)
            if self._wanted.again(cell, record):
                todo.append(cell)
            elif record:
                done.append(record)
        self._ready |= {cell.id for cell in ready}
        self._to_end |= {cell.id for cell in todo}
        self._waiting = todo[::-1] + self._waiting
        self._found(ready, done, planned)
        self._sort()

    def _sort(self) -> None:
        first = self._cells[0].seed  # they come by seed
        self._waiting = longest_first(self._waiting[::-1], self.costs.predict, first)[::-1]
        self._since = 0

    def _stored(self, cell: str) -> Record | None:
        if cell not in self._records and (record := self._store.get(cell)):
            self._records[cell] = record
        return self._records.get(cell)
