"""The heat map of skill, and that by what tasks ask for."""

from __future__ import annotations

import pytest
from builders.blocks import drawn, made, numbers, rows, said
from builders.stores import TASKS, holey, make, two_by_two

from reports.analysis.results import read
from reports.analysis.statistics import summarize
from reports.sections import skill


def test_the_numbers_of_the_heat_map_are_the_means_of_the_records(tmp_path):
    tasks = {task: TASKS[task] | {"tags": []} for task in TASKS}
    lines = numbers(made(skill.blocks, read(two_by_two(tmp_path, tasks=tasks))), "heatmap")
    found = {(r["task"], r["architecture"]): r for r in lines}
    one, expected = found["adding", "elman"], summarize([0.2, 0.21, 0.22])
    assert (float(one["skill"]), float(one["half"])) == pytest.approx(
        (expected.mean, expected.half)
    )
    assert len(found) == 4 and one["solved"] == ""
    other = found["recall[lag=9]", "lstm"]  # whose ceiling is known to be reachable
    assert (other["half"], other["solved"]) == ("", "3")


def test_a_hole_has_its_code_and_the_code_its_meaning(tmp_path):
    document = made(skill.blocks, read(holey(tmp_path)))
    row = rows(document, "bilstm")["recall[lag=9]"]
    assert row["lstm"].startswith("0.75") and row["lstm"].endswith("0/2 solved")
    assert (row["bilstm"], row["cnn"]) == ("n/a", "fail")
    assert "fail: failed" in said(document)
    assert "n/a" not in said(document)  # what cannot be served is no hole, and has a list
    assert "oom:" not in said(document)
    holes = {(r["task"], r["architecture"]): r["hole"] for r in numbers(document, "heatmap")}
    assert holes["recall[lag=9]", "cnn"] == "fail" and holes["adding", "bilstm"] == ""


def test_the_lower_error_is_the_better_one(tmp_path):
    document = made(
        skill.blocks, read(make(tmp_path, {("adding", "a"): 0.9, ("adding", "b"): 0.4}))
    )
    figure = next(block for block in document.blocks if hasattr(block, "table"))
    assert [cell.mark for cell in figure.table.rows[0][1:]] == ["best", ""]


def test_a_capability_is_the_mean_over_the_tasks_that_ask_for_it(tmp_path):
    skills = {("recall[lag=9]", "lstm"): 0.6, ("adding", "lstm"): 0.8,
              ("recall[lag=9]", "gru"): 0.4, ("adding", "gru"): dict(outcome="failed")}  # fmt: skip
    document = made(skill.capabilities, read(make(tmp_path, skills)))
    by_tag = rows(document, "lstm")
    assert by_tag["memory"]["lstm"].startswith("0.70")
    assert by_tag["memory"]["gru"].endswith("1/2")  # of two tasks it has one
    assert by_tag["regression"]["gru"] == "fail"


def test_programs_can_read_the_minus_of_the_numbers(tmp_path):
    document = made(skill.blocks, read(make(tmp_path, {("adding", "lstm"): -0.5})))
    assert rows(document, "lstm")["adding"]["lstm"].startswith("−0.50")
    assert numbers(document, "heatmap")[0]["skill"].startswith("-0.5")


def test_a_skill_below_the_floor_counts_as_0_in_a_mean_over_tasks(tmp_path):
    document = made(skill.capabilities, read(make(tmp_path, {("adding", "lstm"): -0.5})))
    assert numbers(document, "profile")[0]["told"].startswith("0.00")


def test_without_cells_or_skills_there_is_no_heat_map(tmp_path):
    assert skill.blocks(read(make(tmp_path / "a", {}))) == []
    pending = read(make(tmp_path / "b", {("adding", "lstm"): None}))
    assert drawn(made(skill.blocks, pending)) == {"heatmap"}
    assert skill.capabilities(pending) == []
    assert TASKS["adding"]["tags"]  # it would have had one
