"""Records as data frames: their columns, their rows, and that old stores can be read."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import harness
from harness.experiment.record import Record
from harness.experiment.store import Store
from reports.analysis import frame
from reports.build import build

HERE = Path(__file__).parent
SCHEMAS = sorted((HERE / "fixtures").glob("record-schema-*.json"))
POINT = {"step": 10, "examples": 320, "seconds": 0.5, "loss": 1.25, "validation": 0.75}


@pytest.fixture
def store(tmp_path):
    """A cell with scores that two parts share, one without a record, one that failed, a trial."""
    store = Store(tmp_path)
    store.create()
    done = Record("aa", {"task": {"name": "recall", "parameters": {"lag": 5}}}, "recall[lag=5]",
                  "gru", 0, metric="accuracy", floor=0.5, ceiling=1.0, skill=0.8,
                  tags=["memory", "copy"], parameters=1000, width=16,
                  curve=[POINT, POINT])  # fmt: skip
    done.scores = {"validation": {"accuracy": 0.75}, "test": {"accuracy": 0.9, "loss": 0.25},
                   "test@2x": {"accuracy": 0.7}}  # fmt: skip
    done.skills = {"test": 0.8, "test@2x": 0.4}
    store.put(done)
    store.put(Record("cc", {}, "recall[lag=5]", "rnn", 0, outcome="failed", reason="no luck"))
    cells = [("aa", "gru", "", "report"), ("bb", "lstm", "", "report"),
             ("cc", "rnn", "x", "report"), ("aa", "gru", "x", "report"),
             ("aa", "gru", "y", "report"), ("dd", "gru", "", "trial")]  # fmt: skip
    rows = [{"id": i, "task": "recall[lag=5]", "architecture": a, "seed": 0, "part": p, "kind": k}
            for i, a, p, k in cells]  # fmt: skip
    parts = [{"name": n, "study": "", "lags": [], "may_diverge": False} for n in "xy"]
    store.put_plan({"matrix": "made", "description": "", "budget": {}, "cells": rows,
                    "parts": parts, "created": "2026-01-01", "command": "harness run"})  # fmt: skip
    return store


def test_one_row_a_cell_whatever_became_of_it(store):
    cells = harness.frame(store.out).set_index("id")
    assert list(cells.index) == ["aa", "bb", "cc"]
    assert list(cells.part) == ["x, y", "", "x"] and list(cells.main) == [True, True, False]
    assert list(cells.outcome) == ["ok", "pending", "failed"]
    one = cells.loc["aa"]
    assert (one.test, one.skill, one.width, one.tags) == (0.9, 0.8, 16, "memory;copy")
    assert one.task_name == "recall" and cells.loc["cc"].reason == "no luck"
    assert pd.isna(cells.loc["bb"].test) and pd.isna(cells.loc["bb"].width)


def test_one_row_a_cell_and_split_of_the_primary_metric(store):
    scores = harness.scores(store.out)
    assert len(scores) == 4 and list(scores[~scores.primary].metric) == ["loss"]
    primary = scores[scores.primary].set_index("split")
    assert list(primary.score) == [0.75, 0.9, 0.7]
    assert pd.isna(primary.skill["validation"]) and primary.skill["test@2x"] == 0.4


def test_one_row_an_evaluation(store):
    curves = harness.curves(store.out)
    assert len(curves) == 2 and curves.iloc[0][list(POINT)].to_dict() == POINT


TYPES = {"object": "text", "Int64": "whole number", "float64": "number", "boolean": "yes or no"}
"""Types of columns, as pandas and as people call them."""


def test_columns_are_documented_and_typed_the_same_with_and_without_records(store, tmp_path):
    page = (HERE.parent / "docs" / "frames.md").read_text()
    for columns in (frame.CELLS, frame.SCORES, frame.CURVES):
        for name, (kind, meaning) in columns.items():
            assert f"| `{name}` | {TYPES[kind]} | {meaning} |" in page
    empty = Store(tmp_path / "empty")
    empty.create()
    plan = store.plan()
    empty.put_plan(plan | {"cells": plan["cells"][1:2], "parts": []})
    for make, columns in ((harness.frame, frame.CELLS), (harness.scores, frame.SCORES),
                          (harness.curves, frame.CURVES)):  # fmt: skip
        full, bare = make(store.out), make(empty.out)
        assert list(full.columns) == list(columns) == list(bare.columns)
        assert full.dtypes.equals(bare.dtypes)


def test_results_and_the_csv_of_a_report_are_parts_of_the_frame(store):
    cells = harness.frame(store.out)
    results = harness.results(store.out)
    assert list(results.columns) == list(frame.RESULTS) and set(results.id) == set(cells.id)
    planned = [(c["id"], c.get("part", "")) for c in store.plan()["cells"] if c["kind"] != "trial"]
    assert list(zip(results.id, results.part, strict=True)) == planned
    table = pd.read_csv(build(store).with_name("results.csv"))
    assert list(table.columns) == list(frame.CSV) and list(table.id) == list(cells.id)


@pytest.mark.parametrize("file", SCHEMAS, ids=[file.stem for file in SCHEMAS])
def test_stores_of_every_schema_are_read(tmp_path, file):
    document = json.loads(file.read_text())
    store = Store(tmp_path)
    store.create()
    name = document["id"]
    (store.records_folder / f"{name}.json").write_text(file.read_text())
    row = {n: document[n] for n in ("id", "task", "architecture", "seed")} | {"kind": "report"}
    store.put_plan({"matrix": "old", "cells": [row]})
    (cell,) = harness.frame(tmp_path).to_dict("records")
    assert cell["id"] == name and cell["outcome"] == document["outcome"] and cell["part"] == ""
    assert len(harness.curves(tmp_path)) == len(document["curve"])
    splits = harness.scores(tmp_path)
    assert set(splits.split) == set(document["scores"])
