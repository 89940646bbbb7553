"""One matrix's experiment in MLflow, read and written in the calling thread.

Everything here may raise whatever mlflow raises. ``tracker.py`` decides what becomes
of that.
"""

import logging
import os
import platform
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from harness.experiment.matrix import OWN_CELLS
from harness.experiment.record import FINE, Record
from harness.experiment.store import Store
from harness.tracking import mlflow_view as view


def experiment_name(matrix: str) -> str:
    """The name of a matrix's experiment."""
    return f"harness/{matrix}"


def database_file(uri: str) -> Path | None:
    """The file of a local database; None if the tracker is something else."""
    if not uri.startswith("sqlite:///"):
        return None
    return Path(unquote(uri.removeprefix("sqlite:///").partition("?")[0]))


def in_words(error: BaseException) -> str:
    """What was behind an error, in one line."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed"
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200]


class _Cell(NamedTuple):
    """What is known of a cell's run; an empty stamp marks one that was not finished."""

    run: str
    stamp: str
    ended: str
    parent: str
    current: bool


class Writer:
    """The experiment of one matrix. ``parent`` is the caller's own parent run, if it has one."""

    def __init__(self, uri: str, store: Store, plan: dict[str, Any], parent: str = ""):
        self.uri, self.store, self.plan = uri, store, plan
        self.place = f"{platform.node()}:{store.out}"
        _prepare(uri)
        from mlflow import MlflowClient

        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self.client = MlflowClient(uri, uri)
        self.primary: set[str] = set()
        self.cells: dict[str, _Cell] = {}
        self.parents: list[Any] = []
        self.report = ""
        """Where in the experiment the latest report is."""
        self.experiment = self._experiment()
        self._read(parent)
        self.replan(plan)

    def begin(self, invocation: dict[str, str], name: str = "") -> str:
        """Start a parent run; returns its id. ``invocation``: command, started (ISO time)."""
        started = invocation.get("started", "")
        run = self.client.create_run(
            self.experiment,
            start_time=view.milliseconds(started),
            run_name=name or f"{self.plan['matrix']} · {started[:16].replace('T', ' ')}",
            tags={
                "kind": "invocation",
                "harness.out": self.place,
                "mlflow.source.name": invocation.get("command", ""),
                "mlflow.source.type": "LOCAL",
            },
        )
        self.parents.append(run)
        return run.info.run_id

    def write(self, record: Record, parent: str = "") -> bool:
        """Write a record's run, in place of one that differs; False if it was there as it is.

        The run is nested under ``parent``; without one under the parent whose time it falls in.
        """
        if record.metric:
            self.primary.add(record.metric)
        old, stamp = self.cells.get(record.id), view.stamp(record)
        if old is not None:
            if old.stamp == stamp:
                return False
            if old.ended == record.ended and any(old.parent == p.info.run_id for p in self.parents):
                parent = old.parent  # the same result written again keeps its parent
            self.client.delete_run(old.run)
            del self.cells[record.id]
        self._write(record, parent or self._parent_of(record), stamp)
        return True

    def replan(self, plan: dict[str, Any]) -> None:
        """Go over to a later plan: tuning decides the reported cells only as it goes on.

        Cells that are in it no more keep their runs, but leave the views.
        """
        self.plan = plan
        self.parts = {row["id"]: row["part"] for row in reversed(plan["cells"]) if row.get("part")}
        for row in view.own_cells(plan):
            self.parts.pop(row["id"], None)
        planned = {cell["id"] for cell in plan["cells"]}
        for cell, known in self.cells.items():
            if known.current != (cell in planned):
                self.client.set_tag(known.run, "current", "no" if known.current else "yes")
                self.cells[cell] = known._replace(current=not known.current)
        self.describe()

    def _write(self, record: Record, parent: str, stamp: str) -> None:
        from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param

        started = view.milliseconds(record.started) or int(time.time() * 1000)
        ended = view.milliseconds(record.ended) or started
        part = self.parts.get(record.id, OWN_CELLS)
        run = self.client.create_run(
            self.experiment,
            start_time=started,
            run_name=view.run_name(record, part),
            tags=view.tags(record, True, part)
            | {
                "mlflow.parentRunId": parent,
                "harness.cell": record.id,
                "harness.stamp": stamp,  # counts only once the run has ended
                "mlflow.source.name": "harness",
                "mlflow.source.type": "LOCAL",
            },
        ).info.run_id
        self.cells[record.id] = _Cell(run, "", record.ended, parent, True)
        name, digest, source = view.data_set(record)
        chip = Dataset(name=name, digest=digest, source_type="harness", source=source)
        self.client.log_inputs(
            run, [DatasetInput(chip, [InputTag("mlflow.data.context", "training")])]
        )
        if record.traceback:
            self.client.log_text(run, record.traceback, "traceback.txt")
        metrics = [Metric(k, v, ended, 0) for k, v in view.metrics(record).items()]
        metrics += [
            Metric(key, value, started + int(seconds * 1000), step)
            for key, value, step, seconds in view.curve(record)
        ]
        while len(metrics) > 900:
            self.client.log_batch(run, metrics=metrics[-900:])
            del metrics[-900:]
        params = view.params(record, self.plan["budget"])
        self.client.log_batch(run, metrics, [Param(k, v) for k, v in params.items()])
        self.client.set_terminated(run, view.status(record), ended)
        self.cells[record.id] = _Cell(run, stamp, record.ended, parent, True)

    def finish(self, parent: str, counts: Counter[str], interrupted: bool) -> None:
        """End a parent run with the number of planned cells by outcome."""
        from mlflow.entities import Metric, RunTag

        now = int(time.time() * 1000)
        note = ", ".join(f"{number} {outcome}" for outcome, number in counts.most_common())
        self.client.log_batch(
            parent,
            metrics=[Metric(f"cells/{outcome}", n, now, 0) for outcome, n in counts.items()],
            tags=[RunTag("mlflow.note.content", f"Planned cells by outcome: {note}")],
        )
        status = "FINISHED" if all(outcome in FINE for outcome in counts) else "FAILED"
        self.client.set_terminated(parent, "KILLED" if interrupted else status, now)

    def attach(self, parent: str, report: Path) -> None:
        """Put a report, and all that it links to beside it, into a parent run's artifacts."""
        self.client.log_artifacts(parent, str(report.parent), "report")
        self.client.set_tag(parent, "harness.report", f"report/{report.name}")
        self.report = f"{parent}/artifacts/report/{report.name}"

    def describe(self) -> None:
        """Set the experiment's note and stored views, where they are not so yet."""
        there = self.client.get_experiment(self.experiment).tags
        views = view.views(self.plan, self.primary)
        wanted = {f"mlflow.sharedViewState.{key}": state for key, state in views.items()} | {
            "mlflow.note.content": view.matrix_note(self.plan, self.experiment, self.report),
            "mlflow.experimentKind": "custom_model_development",
        }
        for key, value in wanted.items():
            if there.get(key) != value:
                self.client.set_experiment_tag(self.experiment, key, value)

    def _experiment(self) -> str:
        name = experiment_name(self.plan["matrix"])
        experiment = self.client.get_experiment_by_name(name)
        if experiment is None:
            place = (self.store.out / "artifacts" / self.plan["matrix"]).as_uri()
            served = self.uri.startswith(("http", "databricks"))
            return self.client.create_experiment(name, None if served else place)
        if experiment.lifecycle_stage == "deleted":
            self.client.restore_experiment(experiment.experiment_id)
        return experiment.experiment_id

    def _read(self, own: str) -> None:
        """Learn which runs are there; end parents, other than ``own``, that a crash left open."""
        token = None
        while token != "":
            page = self.client.search_runs([self.experiment], max_results=1000, page_token=token)
            for run in page:
                self._learn(run, own)
            token = page.token or ""

    def _learn(self, run: Any, own: str) -> None:
        tags, info = run.data.tags, run.info
        cell, running = tags.get("harness.cell"), info.status == "RUNNING"
        if tags.get("kind") == "invocation":
            if running and info.run_id != own and tags.get("harness.out") == self.place:
                self.client.set_terminated(info.run_id, "KILLED")
                run = self.client.get_run(info.run_id)
            self.parents.append(run)
            if not self.report and "harness.report" in tags:
                self.report = f"{info.run_id}/artifacts/{tags['harness.report']}"
        elif cell in self.cells:
            self.client.delete_run(info.run_id)  # two stores were tracked at once
        elif cell:
            stamp = "" if running else tags.get("harness.stamp", "")
            parent = tags.get("mlflow.parentRunId", "")
            ended, current = tags.get("harness.ended", ""), tags.get("current") != "no"
            self.cells[cell] = _Cell(info.run_id, stamp, ended, parent, current)
            if "metric" in tags:
                self.primary.add(tags["metric"])

    def _parent_of(self, record: Record) -> str:
        """The parent run during which the cell ended, or else the one that sync made."""
        ended = view.milliseconds(record.ended)
        for run in self.parents:
            start, end = run.info.start_time, run.info.end_time
            if ended is not None and end is not None and start <= ended <= end:
                return run.info.run_id
        for run in self.parents:
            if run.data.tags.get("mlflow.source.name") == "harness sync":
                return run.info.run_id
        now = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        name = f"{self.plan['matrix']} · synced {now[:16].replace('T', ' ')}"
        run = self.begin({"command": "harness sync", "started": now}, name)
        self.client.set_terminated(run, "FINISHED")
        return run


def _prepare(uri: str) -> None:
    """Set up mlflow's environment before its import; raises OSError or sqlite3.Error.

    Tries a local database first: mlflow would try a broken one again for minutes.
    """
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    if (path := database_file(uri)) is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = not path.exists()
        with closing(sqlite3.connect(path, timeout=5)) as database:
            if new:  # a third faster, and an open UI can read while a run writes
                database.execute("PRAGMA journal_mode=WAL")
            database.execute("BEGIN IMMEDIATE")
            database.rollback()
