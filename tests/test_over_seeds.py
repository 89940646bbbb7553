"""Tests over seeds: solved or not, permutations, seeds and examples at once, and stages; each
against a reference implementation, or worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from builders.blocks import made, numbers, rows, said
from builders.stores import make
from scipy import stats

from reports.analysis import exact, permutation
from reports.analysis.difference import standing
from reports.analysis.results import read
from reports.analysis.solved import RULE, solved_or_not
from reports.analysis.stages import LOOKS, critical, sequential_p, spent, stages
from reports.analysis.two_level import two_level
from reports.sections import method, skill, tasks
from reports.sections.advice import advise, blocks


def of(count: int, n: int) -> exact.Rate:
    return exact.rate([True] * count + [False] * (n - count))


# -- solved or not -------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "n"), [(0, 3), (3, 3), (7, 10), (20, 20)])
def test_a_success_rate_has_clopper_and_pearsons_interval(count, n):
    found = of(count, n)
    low = stats.beta.ppf(0.025, count, n - count + 1) if count else 0.0
    high = stats.beta.ppf(0.975, count + 1, n - count) if count < n else 1.0
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (exact.rate([]).low, exact.rate([]).high, exact.rate([]).share) == (0, 1, None)


@pytest.mark.parametrize(("a", "b", "n"), [(10, 6, 10), (18, 9, 20), (40, 31, 40), (3, 0, 3)])
def test_boschloos_p_value_is_the_largest_over_the_common_rate(a, b, n):
    """Over a fine grid of rates: the chance of tables whose Fisher p-value is as small."""
    tables = [(x, y) for x in range(n + 1) for y in range(n + 1)]
    fisher = {t: stats.hypergeom.sf(t[0] - 1, 2 * n, sum(t), n) for t in tables}
    extreme = [t for t in tables if fisher[t] <= fisher[a, b] * (1 + 1e-9)]
    rates, x = np.linspace(0.001, 0.999, 999), np.array(extreme).T[..., None]
    largest = np.prod(stats.binom.pmf(x, n, rates), 0).sum(0).max()
    assert exact.boschloo(of(a, n), of(b, n), "greater") == pytest.approx(largest, rel=1e-3)
    assert exact.boschloo(of(b, n), of(a, n), "less") == pytest.approx(largest, rel=1e-3)


def test_equal_rates_and_no_seeds_show_nothing():
    for a, b in ((of(5, 10), of(5, 10)), (of(10, 10), of(10, 10)), (of(0, 5), of(0, 9))):
        assert exact.boschloo(a, b) == 1.0
    assert exact.boschloo(of(0, 0), of(5, 5)) == exact.against(of(0, 0), 0.5) == 1.0
    assert exact.boschloo(of(3, 3), of(0, 3)) > 0.0


def test_paired_seeds_are_compared_where_they_part():
    a = {0: True, 1: True, 2: True, 3: True, 4: False, 5: True, 9: False}
    b = {0: True, 1: False, 2: False, 3: False, 4: False, 5: False, 8: True}
    assert exact.mcnemar(a, b) == pytest.approx(2 / 16)
    assert exact.mcnemar(a, b, "greater") == pytest.approx(1 / 16)
    assert exact.mcnemar(a, a) == 1.0
    assert exact.against(of(9, 10), 0.5) == pytest.approx(11 / 1024)


def test_success_rates_are_equivalent_by_an_exact_test():
    """All of 20 and all of 20 against a margin of .2: by hand the chance that all of 20 succeed
    where .8 do, and the other's all do."""
    assert exact.equivalent(of(20, 20), of(20, 20), 0.2) == pytest.approx(0.8**20)
    assert exact.equivalent(of(20, 20), of(16, 20), 0.2) > 0.4
    assert exact.equivalent(of(3, 3), of(3, 3), 0.2) > 0.4
    assert exact.equivalent(of(0, 0), of(3, 3), 0.2) == 1.0
    with pytest.raises(ValueError, match="margin"):
        exact.equivalent(of(3, 3), of(3, 3), 0.0)


def test_a_success_rate_is_higher_by_a_margin_or_not():
    most = 0.625**10 * 0.625**10  # 10 of 10 and 0 of 10, of rates a quarter apart
    assert exact.higher(of(10, 10), of(0, 10), 0.25) == pytest.approx(most, rel=1e-4)
    assert exact.higher(of(0, 10), of(10, 10), 0.25) > 0.99
    assert exact.higher(of(40, 40), of(40, 40), 0.25) > 0.5
    assert exact.higher(of(40, 40), of(40, 40), -0.25) == pytest.approx(0.75**40)
    assert exact.higher(of(0, 0), of(3, 3), 0.25) == 1.0
    with pytest.raises(ValueError, match="differ by less than 1"):
        exact.higher(of(3, 3), of(3, 3), 1.0)


# -- means by permutation ------------------------------------------------------------------------


