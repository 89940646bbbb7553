"""Comparison by test examples, against scipy and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as reference_mcnemar
from statsmodels.stats.multitest import multipletests

from reports.analysis.example_tests import mcnemar, pairs

ONES = np.ones(12)


def _model(*scores, weight=None):
    """Seeds 0, 1, ... with these scores by example."""
    return {s: (np.asarray(v, float), ONES if weight is None else weight)
            for s, v in enumerate(scores)}  # fmt: skip


def _three():
    rng = np.random.default_rng(5)
    base = rng.random(12)
    return {
        "lstm": _model(base + 0.3 * rng.random(12), base + 0.3 * rng.random(12)),
        "rnn": _model(base),
        "cnn": _model(base + 0.1 * rng.standard_normal(12)),
    }


def test_p_values_are_those_of_all_sign_flips():
    models = _three()
    found = {(p.a, p.b): p for p in pairs(models)}
    assert list(found) == [("lstm", "rnn"), ("lstm", "cnn"), ("rnn", "cnn")]
    for (a, b), pair in found.items():
        one, other = (np.mean([s for s, _ in models[m].values()], axis=0) for m in (a, b))
        exact = stats.permutation_test(
            (one, other), lambda x, y: np.mean(x - y), permutation_type="samples", vectorized=False
        )
        ends = stats.ttest_rel(one, other).confidence_interval(0.95)
        assert pair.p == pytest.approx(exact.pvalue, abs=0.01)
        assert pair.difference == pytest.approx(exact.statistic)
        assert (pair.low, pair.high) == pytest.approx((ends.low, ends.high))
        assert pair.n == 12


def test_p_values_are_corrected_over_the_pairs_of_the_task():
    found = pairs(_three())
    reference = multipletests([p.p for p in found], method="holm")[1]
    assert [p.adjusted for p in found] == pytest.approx(list(reference))


def test_the_difference_is_of_the_metric_where_examples_weigh_unlike():
    """The metric is a ratio of sums; its interval is that of the bootstrap over examples."""
    rng = np.random.default_rng(1)
    weight = rng.integers(1, 60, 400)
    a, b = rng.binomial(weight, 0.95), rng.binomial(weight, 0.2)
    (found,) = pairs({"a": _model(a, weight=weight), "b": _model(b, weight=weight)})
    assert found.difference == pytest.approx(a.sum() / weight.sum() - b.sum() / weight.sum())
    draws = rng.integers(0, 400, (4000, 400))
    again = (a - b)[draws].sum(1) / weight[draws].sum(1)
    assert (found.low, found.high) == pytest.approx(np.quantile(again, [0.025, 0.975]), abs=0.002)


def test_models_that_answer_alike_do_not_differ():
    (found,) = pairs({"a": _model(np.arange(12)), "b": _model(np.arange(12))})
    assert (found.difference, found.low, found.high, found.p, found.adjusted) == (0, 0, 0, 1, 1)


def test_sums_that_are_equal_but_for_rounding_are_as_large():
    """All up and all down, 2 of 64 sign flips, are as large as observed."""
    gain = np.array([0.5, 0.6, 0.9, 0.7, 0.6, 0.5] + [0.0] * 6)
    (found,) = pairs({"a": _model(gain), "b": _model(gain * 0)})
    assert found.p == pytest.approx(2 / 64, abs=0.006)


def test_test_sets_that_differ_are_refused_and_missing_ones_left_out():
    weight = np.full(12, 2)
    with pytest.raises(ValueError, match="b: not the same test examples as a"):
        pairs({"a": _model(ONES), "b": _model(ONES, weight=weight)})
    with pytest.raises(ValueError, match="a: its seeds were not tested"):
        pairs({"a": {0: (ONES, ONES), 1: (ONES, weight)}, "b": _model(ONES)})
    assert pairs({"a": _model(ONES), "b": {}}) == ()


def test_mcnemar_is_that_of_statsmodels():
    a = np.array([1] * 20 + [1] * 9 + [0] * 2 + [0] * 5)
    b = np.array([1] * 20 + [0] * 9 + [1] * 2 + [0] * 5)
    reference = reference_mcnemar([[20, 9], [2, 5]], exact=True).pvalue
    assert mcnemar(a, b) == mcnemar(b, a) == pytest.approx(reference)
    assert mcnemar(a, a) == 1.0
    with pytest.raises(ValueError, match="0 and 1"):
        mcnemar(a / 2, b)
