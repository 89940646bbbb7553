"""The MLflow sink: shows records in a tracker, and never holds up or ends what makes them.

One experiment for each matrix, one parent run for each invocation, one nested run for each cell.
mlflow is imported inside functions (it takes 1.5 s), in one background thread during a run.
"""

import contextlib
import dataclasses
import json
import os
import queue
import re
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from harness.errors import UserError
from harness.experiment.record import PENDING, Record
from harness.experiment.store import Store
from harness.tracking import mlflow_view as view
from harness.tracking.mlflow_writer import Writer, experiment_name, in_words

PATIENCE = 30.0
"""Seconds that closing waits, and that a tracker which failed is left alone before the next try."""
INTERRUPTED_PATIENCE = 1.0


def tracking_uri(out: Path) -> str:
    """Where runs are tracked: $MLFLOW_TRACKING_URI, or a database under the out folder."""
    path = str(Path(out).absolute() / "mlflow.db").replace("%", "%25").replace("?", "%3F")
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{path}"


def ui_url(base: str, store: Store, matrix: str | None = None) -> str:
    """Link to a matrix's grouped view (the last planned one's) in the UI at ``base``.

    Asks the server there for the experiment; links to its list of experiments if it has none.
    """
    base = base.rstrip("/")
    try:
        name = urllib.parse.quote(experiment_name(store.plan(matrix)["matrix"]), safe="")
        ask = f"{base}/api/2.0/mlflow/experiments/get-by-name?experiment_name={name}"
        with urllib.request.urlopen(ask, timeout=10) as answer:
            experiment = json.load(answer)["experiment"]["experiment_id"]
    except (OSError, ValueError, KeyError, UserError):
        return f"{base}/#/experiments?workflowType=machine_learning"
    return (
        f"{base}/#/experiments/{experiment}/runs?workflowType=machine_learning"
        f"&viewStateShareKey={view.GROUPED}"
    )


class SyncResult(NamedTuple):
    """Runs of cells: ``written`` were missing or not as their records say, ``present`` were."""

    written: int
    present: int


def sync(store: Store, matrix: str | None = None, report: Path | None = None) -> SyncResult:
    """Write to the tracker what it lacks of one matrix, or of all; a second sync writes nothing.

    Holds the store while it works. ``report`` (an HTML file of a single matrix) goes to the latest
    parent run if anything was written. Raises UserError if the tracker cannot be reached, or a
    matrix is running.
    """
    plans = [store.plan(matrix)] if matrix else [store.plan(m) for m in reversed(store.plans())]
    if not plans:
        store.plan()  # says that no matrix was run there
    uri, written, total = tracking_uri(store.out), 0, 0
    with store.writing():
        try:
            for plan in plans:
                writer = Writer(uri, store, plan)
                records = [r for cell in plan["cells"] if (r := store.get(cell["id"])) is not None]
                new = sum(writer.write(record) for record in records)
                written, total = written + new, total + len(records)
                if report is not None and new and writer.parents:
                    latest = max(writer.parents, key=lambda run: run.info.start_time)
                    writer.attach(latest.info.run_id, report)
                writer.describe()
        except Exception as error:
            raise UserError(
                f"tracker {_public(uri)} did not answer: {in_words(error)}; "
                "no result is lost, run 'harness sync' when it is back"
            ) from error
    return SyncResult(written, total - written)


