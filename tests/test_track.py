"""The MLflow sink: what a run shows there, that it never doubles, and that it never disturbs."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UserError
from harness.experiment.record import Outcome, Record
from harness.experiment.store import Store
from harness.tracking import mlflow_view as view
from harness.tracking.beside import TrackerProcess
from harness.tracking.tracker import Tracker, sync, tracking_uri, ui_url

STARTED = "2026-01-02T03:04:05+00:00"
INVOCATION = {"command": "harness run tiny", "started": STARTED}


def fabricate(number: int, outcome: str = "ok", **changes: Any) -> Record:
    """A record as a cell leaves it, with a curve of three points if it ended ok."""
    ok = outcome == "ok"
    fields: dict[str, Any] = dict(
        id=f"cell{number:04d}",
        key={"task": {"name": "adding", "data": 1}, "budget": {"steps": 30, "batch": 8}},
        task="adding[length=9]",
        architecture="lstm" if number % 2 else "gru",
        seed=number,
        outcome=outcome,
        reason="" if ok else "ValueError: boom",
        traceback="Traceback: boom at line 7" if outcome == "failed" else "",
        problem="many-to-one",
        tags=["memory", "recall"],
        metric="accuracy",
        scores={
            "validation": {"accuracy": 0.6},
            "test": {"accuracy": 0.625, "loss": float("nan")},
            "test@2x": {"accuracy": 0.5},
        }
        if ok
        else {},
        skill=0.25 if ok else None,
        floor=0.5,
        ceiling=1.0,
        curve=[
            {"step": 10 * k, "examples": 80 * k, "seconds": k, "loss": 1 / k, "validation": 0.2 * k}
            for k in (1, 2, 3)
        ]
        if ok
        else [],
        steps=30,
        seconds={"data": 0.5, "training": 2.0, "evaluation": 0.5, "total": 3.0},
        examples_per_second=120.0,
        flops=1e6,
        parameters=1234,
        width=16,
        peak_memory=99.0,
        chosen={"rate": 0.003},
        started="2026-01-02T03:04:06+00:00",
        ended="2026-01-02T03:04:09+00:00",
    )
    return Record(**fields | changes)


def planned(matrix: str, records: list[Record]) -> dict[str, Any]:
    """The plan of a matrix with these cells."""
    names = ("id", "task", "architecture", "seed", "kind")
    return {
        "matrix": matrix,
        "description": "a tiny matrix",
        "budget": {"steps": 30, "batch": 8},
        "created": STARTED,
        "cells": [{name: getattr(record, name) for name in names} for record in records],
    }


def stored(out: Path, matrix: str, records: list[Record]) -> tuple[Store, dict[str, Any]]:
    """A store that holds the records and their plan."""
    store = Store(out)
    store.create()
    plan = planned(matrix, records)
    store.put_plan(plan)
    for record in records:
        store.put(record)
    return store, plan


def client_of(store: Store) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri(store.out))


def runs_of(store: Store, matrix: str = "tiny") -> list[Any]:
    """All runs of a matrix that are not deleted."""
    client = client_of(store)
    experiment = client.get_experiment_by_name(f"harness/{matrix}")
    return list(client.search_runs([experiment.experiment_id], max_results=1000))


def cells_of(store: Store, matrix: str = "tiny") -> dict[str, Any]:
    """Runs of cells by cell id; fails where a cell has two."""
    runs = [r for r in runs_of(store, matrix) if "harness.cell" in r.data.tags]
    found = {r.data.tags["harness.cell"]: r for r in runs}
    assert len(found) == len(runs), "a cell has two runs"
    return found


OUTCOMES = ["ok", "failed", "not-applicable", "interrupted", "ok", "ok"]


@pytest.fixture(scope="module", autouse=True)
def no_tracker_of_the_user():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "false")
        yield


@pytest.fixture(scope="module")
def tracked(tmp_path_factory) -> tuple[Store, dict[str, Any], list[Record]]:
    """A store whose out folder has a difficult name, tracked by one invocation with a report."""
    out = tmp_path_factory.mktemp("track") / "an out? 100%20 #1"
    records = [fabricate(i, outcome) for i, outcome in enumerate(OUTCOMES)]
    records[-1].kind = "trial"
    store, plan = stored(out, "tiny", records)
    report = out / "reports" / "tiny" / "index.html"
    report.parent.mkdir(parents=True)
    report.write_text("<h1>0.625</h1>")
    report.with_name("results.csv").write_text("task,test\nadding,0.625\n")
    tracker = Tracker(store, plan, invocation=INVOCATION)
    for record in records:
        tracker.put(record)
    assert tracker.close(report) is None
    return store, plan, records


RUN = """
import os, sys
from harness.experiment.store import Store
from harness.tracking.beside import TrackerProcess

