"""One run: plan, execute, store, track. Nothing here prints: pass a watcher to see it."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.experiment.cell import Cell
from harness.experiment.cost import Costs, learned
from harness.experiment.environment import describe
from harness.experiment.plan import Wanted, document, expand
from harness.experiment.queue import Queue
from harness.experiment.record import FINE, Outcome, Record
from harness.experiment.request import Request
from harness.experiment.store import Store
from harness.experiment.user_data import choose, described
from harness.training.run_cell import now
from harness.workers.local import Settings, available_cores, run_in_process, run_local
from harness.workers.signals import sigterm_as_interrupt


class Watcher:
    """Hears what happens in a run; override what is of interest."""

    def begun(self, cells: list[Cell], cached: list[Record], costs: Costs, jobs: int) -> None:
        """More cells are ready to be run: all of these, and the records of those already done."""

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
    result = Result(store, matrix.name)
    started, machine = now(), describe(settings.device, settings.jobs)
    tracker: Any = None

    def found(new: list[Cell], done: list[Record], planned: list[Cell]) -> None:
        """More cells are ready: plan them, and start what goes on beside the first."""
        nonlocal tracker, meanwhile
        plan = document(matrix, planned, request.command, started, store, partial)
        before = store.plan(matrix.name) if matrix.name in store.plans() else {}
        result.replanned |= before.get("cells") != plan["cells"]
        store.put_plan(plan)
        result.cached += len(done)
        todo = len({cell.id for cell in new}) > len(done)
        if todo and tracker is None and not result.computed:
            queue.costs = learned(store, machine)
        watcher.begun(new, done, queue.costs, settings.jobs)
        if todo and meanwhile:
            threading.Thread(target=meanwhile, daemon=True).start()
            meanwhile = None
        if todo and request.track and tracker is None:
            from harness.tracking.beside import TrackerProcess

            called = {"command": request.command, "started": started}
            tracker = TrackerProcess(store, plan, invocation=called)

    queue = Queue(cells, store, wanted, found)
    with store.writing():
        environment = store.put_environment(machine)
        try:
            with sigterm_as_interrupt():
                for record in execute(queue.take, settings, watcher.running):
                    record.environment = environment
                    _put(store, record)
                    queue.ended(record)
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
