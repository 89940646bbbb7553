"""One run: plan, execute, store, track. Nothing here prints: pass a watcher to see it."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.experiment.cell import Cell
from harness.experiment.environment import describe
from harness.experiment.horizon import climbed
from harness.experiment.plan import Costs, Wanted, document, expand
from harness.experiment.record import FINE, Outcome, Record
from harness.experiment.request import Request
from harness.experiment.store import Store
from harness.experiment.tuning import settle, studies
from harness.experiment.user_data import choose, described
from harness.training.run_cell import now
from harness.workers.local import Settings, available_cores, run_in_process, run_local
from harness.workers.signals import sigterm_as_interrupt


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


@dataclass
class Result:
    """What became of a run."""

    store: Store
    matrix: str
    computed: int = 0
    cached: int = 0
    replanned: bool = False
    """Other cells are planned than were before."""
    interrupted: bool = False
    report: Path | None = None
    warnings: list[str] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    """How many of the planned cells ended how; pending: not run."""
    fine: bool = False
    """Every planned cell ended ok or not-applicable, or diverged where that is an answer."""


def run(
    request: Request,
    *,
    watcher: Watcher | None = None,
    build_report: Callable[[Store, str], Path] | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Result:
    """Run what is missing of what is asked for, store every record the moment its cell ends.

    On Ctrl-C or SIGTERM the running cells are stopped, what is finished stays, and the report is
    still built; the result says ``interrupted``. ``meanwhile`` is called once in a thread of its
    own while the workers start: for slow imports. Raises UserError for what the user got wrong,
    before anything runs.
    """
    watcher = watcher or Watcher()
    chosen = choose(request)
    matrix = described(chosen)
    cells = expand(matrix, chosen.tasks, request.architectures, parts=request.parts)
    wanted = Wanted(request.retry_failed, request.fresh, request.timeout)
    store = Store(request.out)
    store.create()
    settings = Settings(
        available_cores() if request.jobs is None else request.jobs, request.timeout,
        store.out / "data", request.device, tuple(request.plugins or ()),
    )  # fmt: skip
    execute = run_local if settings.jobs else run_in_process
    # What is planned for a task from the user's data may be of other data or settings.
    others = chosen.user_data and matrix.name in store.plans()
    outdated = others and store.plan(matrix.name)["description"] != matrix.description
    partial = request.narrowed and not outdated
    memory = _Memory(store)
    result = Result(store, matrix.name)
    started = now()
    with store.writing():
        environment = store.put_environment(describe(settings.device, settings.jobs))
        tracker = None
        try:
            with sigterm_as_interrupt():
                for round_of_cells, whole in _rounds(cells, memory):
                    planned = document(matrix, whole, request.command, started, store, partial)
                    before = store.plan(matrix.name) if matrix.name in store.plans() else {}
                    result.replanned |= before.get("cells") != planned["cells"]
                    store.put_plan(planned)
                    todo, cached = _sort(round_of_cells, memory, wanted)
                    known = store.ids() if todo else []
                    costs = Costs([r for i in known if (r := memory.get(i))])
                    result.cached += len(cached)
                    watcher.begun(round_of_cells, cached, costs, settings.jobs)
                    if todo and meanwhile:
                        threading.Thread(target=meanwhile, daemon=True).start()
                        meanwhile = None
                    if todo and request.track and tracker is None:
                        from harness.tracking.tracker import Tracker

                        called = {"command": request.command, "started": started}
                        tracker = Tracker(store, planned, invocation=called)
                    for record in execute(todo, settings, watcher.running) if todo else ():
                        record.environment = environment
                        _put(store, record)
                        memory.forget(record.id)
                        result.computed += 1
                        if tracker:
                            tracker.put(record)
                        watcher.ended(record)
        except KeyboardInterrupt:
            result.interrupted = True
        except UserError:
            if tracker:
                tracker.close(None, interrupted=True)
            raise
        finally:
            watcher.over()
        result.warnings += store.corrupted
        _finish(result, store, build_report, tracker)
    return result


class _Memory:
    def __init__(self, store: Store):
        self._store = store
        self._records: dict[str, Record] = {}

    def get(self, cell: str) -> Record | None:
        """The record with this id; None if there is none."""
        if cell not in self._records and (record := self._store.get(cell)):
            self._records[cell] = record
        return self._records.get(cell)

    def forget(self, cell: str) -> None:
        """Read this record from disk the next time."""
        self._records.pop(cell, None)


def _rounds(cells: list[Cell], memory: _Memory) -> Iterator[tuple[list[Cell], list[Cell]]]:
    """The tuning trials, as soon as results let them be known, then the reported cells with
    what the trials chose, then the longer lags where horizons climb. With each round, all cells
    that are planned by then."""
    run: set[str] = set()
    while True:
        tuned = studies(cells, memory)
        trials = [cell for study in tuned.values() for cell in study.cells]
        reported = climbed(settle(cells, tuned), memory)
        new = [cell for cell in trials if cell.study is None and cell.id not in run]
        if not new:
            break
        run |= {cell.id for cell in new}
        yield new, trials + reported
    new = reported
    while new:
        run |= {cell.id for cell in new}
        yield new, trials + reported
        reported = climbed(settle(cells, tuned), memory)
        new = [cell for cell in reported if cell.id not in run]


def _sort(cells: list[Cell], memory: _Memory, wanted: Wanted) -> tuple[list[Cell], list[Record]]:
    todo, cached = [], []
    for cell in {cell.id: cell for cell in cells}.values():  # parts may ask for the same one
        record = memory.get(cell.id)
        if wanted.again(cell, record):
            todo.append(cell)
        elif record:
            cached.append(record)
    return todo, cached


def _put(store: Store, record: Record) -> None:
    try:
        store.put(record)
    except OSError as error:
        what = f"the record of cell {record.id} could not be written ({error.strerror or error})"
        right = "what was stored before is kept: make room, then give the same command again"
        raise UserError(f"--out {store.out}: {what}; {right}") from None


def _finish(
    result: Result, store: Store, build_report: Callable[[Store, str], Path] | None, tracker: Any
) -> None:
    """Count, build the report, close the tracker. A second Ctrl-C skips what is left."""
    answers = {part["name"] for part in store.plan(result.matrix)["parts"] if part["may_diverge"]}
    result.fine = True
    rows = store.results(result.matrix)
    result.outcomes = dict(Counter({row["id"]: row["outcome"] for row in rows}.values()))
    for row in rows:
        answer = row["outcome"] == Outcome.DIVERGED and row["part"] in answers
        result.fine = result.fine and (row["outcome"] in FINE or answer)
    try:
        if build_report:
            page = store.out / "report" / result.matrix / "index.html"
            changed = result.computed or result.replanned or result.interrupted
            if changed or not page.exists():
                page = build_report(store, result.matrix)
            result.report = page
    except KeyboardInterrupt:
        result.interrupted = True
        result.warnings.append("the report was not built: stopped by the user")
    finally:
        if tracker:
            warning = tracker.close(result.report, interrupted=result.interrupted)
            if warning:
                result.warnings.append(warning)
