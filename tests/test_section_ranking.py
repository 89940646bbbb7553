"""Who wins where, and how sure: ranks, aggregates, chances, and who differs from the best."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from builders.blocks import drawn, made, rows, said
from builders.stores import TASKS, make, two_by_two, with_examples

from reports.analysis.across_tasks import POLICY
from reports.analysis.ranking import compare
from reports.analysis.results import read
from reports.sections import ranking

SIX = {f"t{i}": TASKS["recall[lag=9]"] for i in range(6)}


def test_with_few_tasks_ranks_are_refused_and_the_rule_for_holes_is_stated(tmp_path):
    document = made(ranking.blocks, read(two_by_two(tmp_path)))
    words = said(document)
    assert POLICY in words and "No ranks" in words and "at least 5" in words
    assert drawn(document) == {"profiles", "profile"}


def test_ranks_over_six_tasks_say_who_is_first_and_last(tmp_path):
    pairs = {
        (t, a): [s - 0.01 * i, s, s + 0.01 * i]
        for i, t in enumerate(SIX)
        for a, s in (("lstm", 0.9), ("gru", 0.8), ("elman", 0.3))
    }
    document = made(ranking.blocks, read(make(tmp_path, pairs, tasks=SIX)))
    words = said(document)
    assert "Average ranks over 6 tasks are 1.0 (lstm) to 3.0 (elman)" in words
    assert "No ranks" not in words
    assert rows(document, "average rank")["gru"]["average rank"] == "2.00"
    shares = rows(document, "runs above 0.9")
    assert shares["elman"]["runs above 0.9"] == "0 %" and shares["elman"]["runs above 0"] == "100 %"


def test_of_two_the_leader_stands_first_and_all_is_turned(tmp_path):
    """One disaster does not put gru behind: in a mean over tasks skill ends at 0."""
    skills = {(t, a): [s, s + 0.3, s + 0.6] for t in SIX for a, s in (("lstm", 0.2), ("gru", 0.4))}
    skills["t0", "gru"] = [-9.0, -9.1, -9.2]
    results = read(make(tmp_path, skills, tasks=SIX))
    assert list(compare(results).skills) == ["gru", "lstm"]
    assert compare(results).skills["gru"].mean == pytest.approx(5 * 0.7 / 6)
    ((first, row),) = rows(made(ranking.blocks, results), "chance to beat it").items()
    assert (first, row["second"], row["tasks"]) == ("gru", "lstm", "6")
    assert row["chance to beat it"] == f"{100 * 5 * 6 / 9 / 6:.0f} %"  # of 9 pairs of runs 6
    assert "95 % interval" not in row  # of three seeds
    assert float(row["better"]) > 0.8 > 0.2 > float(row["worse"])


@pytest.mark.parametrize("lower_is_better", [False, True])
def test_who_differs_from_the_best_stands_in_a_table_and_each_pair_in_a_file(
    tmp_path, lower_is_better
):
    rng = np.random.default_rng(0)
    good = rng.random(200) < 0.8
    alike = good.copy()
    alike[:6] = ~alike[:6]
    of = {"bad": rng.random(200) < 0.3, "good": good, "alike": alike}
    task = "recall[lag=9]"
    if lower_is_better:
        of, task = {a: 1.0 - v for a, v in of.items()}, "adding"
    results = read(with_examples(tmp_path, of, task))
    row = rows(made(ranking.blocks, results), "not shown to differ")[task]
    best = row["best"]
    assert {best, row["not shown to differ"]} == {"good", "alike"}
    assert row["differ from it, worse"] == "bad" and row["examples"] == "200"
    pairs = list(csv.DictReader(io.StringIO(ranking.examples(results))))
    assert len(pairs) == 3
    difference = {(r["a"], r["b"]): float(r["difference"]) for r in pairs}[best, "bad"]
    assert difference == pytest.approx(np.mean(of[best]) - np.mean(of["bad"]))


def test_one_architecture_alone_is_compared_with_nobody(tmp_path):
    results = read(make(tmp_path, {("adding", "lstm"): 0.5}))
    assert drawn(made(ranking.blocks, results)) == {"profile"}