@pytest.mark.parametrize("margin", [0.0, 0.1])
@pytest.mark.parametrize("n", [6, 12, 20])
def test_signs_are_turned_as_by_scipy(n, margin):
    values = np.random.default_rng(n).normal(0.3, 0.5, n)
    reference = stats.permutation_test(
        (values - margin,), np.mean, permutation_type="samples", alternative="greater",
        vectorized=True, n_resamples=2**16 if n <= 16 else 20_000, rng=0,
    ).pvalue  # fmt: skip
    assert permutation.above(values, margin) == pytest.approx(reference, abs=1e-9 + (n > 16) * 0.01)


def test_equal_seeds_show_nothing_and_no_p_value_is_0():
    assert permutation.above([0.0] * 10) == permutation.unequal([0.1] * 10, 0.1) == 1.0
    assert permutation.above([0.3] * 10) == 2**-10
    assert 0 < permutation.above([1.0] * 40) < 1e-4
    assert permutation.above([]) == permutation.unequal([]) == 1.0
    assert permutation.above([math.pi]) == 0.5
    with pytest.raises(ValueError, match="finite"):
        permutation.above([math.nan])


def test_sums_equal_but_for_rounding_are_ties():
    """.1 + .2 - .3 is not 0 in the last bit; by hand 5 of the 8 sums are 0 or more."""
    assert permutation.above([0.1, 0.2, -0.3]) == 5 / 8


@pytest.mark.parametrize("values", [[3, 1, -2, 4, 6, -5, 7.5], [1, 1, -1, 2, 0, 2, 3], [0, 0]])
def test_signed_ranks_with_and_without_ties_are_those_of_scipy(values):
    reference = stats.wilcoxon(values).pvalue if any(values) else 1.0
    assert permutation.signed_rank(values) == pytest.approx(reference)


def test_equivalence_needs_both_sides():
    near = np.linspace(-0.02, 0.02, 10)
    assert permutation.equivalent(near, 0.05) == 2**-10
    assert permutation.equivalent(near + 0.06, 0.05) > 0.5
    with pytest.raises(ValueError, match="margin"):
        permutation.equivalent(near, 0.0)


# -- seeds and examples --------------------------------------------------------------------------


def scores(seed: int, seeds: int, ahead: float = 0.0, weight=None) -> dict:
    rng, weight = np.random.default_rng(seed), np.ones(80) if weight is None else weight
    of_seed = rng.normal(ahead, 0.1, (seeds, 1))
    return {s: (row, weight) for s, row in enumerate(of_seed + rng.normal(0, 0.5, (seeds, 80)))}


@pytest.mark.parametrize("seeds", [2, 3, 9])
@pytest.mark.parametrize("ahead", [0.05, 0.3])
def test_the_half_width_is_the_hypotenuse_of_those_over_seeds_and_over_examples(seeds, ahead):
    """The level of the p-value is that at which the half-width is the difference itself."""
    a, b = scores(1, seeds, ahead), scores(2, seeds)
    apart = np.stack([a[s][0] - b[s][0] for s in range(seeds)])
    over = [apart.mean(axis) for axis in (1, 0)]
    found = two_level(a, b)

    def half(level: float) -> float:
        return math.hypot(*(stats.sem(x) * stats.t.isf(level / 2, len(x) - 1) for x in over))

    assert found.mean == pytest.approx(apart.mean())
    assert half(found.p) == pytest.approx(abs(apart.mean()))
    assert found.half == (pytest.approx(half(0.05)) if seeds > 2 else None)
    assert found.p >= max(found.seeds.p, found.examples.p)


def test_the_difference_is_a_ratio_of_sums_over_the_seeds_of_both():
    weight = np.arange(1.0, 81.0)
    a, b = scores(1, 7, 1.0, weight), scores(2, 6, 0.0, weight)
    found = two_level(a, b)
    ratios = [(a[s][0].sum() - b[s][0].sum()) / weight.sum() for s in range(6)]
    assert found.seeds.n == 6 and found.mean == pytest.approx(np.mean(ratios))
    assert found.seeds.mean == pytest.approx(found.mean)


def test_seeds_that_play_no_part_leave_the_test_over_examples():
    (a,), (b,) = (scores(seed, 1, 0.2).values() for seed in (1, 2))
    found = two_level(dict.fromkeys(range(3), a), dict.fromkeys(range(3), b))
    assert found.p == found.examples.p == pytest.approx(stats.ttest_rel(a[0], b[0]).pvalue)


def test_no_test_with_one_seed_or_unlike_examples():
    one = two_level(scores(1, 1), scores(2, 1))
    assert one.half is one.p is None and one.examples.p is not None
    other = {s: (row[:-1], weight[:-1]) for s, (row, weight) in scores(2, 8).items()}
    assert two_level(scores(1, 8), other).mean is None
    same = two_level(scores(1, 8), scores(1, 8))
    assert (same.half, same.p) == (0.0, 1.0)


# -- stages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0.05, 0.002])
def test_no_look_spends_more_than_it_may(level):
    """Against scipy's multivariate normal distribution."""
    limits = stats.norm.isf(critical(level))
    shared = [[math.sqrt(min(a, b) / max(a, b)) for b in LOOKS] for a in LOOKS]
    for k, n in enumerate(LOOKS, 1):
        normal = stats.multivariate_normal(np.zeros(k), np.array(shared)[:k, :k])
        passed = 1 - normal.cdf(limits[:k])
        drawn = 5e-5 if k == 3 else 1e-9  # in three dimensions scipy draws at random
        assert passed == pytest.approx(spent(level, n / LOOKS[-1]), abs=drawn)