class Tracker:
    """Writes the records of one invocation in a background thread; nothing here ever raises.

    What could not be written is tried again when closing, and left to ``harness sync`` after that.
    The plan that counts in the end is the one then stored.
    """

    def __init__(self, store: Store, plan: dict[str, Any], *, invocation: dict[str, str]):
        self.store, self.plan, self.invocation = store, plan, invocation
        self.uri = tracking_uri(store.out)
        self._queue: queue.SimpleQueue[Record | None] = queue.SimpleQueue()
        self._taken = self._settled = 0
        self._outcomes: dict[str, str] = {}
        self._missed: list[Record] = []
        self._error: BaseException | None = None
        self._writer: Writer | None = None
        self._parent = ""
        self._report: Path | None = None
        self._interrupted = self._closed = self._finished = False
        self._deadline = self._wake = float("inf")
        self._thread = threading.Thread(target=self._work, name="tracker", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Tracker":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if not self._closed:
            self.close(None, interrupted=kind is not None)

    def put(self, record: Record) -> None:
        """Queue a record; returns at once. One that is already tracked as it is stays as it is."""
        self._taken += 1
        self._outcomes[record.id] = str(record.outcome)
        self._queue.put(dataclasses.replace(record, per_example={}, weights={}))

    def close(self, report: Path | None, interrupted: bool = False) -> str | None:
        """Write what is left, attach the report (HTML, with the .md and .csv files beside it).

        Takes at most 30 s, or 1 s when interrupted. Returns a warning if anything was not written.
        """
        limit = INTERRUPTED_PATIENCE if interrupted else PATIENCE
        self._report, self._interrupted, self._closed = report, interrupted, True
        self._deadline = time.monotonic() + limit
        self._queue.put(None)
        self._thread.join(limit)
        left = self._taken - self._settled
        if self._finished and not left:
            return None
        what = f"{left} of {self._taken} cells not tracked" if left else "parent run not finished"
        if self._error is None:
            why = f"tracker {_public(self.uri)} was still being written to"
        else:
            why = f"tracker {_public(self.uri)} did not answer: {in_words(self._error)}"
        return f"{why}; {what}, no result is lost; run 'harness sync' when it is back"

    def _work(self) -> None:
        self._try_begin()
        while (record := self._queue.get()) is not None:
            if self._writer is None and time.monotonic() >= self._wake:
                self._try_begin()
            late = self._writer is None or time.monotonic() >= self._deadline
            if late or not self._try_write(record):
                self._missed.append(record)
        if self._writer is None and self._missed:
            self._try_begin()
        failures = 0
        for record in self._missed:
            # Two failures in a row: the tracker is down, not the record at fault.
            if self._writer is None or failures == 2 or time.monotonic() >= self._deadline:
                break
            failures = 0 if self._try_write(record) else failures + 1
        self._try_finish()

    def _try_begin(self) -> None:
        if time.monotonic() >= self._deadline:
            return
        try:
            writer = Writer(self.uri, self.store, self.plan, self._parent)
            self._parent = self._parent or writer.begin(self.invocation)
            self._writer, self._error = writer, None
        except Exception as error:  # whatever a tracker does, the run goes on
            self._fail(error)

    def _try_write(self, record: Record) -> bool:
        assert self._writer is not None
        try:
            self._writer.write(record, self._parent)
        except Exception as error:
            refused = getattr(error, "error_code", "") == "INVALID_PARAMETER_VALUE"
            self._fail(error, gone=not refused and not self._closed)
            return False
        self._settled += 1
        return True

    def _fail(self, error: BaseException, gone: bool = True) -> None:
        self._error = error
        if gone:
            self._writer = None
            self._wake = time.monotonic() + PATIENCE

    def _try_finish(self) -> None:
        if self._writer is None:
            return
        try:
            with contextlib.suppress(UserError):
                self.plan = self.store.plan(self.plan["matrix"])
            planned = [cell["id"] for cell in self.plan["cells"] if cell["kind"] != "trial"]
            for cell in planned:
                if cell not in self._outcomes and (record := self.store.get(cell)) is not None:
                    self._outcomes[cell] = str(record.outcome)
            counts = Counter(self._outcomes.get(cell, PENDING) for cell in planned)
            self._writer.finish(self._parent, counts, self._interrupted)
            if self._report is not None and time.monotonic() < self._deadline:
                self._writer.attach(self._parent, self._report)
            if not self._interrupted:
                self._writer.replan(self.plan)
            self._finished = True
        except Exception as error:
            self._error = error


def _public(uri: str) -> str:
    return re.sub(r"//[^/@]*@", "//", uri)
