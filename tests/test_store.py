"""The store and its records: whole or not at all, old ones readable, damage told and survived."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest

from harness import files
from harness.errors import UserError
from harness.experiment.record import SCHEMA, CorruptRecord, Outcome, Record
from harness.experiment.store import Store

FIXTURES = Path(__file__).parent / "fixtures"


def record(cell: str = "aa11", **fields) -> Record:
    return Record(cell, {"seed": 0}, "recall", "lstm", 0, **fields)


@pytest.fixture
def store(tmp_path) -> Store:
    made = Store(tmp_path / "out")
    made.create()
    return made


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_records_of_every_schema_stay_readable(schema):
    """One stored record of each version that was ever written; never edit these files."""
    text = (FIXTURES / f"record-schema-{schema}.json").read_text()
    read = Record.from_json(text)
    assert read.outcome == Outcome.OK and read.metric == "rmse" and read.unit == "°F"
    assert read.kind == "score"  # called "report" in the file
    assert read.test == json.loads(text)["scores"]["test"]["rmse"]
    assert read.curve and read.seconds["total"] > 0 and read.references["AR(24)"] > 0


def test_a_plan_of_the_earlier_words_stays_readable(store):
    cells = [{"id": "aa11", "kind": "report"}, {"id": "bb22", "kind": "trial"}]
    store.put_plan({"matrix": "m", "cells": cells, "parts": [{"name": "far", "study": "horizon"}]})
    plan = store.plan("m")
    assert [cell["kind"] for cell in plan["cells"]] == ["score", "trial"]
    assert plan["parts"] == [{"name": "far", "probe": "horizon"}]


def test_arrays_come_back(store):
    scores = {"score": np.arange(4.0), "weight": np.ones(4)}
    weights = {"head.bias": np.array([1.5, -2.0], np.float32)}
    store.put(record(per_example=scores, weights=weights))
    assert np.array_equal(store.per_example("aa11")["score"], scores["score"])
    from safetensors.numpy import load_file

    assert np.array_equal(load_file(store.weights_file("aa11"))["head.bias"], weights["head.bias"])


def test_numbers_that_json_cannot_hold_become_null(store):
    store.put(record(floor=float("nan"), scores={"test": {"mse": float("inf")}}))
    text = (store.records_folder / "aa11.json").read_text()
    assert "NaN" not in text and "Infinity" not in text
    assert store.get("aa11").scores == {"test": {"mse": None}}


def test_a_write_that_fails_leaves_the_old_record_whole(store, monkeypatch):
    store.put(record(reason="first"))

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError):
        store.put(record(reason="second"))
    monkeypatch.undo()
    assert store.get("aa11").reason == "first"
    assert [p.name for p in store.records_folder.iterdir()] == ["aa11.json"]


def test_a_full_disk_stops_the_run_with_a_clear_word_and_keeps_what_was_stored(
    tmp_path, matrix_file, monkeypatch
):
    import harness

    real, count = Store.put, [0]

    def put(self, record):
        count[0] += 1
        if count[0] == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, record)

    monkeypatch.setattr(Store, "put", put)
    file = matrix_file(architectures=("rnn", "cnn", "gru"))
    with pytest.raises(UserError, match="No space left on device"):
        harness.run(file, out=tmp_path / "out", jobs=0, track=False)
    monkeypatch.undo()
    assert len(Store(tmp_path / "out").ids()) == 1
    table = harness.run(file, out=tmp_path / "out", jobs=0, track=False)
    assert (table["outcome"] == "ok").all()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ('{"schema": 1, "id": "aa1', "not JSON"),
        ("[]", "no schema"),
        ('{"schema": 99}', "later version"),
        ('{"schema": 1}', "missing"),
        ('{"schema": 1, "id": "aa11", "key": {}, "task": "t", "architecture": "a", "seed": 0, '
         '"outcome": "splendid"}', "splendid"),
    ],
)  # fmt: skip
def test_damage_is_told_moved_aside_and_survived(store, text, words):
    with pytest.raises(CorruptRecord, match=words):
        Record.from_json(text)
    (store.records_folder / "aa11.json").write_text(text)
    assert store.get("aa11") is None
    assert words in store.corrupted[0]
    assert (store.out / "corrupt" / "aa11.json").read_text() == text


def test_a_record_under_another_name_is_not_believed(store):
    store.put(record())
    (store.records_folder / "aa11.json").rename(store.records_folder / "bb22.json")
    assert store.get("bb22") is None and "aa11" in store.corrupted[0]


def test_find_by_the_start_of_an_id(store):
    for cell in ("aa11", "aa22", "bb33"):
        store.put(record(cell))
    assert store.find("bb").id == "bb33"
    with pytest.raises(UserError, match="begins 2 ids"):
        store.find("aa")
    with pytest.raises(UserError, match="no cell's id"):
        store.find("zz")


def test_ids_depend_on_what_matters_only(tmp_path):
    """Parameters, seed and budget change a cell's id; the cap, docstrings and comments do not."""
    from conftest import make_cell

    from harness.experiment.imports import fingerprint

    base = make_cell("recall", "lstm")
    assert base.id == make_cell("recall[lag=30]", "lstm", seconds=7).id
    others = [
        make_cell("recall[lag=31]", "lstm"),
        make_cell("recall", "lstm[layers=2]"),
        make_cell("recall", "lstm", seed=1),
        make_cell("recall", "lstm", steps=31),
        make_cell("recall", "lstm", learning_rate=0.1),
    ]
    assert len({base.id, *(cell.id for cell in others)}) == 6
    versions = {
        "one": '"""Says."""\nx = 1  # why\ndef f():\n    """Does."""\n    return x\n',
        "same": '"""Says more."""\n\nx = 1\n\n\ndef f():\n    return x\n',
        "other": '"""Says."""\nx = 2\ndef f():\n    return x\n',
    }
    hashes = {}
    for name, text in versions.items():
        (tmp_path / f"{name}.py").write_text(text)
        hashes[name] = fingerprint(str(tmp_path / f"{name}.py"))
    assert hashes["one"] == hashes["same"] != hashes["other"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_file_is_whole_or_as_it_was(tmp_path, monkeypatch, step):
    """A write that breaks off leaves the old content, and nothing beside it."""

    def full(*_):
        raise OSError("no space left on device")

    path = tmp_path / "folder" / "record.json"
    files.write(path, b"old")
    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="no space"):
        files.write(path, b"new")
    assert path.read_bytes() == b"old" and list(path.parent.iterdir()) == [path]
