"""Local workers: one process a core, each with one thread, replaced when a cell breaks it."""

import multiprocessing
import os
import queue
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as CellTimeout
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.experiment.cell import Cell
from harness.experiment.imports import ROOT
from harness.experiment.record import Outcome, Record
from harness.training.run_cell import begin, now, run_cell

Take = Callable[[], Cell | None]
"""Gives the next cell to run; None while there is none, until another one ends."""
Watch = Callable[[list[Cell]], None]

AHEAD = 2
"""Cells for each worker that wait where it fetches them: it never waits for this process."""

RECYCLE = 200
"""Cells after which a worker is replaced: libraries leak a little."""

MAX_BROKEN_POOLS = 3

_ALLOCATOR = {
    # Training frees and asks for large buffers at every step. By default glibc hands them back
    # to the kernel each time, which costs up to half of a recurrent net's time in page faults.
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "MALLOC_TOP_PAD_": str(1 << 26),
}


@dataclass(frozen=True)
class Settings:
    """How cells are run; nothing here changes a result."""

    jobs: int
    timeout: float | None = None
    """seconds; None: the cap in each cell's budget"""
    data_folder: Path | None = None
    device: str = "cpu"
    plugins: tuple[str, ...] = ()

    def cap(self, cell: Cell) -> float:
        """Seconds after which the cell is stopped."""
        return self.timeout or cell.budget.seconds


def run_local(take: Take, settings: Settings, watch: Watch) -> Iterator[Record]:
    """Run cells in worker processes; yield each record as its cell ends, in any order.

    ``take`` is asked for a cell whenever one can be started; the end is when it has none and none
    is running.

    A cell that hangs, dies or runs out of memory costs its own worker only. On KeyboardInterrupt
    the workers are stopped at once, the cells then running are yielded as interrupted, and the
    exception goes on. ``watch`` is called a few times a second with the cells that are running.
    """
    if (first := take()) is None:
        return
    left = {first.id: first}
    for _ in range(MAX_BROKEN_POOLS):
        try:
            for record in _run_pool(left, take, settings, watch):
                del left[record.id]
                yield record
            return
        except BrokenProcessPool:  # an idle worker was killed; what was running runs again
            continue
    for cell in (*left.values(), *iter(take, None)):
        yield ended(cell, Outcome.FAILED, "the worker processes died again and again")


def _run_pool(
    left: dict[str, Cell], take: Take, settings: Settings, watch: Watch
) -> Iterator[Record]:
    """left: cells that were taken and have not ended; what is taken is added."""
    from pebble import ProcessPool

    done: queue.SimpleQueue = queue.SimpleQueue()
    variables = _ALLOCATOR | dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    if Path.cwd() != ROOT:  # a folder tasks/ where the user works is not to be taken for ours
        variables |= {"PYTHONSAFEPATH": "1"}
    with _environment(variables):
        pool = ProcessPool(
            max_workers=settings.jobs,
            max_tasks=RECYCLE,
            initializer=_start_worker,
            initargs=(_memory_share(settings), settings.plugins),
            context=_context(),
        )
        futures, kills = {}, _memory_kills()

        def start(cell: Cell) -> None:
            arguments = (cell, settings.data_folder, settings.device)
            try:
                future = pool.schedule(run_cell, args=arguments, timeout=settings.cap(cell))
            except RuntimeError:  # pebble's, of a pool that has just broken
                raise BrokenProcessPool from None
            futures[future] = cell
            future.add_done_callback(done.put)

        try:
            for cell in left.values():
                start(cell)
            while True:
                while len(futures) < (1 + AHEAD) * settings.jobs and (more := take()):
                    left[more.id] = more
                    start(more)
                if not futures:
                    return
                try:
                    future = done.get(timeout=0.2)
                except queue.Empty:
                    watch([cell for future, cell in futures.items() if future.running()])
                    continue
                cell = futures.pop(future)
                watch([c for f, c in futures.items() if f.running()])
                record, kills = _record_of(future, cell, settings, kills)
                yield record
        except (KeyboardInterrupt, GeneratorExit):
            running = [cell for future, cell in futures.items() if future.running()]
            pool.stop()
            for cell in running:
                yield ended(cell, Outcome.INTERRUPTED, "stopped by the user while it ran")
            raise
        finally:
            pool.stop()
            pool.join()


def _start_worker(memory: int | None, plugins: tuple[str, ...]) -> None:
    from harness.workers import worker

    worker.start(memory, plugins)


def _record_of(future, cell: Cell, settings: Settings, kills: int) -> tuple[Record, int]:
    from pebble import ProcessExpired

    try:
        return future.result(), kills
    except BrokenProcessPool:
        raise
    except CellTimeout:
        cap = settings.cap(cell)
        record = ended(cell, Outcome.TIMEOUT, f"still running after its cap of {cap:g} s")
        record.seconds["total"] = cap
        return record, kills
    except ProcessExpired as error:
        code = error.exitcode or 0
        if code == -signal.SIGKILL and _memory_kills() > kills:
            reason = "the system's memory was exhausted and it stopped the worker"
            return ended(cell, Outcome.OUT_OF_MEMORY, reason), _memory_kills()
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        return ended(cell, Outcome.FAILED, f"its worker process was ended {how}"), kills
    except MemoryError:
        return ended(cell, Outcome.OUT_OF_MEMORY, "MemoryError in the worker"), kills
    except Exception as error:  # a record that cannot be sent back, say
        return ended(cell, Outcome.FAILED, f"{type(error).__name__}: {error}"), kills


def ended(cell: Cell, outcome: Outcome, reason: str) -> Record:
    """The record of a cell that could not write its own."""
    record = begin(cell)
    record.outcome, record.reason, record.ended = outcome, reason, now()
    return record


def _context() -> multiprocessing.context.BaseContext:
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["harness.workers.worker"])
    return context


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Environment variables for processes started in a ``with`` block, where not set already."""
    added = {k: v for k, v in variables.items() if k not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def _memory_share(settings: Settings) -> int | None:
    """Bytes that a worker may hold, so that a blow-up is an error in its own cell."""
    if settings.device != "cpu":  # drivers reserve far more than they use
        return None
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None
    return int(0.85 * total / settings.jobs)


def _memory_kills() -> int:
    """How often the kernel has killed for memory in this control group; 0 where unknown."""
    try:
        text = Path("/sys/fs/cgroup/memory.events").read_text()
        return int(text.split("oom_kill ")[1].split()[0])
    except (OSError, IndexError, ValueError):
        return 0


def available_cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_in_process(take: Take, settings: Settings, watch: Watch) -> Iterator[Record]:
    """Run cells one by one in this process: for debugging. No cap, no isolation."""
    for cell in iter(take, None):
        watch([cell])
        started = time.perf_counter()
        try:
            yield run_cell(cell, settings.data_folder, settings.device)
        except KeyboardInterrupt:
            record = ended(cell, Outcome.INTERRUPTED, "stopped by the user while it ran")
            record.seconds["total"] = time.perf_counter() - started
            yield record
            raise
