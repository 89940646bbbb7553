"""What changed between two runs, judged on records made up for the purpose."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from harness.experiment.record import Record
from harness.experiment.store import Store
from reports.analysis.comparison import Comparison, compare
from reports.analysis.results import Results, read

KEY = {"task": {"name": "recall", "data": "1", "code": "a"}, "architecture": {"code": "b"},
       "budget": {"steps": 100, "batch": 32}, "code": "c"}  # fmt: skip


def run_of(
    out: Path, cells: dict, matrix: str = "made", key: dict | None = None, **fields
) -> Results:
    """A store of cells: ``cells[task, architecture]`` has for each seed a row of right (1) and
    wrong (0) test examples, an outcome, or None where there is no record.

    The id tells the key, so that cells of equal keys are the same cell.
    """
    store, rows, key = Store(out), [], key or KEY
    store.create()
    for (task, architecture), seeds in cells.items():
        for seed, end in enumerate(seeds):
            name = f"{abs(hash((task, architecture, seed, json.dumps(key)))):012x}"[:12]
            rows.append({"id": name, "task": task, "architecture": architecture, "seed": seed,
                         "kind": "score"})  # fmt: skip
            if end is None:
                continue
            record = Record(name, key, task, architecture, seed, metric="accuracy")
            if isinstance(end, str):
                record.outcome, record.reason = end, "so it is"
            else:
                right = np.array(end, float)
                record.scores = {"test": {"accuracy": right.mean()}}
                record.floor, record.ceiling, record.skill = 0.5, 1.0, 2 * right.mean() - 1
                record.seconds = {"training": 10.0 + seed}
                record.parameters = 1000
                record.per_example = {"score": right, "weight": np.ones(len(right))}
                record.weights = {"w": right}
            for field, value in fields.items():
                setattr(record, field, value)
            store.put(record)
    store.put_plan({"matrix": matrix, "description": "", "budget": {}, "cells": rows,
                    "created": "2026-01-01T00:00:00", "command": "harness run"})  # fmt: skip
    return read(store, matrix)


def changed(**parts) -> dict:
    return KEY | parts


def right(share: float, seeds: int = 4, n: int = 200, spread: int = 3) -> list[np.ndarray]:
    """Seeds that have the first examples right, each a few more than the last."""
    return [(np.arange(n) < round(share * n) + spread * seed).astype(float)
            for seed in range(seeds)]  # fmt: skip


LONGER = changed(budget={"steps": 150, "batch": 32})


def row(found: Comparison, architecture: str):
    (one,) = [r for r in found.rows if r["architecture"] == architecture]
    return one


def test_the_tests_are_those_of_a_task_and_of_scipy(tmp_path):
    rng = np.random.default_rng(0)
    before = {a: [rng.random(150) < 0.6 for _ in range(5)] for a in ("lstm", "gru", "rnn")}
    after = {a: [rng.random(150) < 0.6 + up for _ in range(5)]
             for a, up in (("lstm", 0.3), ("gru", 0.05), ("rnn", -0.1))}  # fmt: skip
    cells = [{("recall", a): seeds for a, seeds in side.items()} for side in (before, after)]
    a = run_of(tmp_path / "a", cells[0], ceiling_is_ideal=True)
    b = run_of(tmp_path / "b", cells[1], key=LONGER, ceiling_is_ideal=True)
    found = compare(a, b)
    wanted = {}
    for name in before:
        old, new = np.array(before[name], float), np.array(after[name], float)
        seeds = stats.ttest_rel(new.mean(1), old.mean(1))
        examples = stats.ttest_1samp((new - old).mean(0), 0)
        one = row(found, name)
        low, high = seeds.confidence_interval()
        assert one["change"].mean == pytest.approx(new.mean() - old.mean())
        assert one["change"].low == pytest.approx(low)
        assert one["change"].high == pytest.approx(high)
        assert one["change_in_skill"].mean == pytest.approx(2 * (new.mean() - old.mean()))
        assert one["p"] > max(seeds.pvalue, examples.pvalue) and one["solved"] is None
        wanted[name] = one["p"]
    # Holm by hand: the smallest times 3, the next times 2, never falling
    level, highest = {}, 0.0
    for factor, name in zip((3, 2, 1), sorted(wanted, key=lambda a: wanted[a]), strict=True):
        highest = level[name] = max(highest, min(1, factor * wanted[name]))
    for name, p in level.items():
        assert row(found, name)["p_holm"] == pytest.approx(p)
    assert row(found, "lstm")["verdict"] == "better"
    told = [abs(r["change_in_skill"].mean) for r in found.rows]
    assert told == sorted(told, reverse=True)


def test_where_seeds_solve_a_task_or_do_not_it_is_counted(tmp_path):
    before, after = [*right(0.96, 2), *right(0.5, 1)], right(0.96, 3)
    a = run_of(tmp_path / "a", {("recall", "lstm"): before})
    found = compare(a, run_of(tmp_path / "b", {("recall", "lstm"): after}, key=LONGER))
    assert row(found, "lstm")["solved"] == [2, 3] and row(found, "lstm")["change"].half is None


@pytest.mark.parametrize(("higher", "verdict"), [(True, "better"), (False, "worse")])
def test_which_way_is_better_is_the_metrics(tmp_path, higher, verdict):
    noise = [np.roll(seed, 7 * i) for i, seed in enumerate(right(0.9, spread=2))]
    a = run_of(tmp_path / "a", {("recall", "lstm"): right(0.5)}, higher_is_better=higher)
    b = run_of(tmp_path / "b", {("recall", "lstm"): noise}, key=LONGER, higher_is_better=higher)
    assert row(compare(a, b), "lstm")["verdict"] == verdict
    assert row(compare(a, b), "lstm")["change"].mean > 0.3
    assert row(compare(b, a), "lstm")["change"].mean < -0.3


def test_one_seed_is_tested_over_examples_only_and_few_examples_show_nothing(tmp_path):
    a = run_of(tmp_path / "a", {("recall", "lstm"): right(0.5, 1), ("copy", "lstm"): [[0, 1, 1]]})
    b = run_of(tmp_path / "b", {("recall", "lstm"): right(0.8, 1), ("copy", "lstm"): [[1, 1, 1]]},
               key=LONGER)  # fmt: skip
    verdicts = {r["task"]: r["verdict"] for r in compare(a, b).rows}
    assert verdicts == {"recall": "better", "copy": "not shown to differ"}
    assert compare(a, b).rows[0]["change"].half is None


def test_examples_of_another_test_split_are_not_compared(tmp_path):
    a = run_of(tmp_path / "a", {("recall", "lstm"): right(0.5, 1)})
    moved = changed(task=KEY["task"] | {"data": "2"})
    b = run_of(tmp_path / "b", {("recall", "lstm"): right(0.8, 1)}, key=moved)
    found = row(compare(a, b), "lstm")
    assert found["change_over_examples"].n == 0 and found["p"] is None
    assert (
        found["verdict"] == "not shown to differ"
        and "data of the task changed" in found["untested"]
    )
    (entry,) = compare(a, b).keys
    assert (entry["part"], entry["before"], entry["after"]) == ("task.data", "1", "2")
    other = run_of(tmp_path / "c", {("recall", "lstm"): right(0.8, 1)}, key=LONGER, metric="f1",
                   scores={"test": {"f1": 0.8}})  # fmt: skip
    found = row(compare(a, other), "lstm")
    assert found["verdict"] == "not comparable" and found["change"].mean is None
    assert "accuracy" in found["untested"] and "f1" in found["untested"]


def test_cells_outcomes_and_keys_are_listed(tmp_path):
    gone = {("recall", "lstm"): right(0.5), ("recall", "rnn"): ["failed", *right(0.6, 3)],
            ("copy", "rnn"): right(0.5, 1)}  # fmt: skip
    come = {("recall", "lstm"): right(0.5), ("recall", "rnn"): ["diverged", *right(0.6, 3)],
            ("recall", "gru"): right(0.5, 2)}  # fmt: skip
    a, b = run_of(tmp_path / "a", gone), run_of(tmp_path / "b", come, key=LONGER)
    found = compare(a, b)
    only = {side: [tuple(cell.values()) for cell in cells] for side, cells in found.only.items()}
    gru = [("", "recall", "gru", seed) for seed in (0, 1)]
    assert only == {"a": [("", "copy", "rnn", 0)], "b": gru}
    assert found.counts["paired"] == found.counts["changed key"] == 8
    assert found.counts["changed key, same result"] == 7  # right as before, for all the steps
    (outcome,) = found.outcomes
    assert (outcome["before"], outcome["after"]) == ("failed", "diverged") and outcome["reason"]
    (entry,) = found.keys
    assert (entry["part"], entry["before"], entry["after"]) == ("budget.steps", "100", "150")
    assert entry["cells"] == 8 and entry["architectures"] == ["lstm", "rnn"]
    assert row(found, "rnn")["change"].n == 3  # the seed without a score is in no mean
    code = changed(architecture={"code": "z"}, code="y")
    parts = compare(a, run_of(tmp_path / "c", gone, key=code)).keys
    assert {e["means"] for e in parts} == {
        "code of the architecture", "code of training and scoring",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "differs"),
    [
        ("scores", {"test": {"accuracy": 0.5 + 2**-52}}, ["scores"]),
        ("curve", [{"step": 10, "loss": 0.25}], ["curve"]),
        ("per_example", {"score": np.ones(9), "weight": np.ones(9)}, ["scores of examples"]),
        ("weights", {"w": np.zeros(3)}, ["weights"]),
        ("measured", {"rate": 2}, ["measured"]),
        ("seconds", {"training": 99.0}, []),
    ],
)
def test_the_same_key_is_compared_bit_for_bit(tmp_path, field, value, differs):
    cells = {("recall", "lstm"): right(0.5, 2, spread=0)}
    a, b = run_of(tmp_path / "a", cells), run_of(tmp_path / "b", cells, **{field: value})
    found = compare(a, b)
    assert found.counts["same key"] == 2 and found.counts["changed key"] == 0
    assert found.counts["same key, same result"] == (0 if differs else 2)
    assert [entry["differs"] for entry in found.unlike] == [differs] * (2 if differs else 0)
    assert (row(found, "lstm")["verdict"] == "identical") == (not differs)
    if not differs:
        assert row(found, "lstm")["verdict"] == "identical"
        assert row(found, "lstm")["p_holm"] is None  # takes no part in the correction
        assert found.seconds == pytest.approx(np.median([99 / 10, 99 / 11]))


def test_a_lost_record_is_neither_alike_nor_unlike(tmp_path):
    a = run_of(tmp_path / "a", {("recall", "lstm"): right(0.5, 2)})
    b = run_of(tmp_path / "b", {("recall", "lstm"): [*right(0.5, 1), None]})
    found = compare(a, b)
    assert (found.counts["same key"], found.counts["same key, same result"]) == (2, 1)
    assert not found.unlike and found.outcomes[0]["after"] == "pending"


def test_parts_of_a_matrix_are_compared_apart(tmp_path):
    """The same task, architecture and seed may be in several parts, on other terms."""
    runs = []
    for side, share in (("a", 0.5), ("b", 0.75)):
        run = run_of(tmp_path / side, {("recall", "lstm"): right(0.5, 2)})
        plan = run.store.plan("made")
        more = run_of(tmp_path / side, {("recall", "lstm"): right(share, 2)}, "more", LONGER)
        extra = [cell | {"part": "long"} for cell in more.store.plan("more")["cells"]]
        plan["cells"] += extra
        plan["parts"] = [{"name": "long", "probe": "", "lags": []}]
        run.store.put_plan(plan)
        runs.append(read(run.store, "made"))
    found = compare(*runs)
    assert found.counts["paired"] == 4
    assert {r["part"]: r["change"].mean for r in found.rows} == {
        "": 0, "long": pytest.approx(0.25),
    }  # fmt: skip


# -- through the command line --------------------------------------------------------------------


def test_the_command_says_it_and_exits_with_0(harness_cli, tmp_path):
    run_of(tmp_path / "before", {("recall", "lstm"): right(0.5), ("recall", "rnn"): right(0.5)})
    run_of(tmp_path / "after", {("recall", "lstm"): right(0.9), ("recall", "rnn"): right(0.5)},
           "second", LONGER)  # fmt: skip
    answer = harness_cli("compare", "before", "after:second")
    assert answer.returncode == 0, answer.stderr
    assert "cells: 8 paired; 8 changed key" in answer.stdout
    assert "budget.steps: 100 -> 150  (8 cells: lstm and rnn on recall)" in answer.stdout
    assert "1 better, 1 not shown to differ" in answer.stdout
    assert "1 pair with the very same mean score not shown" in answer.stdout
    told = json.loads(harness_cli("compare", "before", "after", "--json").stdout)
    assert told["a"]["matrix"] == "made" and told["b"]["matrix"] == "second"
    rows = {r["architecture"]: r for r in told["rows"]}
    assert rows["lstm"]["change"]["mean"] == pytest.approx(0.4) and rows["lstm"]["p_holm"] < 0.05
    assert rows["rnn"]["verdict"] == "not shown to differ"
    same = harness_cli("compare", "before", "before")
    assert "the very same records" in same.stdout and "Change from A" not in same.stdout


def test_no_difference_is_said_plainly(harness_cli, tmp_path):
    run_of(tmp_path / "a", {("recall", "lstm"): right(0.5, 2)})
    run_of(tmp_path / "b", {("recall", "lstm"): right(0.51, 2, spread=-4)}, key=LONGER)
    answer = harness_cli("compare", "a", "b")
    assert "No pair is shown to differ" in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("befor", "after"), ["there is no folder befor", "did you mean before?"]),
        (("before", "after:mode"), ["matrix mode", "did you mean made?"]),
        (("before", "after", "--matrix", "mad"), ["matrix mad", "did you mean made?"]),
        (("before", "empty"), ["empty: no matrix was run there"]),
        (("nowhere/x", "after"), ["there is no folder", "no results beside it"]),
    ],
)
def test_mistakes_end_with_2_and_no_traceback(harness_cli, tmp_path, arguments, words):
    for side in ("before", "after"):
        run_of(tmp_path / side, {("recall", "lstm"): right(0.5, 1)})
    (tmp_path / "empty").mkdir()
    answer = harness_cli("compare", *arguments)
    assert answer.returncode == 2 and "Traceback" not in answer.stderr
    for word in words:
        assert word in answer.stderr
