"""Comparison over tasks, against scipy, scikit-posthocs, baycomp and rliable."""

from __future__ import annotations

import json
import re
from pathlib import Path

import baycomp
import numpy as np
import pandas
import pytest
import scikit_posthocs
from scipy import stats

from reports.analysis import across_tasks
from reports.analysis.across_tasks import POLICY, cliques
from reports.analysis.aggregates import (
    FEWEST_OF_CHANCE,
    FEWEST_OF_MEAN,
    FEWEST_OF_PROFILE,
    interquartile_mean,
    probability_of_improvement,
    profile,
    signed_rank,
)
from reports.figures import across_tasks as figures
from reports.figures.style import looks, style

RLIABLE = json.loads((Path(__file__).parent / "fixtures" / "rliable.json").read_text())
STEPS = {"lstm": 0.8, "gru": 0.79, "cnn": 0.6, "rnn": 0.3, "hmm": 0.28}


def _skills(tasks=10, seeds=3, spread=0.08):
    rng = np.random.default_rng(3)
    return {
        a: {
            f"task{t}": {s: float(mean + rng.normal(0, spread)) for s in range(seeds)}
            for t in range(tasks)
        }
        for a, mean in STEPS.items()
    }


def _frame(skills):
    """skills[architecture][task][seed] as one row a run."""
    rows = [(a, t, s, v) for a, of in skills.items() for t, seeds in of.items()
            for s, v in seeds.items()]  # fmt: skip
    return pandas.DataFrame(rows, columns=["architecture", "task", "seed", "level"])


def rank(skills):
    return across_tasks.rank(_frame(skills))


def over_tasks(skills):
    return across_tasks.over_tasks(_frame(skills))


def _means(skills):
    """A frame of mean skills: tasks down, architectures across."""
    return pandas.DataFrame(
        {a: {t: np.mean(list(v.values())) for t, v in of.items()} for a, of in skills.items()}
    )


def _runs(name):
    return list(np.array(RLIABLE[name]).T)


# Ranks


def test_ranks_and_friedman_are_those_of_pandas_and_scipy():
    skills = _skills()
    found, means = rank(skills), _means(skills)
    reference = means.rank(axis=1, ascending=False).mean().sort_values()
    assert found.ranks == pytest.approx(reference.to_dict())
    assert list(found.ranks) == list(reference.index)
    friedman = stats.friedmanchisquare(*means.to_numpy().T)
    assert found.friedman == pytest.approx(friedman.pvalue)


@pytest.mark.parametrize("tasks", [7, 10, 11])
def test_pairs_and_groups_are_those_of_scikit_posthocs(tasks):
    """With 7 and 11 tasks some pairs are below 0.05 before Holm, and not after."""
    from scikit_posthocs._plotting import _find_maximal_cliques

    skills = _skills(tasks)
    found, means = rank(skills), _means(skills)
    long = means.melt(var_name="a", value_name="v")
    adjusted = scikit_posthocs.posthoc_wilcoxon(long, "v", "a", p_adjust="holm")
    for pair in found.pairs:
        assert pair.adjusted == pytest.approx(adjusted.loc[pair.a, pair.b])
        assert pair.difference == pytest.approx((means[pair.a] - means[pair.b]).mean())
    reference = _find_maximal_cliques((adjusted > 0.05).astype(int))
    assert {frozenset(g) for g in found.groups} == {frozenset(g) for g in reference}
    assert any({"lstm", "gru"} <= set(g) for g in found.groups)


def test_a_group_may_leave_out_one_whose_rank_lies_within():
    alike = {frozenset(p) for p in ("ac", "cd")}
    ranks = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}
    assert cliques(ranks, alike) == (("a", "c"), ("b",), ("c", "d"))


def test_ties_share_a_rank_and_rounding_does_not_break_them():
    skills = {
        a: {f"t{t}": {0: value} for t in range(6)}
        for a, value in {"a": 0.3, "b": 0.1 + 0.2, "c": 0.1}.items()
    }
    found = rank(skills)
    assert found.ranks == {"a": 1.5, "b": 1.5, "c": 3.0}
    same = next(p for p in found.pairs if (p.a, p.b) == ("a", "b"))
    assert (same.p, same.adjusted) == (1.0, 1.0)
    level = rank({a: {f"t{t}": {0: 0.5} for t in range(6)} for a in "abc"})
    assert level.friedman == 1.0 and level.groups == (("a", "b", "c"),)


def test_differences_equal_but_for_rounding_are_ties():
    """0.3 - 0.2 and 0.9 - 0.8 differ in the last bit; Wilcoxon's test must not see that."""
    low = [0.2, 0.8, 0.5, 0.1, 0.4, 0.6, 0.3]
    gain = np.array([0.1, -0.1, 0.1, 0.3, -0.1, 0.1, 0.4])
    skills = {
        "a": {f"t{t}": {0: v + g} for t, (v, g) in enumerate(zip(low, gain, strict=True))},
        "b": {f"t{t}": {0: v} for t, v in enumerate(low)},
    }
    (pair,) = rank(skills).pairs
    assert pair.p == pytest.approx(stats.wilcoxon(gain).pvalue)