def test_one_look_has_the_whole_level_and_limits_rise_with_it():
    assert critical(0.05, (20,)) == pytest.approx((0.05,))
    limits = np.array([critical(level) for level in np.geomspace(1e-8, 0.9, 20)])
    assert (np.diff(limits, axis=0) > 0).all()


@pytest.mark.parametrize("level", [0.3, 0.05, 0.00081])
def test_a_sequential_p_value_is_the_level_at_which_a_look_settles(level):
    for look, limit in enumerate(critical(level)):
        before = [1.0] * look
        assert sequential_p([*before, limit]) == pytest.approx(level, rel=3e-4)
        assert sequential_p([*before, limit, 1.0][:3]) == pytest.approx(level, rel=3e-4)
    assert sequential_p([]) == sequential_p([1.0, 1.0, 1.0]) == 1.0


def test_a_family_in_stages():
    """Four statements: the first is settled at .05 / 4, the second at .05 / 3 once it is."""
    first, second = critical(0.05 / 4), critical(0.05 / 3)
    looks = {
        "a": [first[0] * 0.99], "b": [0.5, second[1] * 0.99], "c": [second[0] * 0.99], "d": [],
    }  # fmt: skip
    found = stages(looks)
    assert [s.settled for s in found.values()] == [True, True, True, False]
    assert (found["a"].at, found["b"].at, found["c"].at) == (10, 20, 10)
    assert found["d"].p == found["d"].adjusted == 1.0 and found["d"].seeds == 10
    assert [s.seeds for s in stages({"a": [0.5], "b": [0.5] * 3}).values()] == [20, None]
    without = stages(looks | {"a": [0.9]})
    assert not without["b"].settled and without["b"].seeds == 40
    assert stages(looks, level=0.001)["a"].settled is False


def test_later_looks_take_nothing_back():
    early = stages({"a": [1e-4], "b": [0.3]})
    late = stages({"a": [1e-4], "b": [0.3, 0.9, 0.9]})
    assert early["a"].settled and late["a"].settled
    for wrong in ([0.1] * 4, [1.1], [math.nan]):
        with pytest.raises(ValueError, match="looks|p-value"):
            stages({"a": wrong})


# -- what is shown -------------------------------------------------------------------------------


def told(**of) -> dict:
    return {"floor": 0.0, "ceiling": 1.0, "metric": "accuracy"} | of


def test_where_seeds_solve_or_do_not_no_mean_has_an_interval(tmp_path):
    tasks = {
        "memory": told(ceiling_is_ideal=True, tags=["images", "memory"]),
        "reachable": told(tags=["language"]),
        "real": told(ceiling_is_ideal=True, tags=["language"]),
    }
    ends = {"a": [0.95, 0.9, 0.7], "b": [0.95, 0.9, 0.8]}
    skills = {(task, a): of for task in tasks for a, of in ends.items()}
    results = read(make(tmp_path, skills, tasks=tasks))
    assert [solved_or_not(t) for t in results.tasks] == [True, True, False]
    for task in results.tasks:
        group, pair = results.groups[task.name, "a"], standing(results, task).differences["a"]
        means = (group.score, group.skill, group.level, pair.seeds, pair.skills)
        assert {m.half is None for m in means} == {group.binary} == {solved_or_not(task)}
        assert (group.rate.solved, group.rate.n) == (2, 3)


def test_seeds_that_diverged_did_not_solve_and_those_not_run_do_not_count(tmp_path):
    ends = [0.95, 0.9, 0.5, dict(outcome="diverged"), dict(outcome="timeout"), None]
    results = read(make(tmp_path, {("recall[lag=9]", "a"): ends}, seeds=6))
    rate = results.groups["recall[lag=9]", "a"].rate
    assert (rate.solved, rate.n) == (2, 4)


def test_the_page_and_the_advice_say_how_many_seeds_solved_a_task(tmp_path):
    skills = {("recall[lag=9]", "lstm"): [0.95, 0.99, 0.3], ("recall[lag=9]", "gru"): 0.1}
    store = make(tmp_path, skills)
    results = read(store)
    heatmap, advice = made(skill.blocks, results), advise(results, results.tasks[0])
    assert rows(heatmap, "lstm")["recall[lag=9]"]["lstm"] == "0.75 2/3 solved"
    assert {r["architecture"]: r["solved"] for r in numbers(heatmap, "heatmap")}["lstm"] == "2"
    table = rows(made(tasks.blocks, results), "solved, 95 % interval")
    assert table["lstm"]["solved, 95 % interval"] == "2/3, 9 to 99 %"
    assert table["lstm"]["skill"] == "0.75" and "±" not in said(heatmap)
    assert [row["solved"] for row in advice.rows] == [2, 0]
    assert "2/3 solved" in said(made(blocks, advice))
    assert RULE in said(made(method.blocks, results, store))
