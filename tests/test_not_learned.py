"""Not learned within the budget: an outcome of its own, wherever architectures are compared."""

from __future__ import annotations

import json

import pytest
from builders.blocks import made, rows, said
from builders.stores import make, words_of
from conftest import make_cell

from harness.experiment.record import Record
from harness.experiment.store import Store
from harness.tracking import mlflow_view
from harness.training.run_cell import run_cell
from reports.analysis.results import read
from reports.render.latex import latex
from reports.sections import method, paper, ranking, scores, skill, tasks
from reports.sections.advice import advise

TASK = "recall[lag=9]"


def learned(out, of: dict, seeds: int = 3) -> Store:
    """By architecture the skill of each seed: alike on test and validation."""
    store = make(out, {(TASK, a): list(skills) for a, skills in of.items()}, seeds)
    for name in store.ids():
        record = store.get(name)
        record.skills = {"validation": record.skill, "test": record.skill}
        record.baseline = record.architecture == "ngram"
        record.ceiling_is_ideal, record.tags = True, []  # no task that is solved or not
        store.put(record)
    return store


@pytest.fixture
def store(tmp_path):
    """Three that learn, one in two seeds of three; one that does not, nor does the baseline."""
    skills = {"lstm": (0.9, 0.91, 0.92), "gru": (0.9, 0.02, 0.9), "tcn": (0.5, 0.52, 0.51),
              "rnn": (0.01, 0.02, 0.0), "ngram": (0.0, 0.0, 0.0)}  # fmt: skip
    return learned(tmp_path / "harness-out", skills)


def test_squares_and_tables_have_a_mark_that_is_explained(store):
    results = read(store)
    document = made(skill.blocks, results)
    row = rows(document, "lstm")[TASK]
    assert row["rnn"].startswith("0.01 ∅") and row["gru"].endswith(" 1∅")
    assert "∅" not in row["lstm"] and "∅" in row["baseline"]
    assert "∅: not learned within the budget" in said(document)
    of_task = rows(made(tasks.blocks, results), "learned")
    assert [of_task[a]["learned"] for a in ("lstm", "gru", "rnn")] == ["3/3", "2/3", "0/3"]
    assert of_task["rnn"]["mean"].endswith("∅") and "∅" not in of_task["gru"]["mean"]
    printed = latex(paper.tables(results)["skill"], "skill")
    assert r"$\emptyset$: not learned within the budget." in printed
    ending = made(scores.blocks, results)
    assert rows(ending, "rnn")[TASK]["rnn"].rstrip().endswith("∅")
    assert "∅ not learned within the budget" in said(ending)
    assert "neither “worse” nor “not shown to differ”" in said(
        made(lambda of: method.blocks(of, store), results)
    )


def test_a_seed_that_did_not_learn_is_marked_beside_those_that_solved_the_task(store):
    for name in store.ids():
        record = store.get(name)
        record.ceiling_is_ideal = False  # reachable, so that seeds solve it or do not
        store.put(record)
    squares = rows(made(skill.blocks, read(store)), "lstm")[TASK]
    assert squares["gru"].endswith("2/3 solved 1∅")


def test_one_that_did_not_learn_is_neither_worse_nor_alike(store):
    words = words_of(store)
    assert "Not learned within the budget: rnn." in words
    assert (
        "In 7 of 15 trainings, fits included, nothing was learned within the budget (∅)." in words
    )
    results = read(store)
    compared = next(
        t for t in ranking.blocks(results) if "differ from it, worse" in getattr(t, "heads", ())
    )
    row = dict(zip(compared.heads, compared.rows[0], strict=True))
    assert row["differ from it, worse"] == "tcn" and row["not shown to differ"] == "gru"
    assert row["not learned within the budget"] == "rnn"
    finding = said(made(tasks.blocks, results))
    assert "Not learned within the budget: gru (1 of 3 seeds) and rnn (3 of 3 seeds)." in finding
    assert "1 of 2 others that learned it differs from the best" in finding


def test_the_advice_does_not_say_worse_of_it(store):
    results = read(store)
    advice = advise(results, results.tasks[0])
    standings = {row["architecture"]: (row["standing"], row["learned"]) for row in advice.rows}
    assert standings["rnn"] == standings["ngram"] == ("not learned within the budget", False)
    assert standings["tcn"] == ("worse", True)
    assert any(
        line.startswith("Not learned within the budget: rnn and ngram; more than 300 updates")
        for line in advice.sentences
    )


def test_where_nobody_learns_nobody_is_best(tmp_path):
    store = learned(tmp_path, {"lstm": (0.03, 0.02, 0.04), "rnn": (0.0, 0.0, 0.01)})
    assert f"On {TASK} nobody learned anything within the budget." in words_of(store)
    results = read(store)
    assert "Nobody learned anything within the budget; the best mean has lstm" in said(
        made(tasks.blocks, results)
    )
    assert made(skill.blocks, results).blocks[2].table.rows[0][1].mark == ""  # not bold
    words = " ".join(advise(results, results.tasks[0]).sentences)
    assert "Not learned within the budget: lstm and rnn" in words and "worse" not in words


def test_older_records_do_not_say(tmp_path):
    store = make(tmp_path, {(TASK, "lstm"): 0.9, (TASK, "rnn"): 0.0})
    for text in (said(made(skill.blocks, read(store))), words_of(store)):
        assert "∅" not in text and "ot learned" not in text
    assert not any("learned" in t.heads for t in made(tasks.blocks, read(store)).blocks
                   if hasattr(t, "heads"))  # fmt: skip


def test_the_command_and_the_tracker_tell_it(store, harness_cli):
    told = json.loads(harness_cli("results", "--json").stdout)
    assert {r["architecture"]: r["learned"] for r in told if r["seed"] == 1} == {
        "lstm": True, "gru": False, "tcn": True, "rnn": False, "ngram": False,
    }  # fmt: skip
    printed = harness_cli("results").stdout
    assert " no " in next(line for line in printed.splitlines() if " rnn " in line)
    assert "∅ not learned within the budget" in printed
    lost = next(row["id"] for row in told if row["architecture"] == "rnn")
    assert "0.010, not learned within the budget" in harness_cli("show", lost).stdout
    records = [store.get(name) for name in store.ids()]
    for record in records:
        expected = record.skill > 0.05
        assert mlflow_view.metrics(record)["outcome/learned"] == expected
        assert mlflow_view.tags(record, True)["learned"] == ("yes" if expected else "no")
    older = Record("a", {}, TASK, "rnn", 0)
    assert "learned" not in mlflow_view.tags(older, True)
    assert "outcome/learned" not in mlflow_view.metrics(older)


@pytest.mark.parametrize(
    ("task", "architecture"), [("recall[lag=30]", "rnn"), ("parity[length=30]", "hmm")]
)
def test_the_rule_is_one_for_what_is_trained_and_what_is_fitted(task, architecture):
    """Of the one twenty updates, of the other a few states see nothing."""
    record = run_cell(make_cell(task, architecture, steps=20, batch=8))
    assert record.outcome == "ok", record.reason
    assert record.skills["validation"] <= 0.05 and record.learned is False
    assert Record.from_json(record.to_json()).learned is False