def test_nobody_differs_where_friedman_finds_nothing():
    """Though b is below a on each of the tasks, by too little to change many ranks."""
    values = np.random.default_rng(0).random((20, 8))
    values[:, 1] = values[:, 0] - 0.001 * np.arange(1, 21)
    names = "abcdefgh"
    found = rank({n: {f"t{t}": {0: v[i]} for t, v in enumerate(values)}
                  for i, n in enumerate(names)})  # fmt: skip
    assert found.friedman > 0.05 and found.pairs[0].adjusted < 0.001
    assert [set(g) for g in found.groups] == [set(names)]


def test_ranks_are_over_tasks_not_seeds():
    """The same means from three times the seeds give the same ranks and p-values."""
    skills = _skills()
    more = {
        a: {t: {s + 3 * k: v for k in range(3) for s, v in seeds.items()}
            for t, seeds in tasks.items()}
        for a, tasks in skills.items()
    }  # fmt: skip
    assert rank(more) == rank(skills)


def test_ranks_are_refused_under_five_tasks():
    found = rank(_skills(tasks=4))
    assert "4 shared tasks" in found.refused and "at least 5" in found.refused
    assert not found.ranks and not found.pairs and found.friedman is None
    assert "nothing to rank" in rank({"a": {"t": {0: 1.0}}}).refused
    assert not rank(_skills(tasks=5)).refused


def test_so_few_tasks_that_no_two_could_differ_are_said_to_be():
    """Five tasks, all won: the exact p is 2 / 2**5, times ten pairs."""
    found = rank(
        {a: {f"t{t}": {0: i + t / 10 * i} for t in range(5)} for i, a in enumerate("abcde")}
    )
    assert found.least == min(p.adjusted for p in found.pairs) == pytest.approx(10 / 16)
    assert rank(_skills(tasks=20)).least < 0.05


# Missing cells


def test_a_missing_cell_is_never_a_zero():
    skills = _skills()
    without = {t: v for t, v in skills["hmm"].items() if t not in ("task0", "task1")}
    without["task2"] = without["task2"] | {0: None, 1: float("nan")}
    found = over_tasks(skills | {"hmm": without, "static": {"task0": {0: None}}})
    assert "static" not in found.architectures
    assert found.tasks == tuple(f"task{t}" for t in range(2, 10)) == found.ranks.tasks
    assert found.interquartile_means["hmm"].runs == 8 * 3 - 2
    by = {(v.a, v.b): v for v in found.pairs}
    assert len(by["lstm", "gru"].tasks) == 10 and len(by["rnn", "hmm"].tasks) == 8
    kept = skills["hmm"]["task2"][2]
    means = {a: np.mean(list(skills[a]["task2"].values())) for a in STEPS if a != "hmm"}
    rest = [_means(skills).loc[t].rank(ascending=False)["hmm"] for t in found.tasks[1:]]
    here = 1 + sum(m > kept for m in means.values())
    assert found.ranks.ranks["hmm"] == pytest.approx((here + sum(rest)) / 8)
    assert "never" in POLICY and "zero" in POLICY


def test_architectures_without_a_shared_task_are_still_compared_in_pairs():
    a, b = {f"t{i}": {0: 0.9} for i in range(6)}, {f"t{i}": {0: 0.1} for i in range(3, 9)}
    found = over_tasks({"a": a, "b": b, "c": {"t8": {0: 0.5}}})
    assert found.tasks == () and found.interquartile_means == {} and found.ranks.refused
    assert [(v.a, v.b, len(v.tasks)) for v in found.pairs] == [("a", "b", 3), ("b", "c", 1)]
    assert all(v.posterior is None for v in found.pairs)
    assert over_tasks({}).pairs == ()


# Aggregates. rliable.json was made in an environment of its own (rliable 1.2.0 breaks on pandas
# 3) with `pip install rliable==1.2.0 "pandas<3"`, versions as in its "made_by", by
#
#     rng = numpy.random.default_rng(2021)
#     a = rng.normal([0.9, 0.5, 0.2, 0.7, 0.4, 0.0], 0.15, (5, 6)).round(3)  # runs x tasks
#     b = rng.normal([0.8, 0.5, 0.3, 0.5, 0.4, 0.0], 0.15, (4, 6)).round(3); b[0, 5] = a[0, 5]
#     numpy.random.seed(0)
#     library.get_interval_estimates({"x": a}, lambda x: array([metrics.aggregate_iqm(x)]),
#                                    reps=50000)  # the same with b
#     library.create_performance_profile({"a": a}, tau, reps=20000)
#     library.get_interval_estimates({"ab": (a, b)}, lambda x, y:
#         array([metrics.probability_of_improvement(x, y)]), reps=5000)