store = Store(sys.argv[1])
tracker = TrackerProcess(store, store.plan(), invocation={"command": "x", "started": sys.argv[2]})
for cell in store.ids():
    tracker.put(store.get(cell))
print(tracker._process.pid, flush=True)
if sys.argv[3] == "dies":
    os._exit(0)
print(tracker.close(None), "mlflow" in sys.modules)
"""


def test_a_run_tracks_from_a_process_of_its_own_without_importing_mlflow(tmp_path):
    store, _ = stored(tmp_path / "out", "tiny", [fabricate(0), fabricate(1)])
    command = [sys.executable, "-c", RUN, str(store.out), STARTED, "ends"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[1:] == ["None False"], done.stderr
    assert set(cells_of(store)) == set(store.ids())
    killed = subprocess.run([*command[:-1], "dies"], capture_output=True, text=True, check=True)
    tracker, deadline = int(killed.stdout), time.monotonic() + 60
    with pytest.raises(ProcessLookupError):  # it is gone, too
        while time.monotonic() < deadline:
            os.kill(tracker, 0)
            time.sleep(0.1)


def test_a_tracker_process_that_is_killed_costs_a_warning(tmp_path):
    store, plan = stored(tmp_path / "out", "tiny", [fabricate(0)])
    tracker = TrackerProcess(store, plan, invocation=INVOCATION)
    tracker._process.kill()
    tracker._process.wait()
    tracker.put(store.get("cell0000"))
    assert "harness sync" in tracker.close(None)


def test_one_parent_for_the_invocation_and_a_nested_run_for_each_cell(tracked):
    store, _, records = tracked
    parents = [r for r in runs_of(store) if r.data.tags.get("kind") == "invocation"]
    assert len(parents) == 1
    cells = cells_of(store)
    assert set(cells) == {r.id for r in records}
    for run in cells.values():
        assert run.data.tags["mlflow.parentRunId"] == parents[0].info.run_id
    assert cells["cell0000"].info.run_name == "adding[length=9] · gru · seed 0"
    assert parents[0].info.status == "FAILED"  # as the exit code of this run would be
    assert parents[0].data.metrics["cells/ok"] == 2
    assert parents[0].data.tags["mlflow.source.name"] == "harness run tiny"


def test_a_cell_shows_what_its_record_holds(tracked):
    store, _, _ = tracked
    run = cells_of(store)["cell0000"]
    assert run.data.params.items() >= {
        "task": "adding[length=9]", "architecture": "gru", "seed": "0", "width": "16",
        "chosen/rate": "0.003", "budget/steps": "30", "budget/batch": "8",
    }.items()  # fmt: skip
    assert run.data.tags.items() >= {
        "task": "adding[length=9]", "architecture": "gru", "seed": "0", "outcome": "ok",
        "problem": "many-to-one", "metric": "accuracy", "kind": "score",
        "capabilities": "memory, recall", "current": "yes",
    }.items()  # fmt: skip
    assert run.data.metrics.items() >= {
        "test/accuracy": 0.625, "test/skill": 0.25, "validation/accuracy": 0.6,
        "test-2x/accuracy": 0.5, "cost/train_seconds": 2.0, "cost/total_seconds": 3.0,
        "cost/parameters": 1234, "cost/flops_per_update": 1e6, "cost/peak_memory_mib": 99.0,
        "cost/examples_per_second": 120.0,
    }.items()  # fmt: skip
    assert "test/loss" not in run.data.metrics, "a NaN was tracked"
    assert run.info.end_time - run.info.start_time == 3000
    chip = run.inputs.dataset_inputs[0].dataset
    assert chip.name == "adding[length=9]" and chip.digest


def test_the_curve_has_its_steps(tracked):
    store, _, _ = tracked
    run = cells_of(store)["cell0000"].info.run_id
    points = client_of(store).get_metric_history(run, "curve/validation")
    assert [(p.step, round(p.value, 6)) for p in points] == [(10, 0.2), (20, 0.4), (30, 0.6)]


def test_status_says_how_the_cell_ended_and_a_failure_has_its_traceback(tracked):
    store, _, _ = tracked
    cells = cells_of(store)
    statuses = [cells[f"cell{i:04d}"].info.status for i in range(len(OUTCOMES))]
    assert statuses == ["FINISHED", "FAILED", "FINISHED", "KILLED", "FINISHED", "FINISHED"]
    failed = cells["cell0001"]
    assert "ValueError: boom" in failed.data.tags["mlflow.note.content"]
    path = Path(client_of(store).download_artifacts(failed.info.run_id, "traceback.txt"))
    assert path.read_text() == "Traceback: boom at line 7"
    kept = list((store.out / "artifacts" / "tiny").rglob("traceback.txt"))
    assert len(kept) == 1, "artifacts are not under --out"


def test_the_report_hangs_on_the_parent(tracked):
    store, _, _ = tracked
    parent = next(r for r in runs_of(store) if r.data.tags.get("kind") == "invocation")
    paths = {f.path for f in client_of(store).list_artifacts(parent.info.run_id, "report")}
    assert paths == {"report/index.html", "report/results.csv"}


def test_header_and_views_are_stored(tracked):
    store, _, _ = tracked
    tags = client_of(store).get_experiment_by_name("harness/tiny").tags
    assert "a tiny matrix" in tags["mlflow.note.content"].splitlines()[0]
    assert "/artifacts/report/index.html?workflowType" in tags["mlflow.note.content"]
    assert "| steps | 30 |" in tags["mlflow.note.content"]
    for key in (view.GROUPED, view.LEADERBOARD):
        assert "test/accuracy" in tags[f"mlflow.sharedViewState.{key}"]


def test_telemetry_is_off_whatever_the_environment_says(tracked):
    from mlflow.telemetry.utils import is_telemetry_disabled

    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert is_telemetry_disabled()


def test_sync_writes_nothing_twice_and_mends_what_is_missing_or_differs(tracked):
    store, _, records = tracked
    before = {cell: run.info.run_id for cell, run in cells_of(store).items()}
    parent_of = {cell: run.data.tags["mlflow.parentRunId"] for cell, run in cells_of(store).items()}
    again = sync(store)
    assert (again.written, again.present) == (0, len(records))
    assert {cell: run.info.run_id for cell, run in cells_of(store).items()} == before

    client_of(store).delete_run(before["cell0002"])
    assert sync(store).written == 1
    assert sync(store).written == 0

    changed = dataclasses.replace(records[4], skill=0.75)
    store.put(changed)
    assert sync(store, "tiny").written == 1
    after = cells_of(store)
    assert after["cell0004"].data.metrics["test/skill"] == 0.75
    assert after["cell0004"].data.tags["mlflow.parentRunId"] == parent_of["cell0004"]
    assert after["cell0000"].info.run_id == before["cell0000"]
    assert sync(store).written == 0
    store.put(records[4])
    assert sync(store).written == 1


def test_a_second_invocation_leaves_cached_cells_and_replaces_recomputed_ones(tracked):
    store, plan, records = tracked
    sync(store)
    before = {cell: run.info.run_id for cell, run in cells_of(store).items()}
    recomputed = fabricate(1, "ok", ended="2026-01-02T04:00:00+00:00")
    with Tracker(store, plan, invocation=INVOCATION) as tracker:
        for record in (records[0], recomputed):
            tracker.put(record)
        assert tracker.close(None) is None
    after = cells_of(store)
    assert after["cell0000"].info.run_id == before["cell0000"]
    assert after["cell0001"].info.run_id != before["cell0001"]
    assert after["cell0001"].info.status == "FINISHED"
    parents = [r for r in runs_of(store) if r.data.tags.get("kind") == "invocation"]
    assert after["cell0001"].data.tags["mlflow.parentRunId"] in {p.info.run_id for p in parents}
    store.put(recomputed)


def test_a_matrix_that_was_deleted_or_shrank_is_put_right(tracked):
    store, plan, records = tracked
    client = client_of(store)
    client.delete_experiment(client.get_experiment_by_name("harness/tiny").experiment_id)
    store.put_plan(plan | {"cells": plan["cells"][:-2]})
    sync(store)
    assert client.get_experiment_by_name("harness/tiny").lifecycle_stage == "active"
    current = Counter(run.data.tags["current"] for run in cells_of(store).values())
    assert current == {"yes": len(records) - 2, "no": 2}
    store.put_plan(plan)
    sync(store)
    current = Counter(run.data.tags["current"] for run in cells_of(store).values())
    assert current == {"yes": len(records)}


def test_cells_that_tuning_decides_on_during_the_run_are_in_the_views(tracked):
    store, _, records = tracked
    trial, old = dataclasses.replace(records[0], kind="trial"), fabricate(2)
    store.put_plan(first := planned("tuned", [trial, old]))
    with Tracker(store, first, invocation=INVOCATION) as tracker:
        for record in (trial, old):
            tracker.put(record)
        assert tracker.close(None) is None
    with Tracker(store, first, invocation=INVOCATION) as tracker:
        store.put_plan(planned("tuned", [trial, records[4]]))
        tracker.put(records[4])
        assert tracker.close(None) is None
    current = {cell: run.data.tags["current"] for cell, run in cells_of(store, "tuned").items()}
    assert current == {"cell0000": "yes", "cell0002": "no", "cell0004": "yes"}
    parent = client_of(store).get_run(
        cells_of(store, "tuned")["cell0004"].data.tags["mlflow.parentRunId"]
    )
    assert parent.data.metrics == {"cells/ok": 1}


def test_a_cell_of_two_matrices_is_in_both_experiments(tracked):
    store, _, records = tracked
    store.put_plan(planned("other", records[:1]))
    sync(store, "other")
    assert set(cells_of(store, "other")) == {"cell0000"}
    parents = [r for r in runs_of(store, "other") if r.data.tags.get("kind") == "invocation"]
    assert [p.data.tags["mlflow.source.name"] for p in parents] == ["harness sync"]


def test_a_parent_that_a_crash_left_open_is_ended(tracked):
    store, _, _ = tracked
    client = client_of(store)
    experiment = client.get_experiment_by_name("harness/tiny").experiment_id
    own = next(r for r in runs_of(store) if r.data.tags.get("kind") == "invocation")
    tags = {key: own.data.tags[key] for key in ("kind", "harness.out")}
    crashed = client.create_run(experiment, tags=tags).info.run_id
    sync(store)
    assert client.get_run(crashed).info.status == "KILLED"


@pytest.mark.parametrize("broken", ["server", "corrupt", "no folder"])
def test_a_tracker_that_is_down_costs_a_warning_and_no_time(broken, tmp_path, monkeypatch):
    store, plan = stored(tmp_path / "out", "tiny", [fabricate(0), fabricate(1)])
    if broken == "server":
        monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    elif broken == "corrupt":
        (store.out / "mlflow.db").write_text("this is no database " * 100)
    else:
        (tmp_path / "file").touch()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/file/mlflow.db")
    began = time.monotonic()
    tracker = Tracker(store, plan, invocation=INVOCATION)
    tracker.put(fabricate(0))
    tracker.put(fabricate(1))
    assert time.monotonic() - began < 0.5, "training waited for the tracker"
    warning = tracker.close(None)
    assert time.monotonic() - began < 20
    assert warning is not None and "2 of 2 cells" in warning and "harness sync" in warning
    assert "secret" not in warning and "\n" not in warning
    with pytest.raises(UserError, match="harness sync"):
        sync(store)


def test_an_interrupt_waits_about_a_second_for_a_tracker_that_hangs(tmp_path, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr("harness.tracking.tracker.Writer", lambda *_: release.wait(30))
    store, plan = stored(tmp_path, "tiny", [fabricate(0)])
    tracker = Tracker(store, plan, invocation=INVOCATION)
    tracker.put(fabricate(0))
    began = time.monotonic()
    warning = tracker.close(None, interrupted=True)
    release.set()
    assert 0.5 < time.monotonic() - began < 3
    assert warning is not None and "1 of 1 cells" in warning


def test_what_a_tracker_missed_while_it_was_away_is_written_at_the_end(tracked, monkeypatch):
    from harness.tracking.mlflow_writer import Writer

    store, plan, _ = tracked
    write, calls = Writer.write, []

    def unlucky(self: Writer, record: Record, parent: str = "") -> bool:
        calls.append(record.id)
        if len(calls) == 1:
            raise ConnectionError("gone for a moment")
        return write(self, record, parent)

    monkeypatch.setattr(Writer, "write", unlucky)
    tracker = Tracker(store, plan, invocation=INVOCATION)
    tracker.put(fabricate(0))
    tracker.put(fabricate(4))
    assert tracker.close(None) is None
    assert set(calls) == {"cell0000", "cell0004"}


def test_a_record_is_stamped_the_same_before_and_after_it_was_stored(tmp_path):
    record = fabricate(3, chosen={"rate": 1e-3, "sizes": (1, 2)})
    store = Store(tmp_path)
    store.create()
    store.put(record)
    read = store.get(record.id)
    assert read is not None and view.stamp(read) == view.stamp(record)
    assert view.stamp(dataclasses.replace(read, skill=0.5)) != view.stamp(record)


def test_awkward_values_fit_in_the_limits():
    record = fabricate(
        0,
        "failed",
        reason="x" * 9000,
        chosen={f"p{i}": "v" * 9000 for i in range(150)},
        notes=["n" * 9000],
    )
    assert len(view.params(record, {})) == 100
    assert all(len(v) <= 500 for v in view.params(record, {}).values())
    assert all(len(v) <= 5000 for v in view.tags(record, True).values())
    many = [fabricate(i, task=f"task{i}" * 9, architecture=f"a{i}") for i in range(2000)]
    plan = planned("large", many)
    assert all(len(v) <= 20_000 for v in view.views(plan, ["accuracy"]).values())
    assert {view.status(fabricate(0, o)) for o in Outcome} == {"FINISHED", "FAILED", "KILLED"}


def test_a_link_without_a_server_goes_to_the_list_of_experiments(tmp_path):
    store, _ = stored(tmp_path, "tiny", [])
    link = ui_url("http://127.0.0.1:9/", store)
    assert link == "http://127.0.0.1:9/#/experiments?workflowType=machine_learning"
