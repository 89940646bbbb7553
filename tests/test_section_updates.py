"""Skill against updates: what had been reached by so many, and who would be ranked otherwise."""

from __future__ import annotations

from builders.blocks import drawn, made, numbers, rows, said
from builders.stores import TASKS, make

from harness.experiment.store import Store
from reports.analysis.results import read
from reports.document import figures
from reports.sections import updates

BUDGET = {"budget": {"steps": 2000}}


def learning(out, curves: dict, tasks=("recall[lag=9]",), seeds: int = 2, **plan) -> Store:
    """Each architecture's skills on validation by updates, alike for all seeds and tasks."""
    facts = {task: TASKS["recall[lag=9]"] for task in tasks}
    ends = {(task, a): list(of.values())[-1] for task in tasks for a, of in curves.items()}
    store = make(out, ends, seeds, facts, **BUDGET | plan)
    for name in store.ids():
        record = store.get(name)
        of = curves[record.architecture]
        record.curve = [dict(step=at, validation=0.5, skill=skill) for at, skill in of.items()]
        store.put(record)
    return store


FAST = {250: 0.6, 500: 0.55, 1000: 0.6, 2000: 0.65}
SLOW = {250: 0.1, 500: 0.2, 1000: 0.8, 1500: 0.95}  # solved


def test_the_best_so_far_at_the_cap_and_at_what_doubles_to_it(tmp_path):
    document = made(updates.blocks, read(learning(tmp_path, {"fast": FAST, "slow": SLOW})))
    assert drawn(document) == {"updates"}
    found = {(r["architecture"], int(r["updates"])): r for r in numbers(document, "updates")}
    assert {at for _, at in found} == {250, 500, 1000, 2000}
    assert float(found["fast", 500]["skill"]) == 0.6  # it had been better
    assert float(found["slow", 2000]["skill"]) == 0.95  # it had stopped
    assert found["slow", 2000]["seeds"] == "2" and found["slow", 2000]["half"] == ""  # memory
    assert rows(document, "after 250")["recall[lag=9]"]["after 1,000"] == "0.80"


def test_who_would_be_ranked_otherwise_is_said(tmp_path):
    curves = {"fast": FAST, "slow": SLOW, "never": dict.fromkeys(FAST, 0.0)}
    words = said(made(updates.blocks, read(learning(tmp_path / "a", curves))))
    assert "At 250 updates slow (place 2, not 1) and fast (place 1, not 2) would be" in words
    assert "never" not in words
    same = {"fast": SLOW, "never": dict.fromkeys(FAST, 0.0)}
    words = said(made(updates.blocks, read(learning(tmp_path / "b", same))))
    assert "At 250 updates nobody would be ranked otherwise than at 2,000 updates" in words


def test_each_task_has_its_own_cap_and_many_tasks_take_several_rows(tmp_path):
    tasks = [f"t{i}" for i in range(7)]
    store = learning(tmp_path, {"fast": FAST}, tasks, 1, budgets={"t6": {"steps": 1000}})
    document = made(updates.blocks, read(store))
    found = {(r["task"], int(r["updates"])) for r in numbers(document, "updates")}
    assert {at for task, at in found if task == "t6"} == {250, 500, 1000}  # 125: none looked at yet
    svg = figures(document)["updates"].drawing.svg
    assert all(f">{task}<" in svg for task in tasks)
    assert float(svg.split('width="')[1].split("pt")[0]) < 1000


def test_curves_without_skills_and_trainings_without_an_end_are_left_out(tmp_path):
    assert updates.blocks(read(make(tmp_path / "a", {("adding", "lstm"): 0.5}))) == []
    store = learning(tmp_path / "b", {"fast": FAST, "slow": SLOW})
    for name in store.ids():
        record = store.get(name)
        if record.architecture == "slow":
            record.outcome = "diverged"
            store.put(record)
    found = numbers(made(updates.blocks, read(store)), "updates")
    assert {r["architecture"] for r in found} == {"fast"}