@pytest.mark.parametrize("name", ["a", "b"])
def test_interquartile_mean_is_that_of_rliable(name):
    """Fixture: rliable 1.2.0, metrics.aggregate_iqm and library.get_interval_estimates."""
    value, low, high = RLIABLE["iqm"][name]
    found = interquartile_mean(_runs(name), fewest=4)
    assert found.value == pytest.approx(value, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.006)
    assert found.runs == np.size(RLIABLE[name])


def test_performance_profile_is_that_of_rliable():
    """Fixture: rliable 1.2.0, library.create_performance_profile."""
    share, low, high = RLIABLE["profile"]
    found = profile(_runs("a"), RLIABLE["tau"], fewest=5)
    assert found.middle.to_list() == pytest.approx(share, abs=1e-6)
    one_run = 1 / 30 + 1e-6  # quantiles of counts jump by a run
    assert found.low.to_list() == pytest.approx(low, abs=one_run)
    assert found.high.to_list() == pytest.approx(high, abs=one_run)
    assert np.subtract(found.high, found.low).sum() > 0.5


def test_probability_of_improvement_is_that_of_rliable():
    """Fixture: rliable 1.2.0, metrics.probability_of_improvement."""
    value, low, high = RLIABLE["improvement"]
    found = probability_of_improvement(_runs("a"), _runs("b"), fewest=4)
    assert found.value == pytest.approx(value, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.01)
    back = probability_of_improvement(_runs("b"), _runs("a"))
    assert back.value == pytest.approx(1 - value, abs=1e-6)


def test_resampling_stays_within_a_task():
    """Tasks without spread leave none, however far apart they are."""
    runs = [np.zeros(5), np.full(5, 0.4), np.ones(5), np.ones(3)]
    found = interquartile_mean(runs, fewest=3)
    assert found.low == found.value == found.high
    flat = profile(runs, [0.2, 0.7], fewest=3)
    assert all(flat[name].to_list() == [13 / 18, 8 / 18] for name in flat)


@pytest.mark.parametrize("seeds", [1, 4, 19, 39, 40])
def test_with_few_seeds_on_any_task_there_is_no_interval(seeds):
    runs = [np.arange(40) / 50, np.arange(seeds) / 50]
    assert (interquartile_mean(runs).low is not None) == (seeds >= FEWEST_OF_MEAN)
    assert (probability_of_improvement(runs, runs).low is not None) == (seeds >= FEWEST_OF_CHANCE)
    assert profile(runs, [0.2]).low.notna().all() == (seeds >= FEWEST_OF_PROFILE)
    assert profile(runs, [0.2]).middle.notna().all()


# Practical equivalence


@pytest.mark.parametrize("shift", [-0.05, 0.0, 0.02, 0.06])
def test_signed_rank_is_that_of_baycomp(shift):
    rng = np.random.default_rng(8)
    b = rng.random(12)
    a = b + shift + rng.normal(0, 0.03, 12)
    found = signed_rank(a - b, rope=0.02)
    reference = baycomp.SignedRankTest.probs(b, a, rope=0.02, nsamples=20_000, random_state=1)
    assert (found.worse, found.equal, found.better) == pytest.approx(reference, abs=0.015)


def test_the_posterior_says_equal_better_worse():
    assert signed_rank([0.001, -0.004, 0.01, 0.0, 0.002]).equal > 0.99
    assert signed_rank([0.1, 0.2, 0.3, 0.1, 0.2, 0.4]).better > 0.95
    assert signed_rank([-0.1, -0.2, -0.3, -0.1, -0.2, -0.4]).worse > 0.95


def test_the_bundle_has_a_posterior_for_each_two():
    found = over_tasks(_skills())
    by = {(v.a, v.b): v for v in found.pairs}
    assert len(by) == 10
    assert by["lstm", "rnn"].posterior.better > 0.95
    assert by["lstm", "rnn"].improvement.value == 1.0
    assert by["gru", "hmm"].posterior.better > by["lstm", "gru"].posterior.better
    assert list(found.interquartile_means)[:2] in (["lstm", "gru"], ["gru", "lstm"])


# Figures


def test_figures_name_all_and_mark_the_members_of_groups():
    found = over_tasks(_skills())
    seen = looks(found.architectures)
    with style():
        ranks, shares = figures.ranks(found.ranks, seen), figures.profiles(found, seen)
        again = figures.ranks(found.ranks, seen)
    for a in STEPS:
        assert a in re.sub(r"<[^>]*>", " ", ranks.inline)
        assert a in re.sub(r"<[^>]*>", " ", shares.inline)
    assert again == ranks


def test_figures_are_left_out_where_there_is_nothing_to_draw():
    apart = over_tasks({"a": {"t": {0: 1.0}}, "b": {"u": {0: 1.0}}})
    few = over_tasks(_skills(tasks=3))
    with style():
        assert figures.ranks(few.ranks, looks(few.architectures)) is None
        assert figures.profiles(few, looks(few.architectures)) is not None
        assert figures.profiles(apart, looks(apart.architectures)) is None
