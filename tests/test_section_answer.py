"""What the page says first: who leads, who may be as good, what fell short."""

from __future__ import annotations

from dataclasses import replace

from builders.evidence import evidence
from builders.stores import TASKS, make, two_by_two, words_of

from harness.experiment.store import Store
from reports.build import build
from reports.sections.header import shortfalls


def test_the_verdict_follows_the_records(tmp_path):
    first = words_of(two_by_two(tmp_path / "a"))
    assert "lstm has the highest mean skill: 0.91" in first
    assert "over the 2 of 2 tasks" in first
    assert "It differs from all others" in first
    swapped = words_of(two_by_two(tmp_path / "b", lstm=(0.2, 0.21, 0.22), elman=(0.9, 0.91, 0.92)))
    assert "elman has the highest mean skill" in swapped
    assert "elman is best most often, on 2 of 2 tasks" in swapped


def test_seeds_that_do_not_agree_do_not_make_a_difference(tmp_path):
    said = words_of(two_by_two(tmp_path, lstm=(0.5, 0.7, 0.9), elman=(0.8, 0.4, 0.6)))
    assert "Not shown to differ from it: elman 0.60 ±" in said
    assert "On 0 tasks the best differs from all others" in said


def test_seeds_that_agree_make_one_although_intervals_overlap(tmp_path):
    """Pairs take out what a seed does to both alike."""
    said = words_of(two_by_two(tmp_path, lstm=(0.5, 0.7, 0.9), elman=(0.41, 0.6, 0.8)))
    assert "It differs from all others" in said


def test_one_seed_without_examples_is_said_to_show_nothing(tmp_path):
    skills = {(t, a): s for t in TASKS for a, s in (("lstm", 0.9), ("elman", 0.1))}
    said = words_of(make(tmp_path, skills, seeds=1))
    assert "no difference of these means can be tested" in said
    markdown = build(Store(tmp_path)).with_name("report.md").read_text()
    assert "| **0.90** | 0.10 • |" in markdown


def test_level_architectures_are_called_level(tmp_path):
    said = words_of(make(tmp_path, {(t, a): 0.5 for t in TASKS for a in ("lstm", "gru")}))
    assert "Not shown to differ from it: gru 0.50" in said
    assert "gru and lstm are best most often, on 2 of 2 tasks" in said


def test_only_shared_tasks_are_compared(tmp_path):
    """On all its tasks gru would be ahead; on those that lstm has too, it is behind."""
    tasks = {f"t{i}": TASKS["recall[lag=9]"] for i in range(3)}
    refused = dict(outcome="not-applicable", reason="reads the future")
    skills = {("t0", "lstm"): 0.5, ("t1", "lstm"): 0.5, ("t2", "lstm"): refused,
              ("t0", "gru"): 0.4, ("t1", "gru"): 0.4, ("t2", "gru"): 1.0}  # fmt: skip
    said = words_of(make(tmp_path, skills, tasks=tasks))
    assert "lstm has the highest mean skill: 0.50 ±0.00" in said
    assert "over the 2 of 3 tasks on which all 2 compared" in said


def test_an_architecture_with_few_tasks_is_left_out_and_named(tmp_path):
    tasks = {f"t{i}": TASKS["recall[lag=9]"] for i in range(8)}
    refused = dict(outcome="not-applicable", reason="no")
    skills = {(t, a): 0.5 for t in tasks for a in ("lstm", "gru", "tcn")}
    skills |= {(t, "hmm"): 1.0 if t == "t0" else refused for t in tasks}
    said = words_of(make(tmp_path, skills, tasks=tasks))
    assert "over the 8 of 8 tasks on which all 3 compared" in said
    assert "Not compared, as they share few tasks: hmm (1 task)" in said


def test_divergence_that_was_asked_for_is_no_failure(tmp_path):
    rows = [("adding", "rnn", seed, {"outcome": "diverged", "reason": "nan"}) for seed in (0, 1)]
    results = evidence({"clip-off": rows}).results
    assert "2 of 2 cells did not end well" in " ".join(shortfalls(results))
    asked = replace(results.parts["clip-off"], may_diverge=True)
    results = replace(results, parts={"clip-off": asked})
    told = " ".join(shortfalls(results))
    assert "2 trainings diverged" in told and "did not end well" not in told
    assert results.counts["diverged"] == 2
