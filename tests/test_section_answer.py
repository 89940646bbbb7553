"""What the page says first: who leads, who may be as good, what fell short."""

from __future__ import annotations

from dataclasses import replace

from builders.evidence import evidence
from builders.stores import TASKS, make, two_by_two, words_of

from harness.experiment.store import Store
from reports.build import build
from reports.sections.header import shortfalls


def test_of_a_few_tasks_the_best_of_each_is_told(tmp_path):
    first = words_of(two_by_two(tmp_path / "a"))
    assert "On recall[lag=9] lstm is best, with a skill of 0.91" in first
    assert "and differs from all others" in first
    assert "No winner over tasks is named" in first and "at least 5" in first
    swapped = words_of(two_by_two(tmp_path / "b", lstm=(0.2, 0.21, 0.22), elman=(0.9, 0.91, 0.92)))
    assert "On recall[lag=9] elman is best" in swapped


def test_seeds_that_do_not_agree_do_not_make_a_difference(tmp_path):
    said = words_of(two_by_two(tmp_path, lstm=(0.5, 0.7, 0.9), elman=(0.8, 0.4, 0.6)))
    assert "It is not shown to differ from elman" in said


def test_seeds_that_agree_make_one_although_intervals_overlap(tmp_path):
    """Pairs take out what a seed does to both alike."""
    tasks = {"adding": TASKS["adding"] | {"tags": []}}
    skills = {("adding", "lstm"): [0.5, 0.7, 0.9], ("adding", "elman"): [0.41, 0.6, 0.8]}
    said = words_of(make(tmp_path, skills, tasks=tasks))
    assert "differs from all others" in said


def test_one_seed_without_examples_is_said_to_show_nothing(tmp_path):
    skills = {(t, a): s for t in TASKS for a, s in (("lstm", 0.9), ("elman", 0.1))}
    said = words_of(make(tmp_path, skills, seeds=1))
    assert "nothing can be tested" in said
    markdown = build(Store(tmp_path)).with_name("report.md").read_text()
    assert "| **0.90 1/1 solved** | 0.10 • 0/1 solved |" in markdown


def over(tmp_path, lstm: list[float], gru: list[float], rnn: list[float]) -> str:
    """The page of as many tasks, with the same skill in each seed."""
    tasks = {f"t{i}": TASKS["recall[lag=9]"] for i in range(len(lstm))}
    skills = {
        (task, name): of[i]
        for i, task in enumerate(tasks)
        for name, of in (("lstm", lstm), ("gru", gru), ("rnn", rnn))
    }
    return words_of(make(tmp_path, skills, tasks=tasks))


def test_a_winner_over_tasks_is_named_only_where_the_tests_do(tmp_path):
    low = [0.1 + 0.01 * i for i in range(8)]
    high, middle = [x + 0.5 for x in low], [x + 0.2 for x in low]
    said = over(tmp_path / "a", high, middle, low)
    assert "lstm has the best average rank over 8 tasks (1.0) and differs from all others" in said
    same = over(tmp_path / "b", [0.5, 0.6] * 4, [0.6, 0.5] * 4, [0.55] * 8)
    assert "None of the 3 compared architectures is shown to be better" in same
    assert "has the best average rank" not in same
    near = over(tmp_path / "c", high, [x + (0.01 if i % 2 else -0.01) for i, x in enumerate(high)],
                low)  # fmt: skip
    assert "differs from rnn and is not shown to differ from" in near


def test_an_architecture_with_few_tasks_is_left_out_and_named(tmp_path):
    tasks = {f"t{i}": TASKS["recall[lag=9]"] for i in range(8)}
    refused = dict(outcome="not-applicable", reason="no")
    skills = {(t, a): 0.5 for t in tasks for a in ("lstm", "gru", "tcn")}
    skills |= {(t, "hmm"): 1.0 if t == "t0" else refused for t in tasks}
    said = words_of(make(tmp_path, skills, tasks=tasks))
    assert "None of the 3 compared architectures" in said
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
