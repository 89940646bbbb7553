"""Statistics of values and seeds, each against a reference implementation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from reports.analysis.statistics import (
    combine,
    fit_slope,
    greater,
    holm,
    paired,
    summarize,
    tost,
)

VALUES = [0.81, 0.84, 0.79, 0.9, 0.83, 0.86, 0.8]


def test_summary_has_the_sd_of_its_values():
    found = summarize(VALUES)
    ends = stats.ttest_1samp(VALUES, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))


def test_pairing_is_over_the_shared_seeds_only():
    a = {0: 0.9, 1: 0.7, 2: 0.8, 3: None, 4: 0.1}
    b = {2: 0.5, 1: 0.6, 0: 0.5, 3: 0.4, 5: 0.0}
    found = paired(a, b)
    reference = stats.ttest_rel([0.9, 0.7, 0.8], [0.5, 0.6, 0.5]).confidence_interval(0.95)
    assert found.n == 3
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high))
    assert paired({0: 1.0}, {1: 1.0}).mean is None


@pytest.mark.parametrize("threshold", [0.7, 0.8, 0.83, 0.9])
def test_greater_is_the_one_sided_t_test_of_scipy(threshold):
    reference = stats.ttest_1samp(VALUES, threshold, alternative="greater").pvalue
    assert greater(VALUES, threshold) == pytest.approx(reference, rel=1e-9)


def test_greater_without_spread_or_values():
    assert [greater([1.0, 1.0, 1.0], t) for t in (0.9, 1.0, 1.1)] == [0.0, 0.5, 1.0]
    assert greater([1.0], 0.0) == greater([], 0.0) == 1.0
    with pytest.raises(ValueError, match="nan"):
        greater([1.0, math.nan], 0.0)


@pytest.mark.parametrize("margin", [0.02, 0.05, 0.5])
@pytest.mark.parametrize("shift", [0.0, 0.03, -0.03])
def test_tost_is_that_of_statsmodels(margin, shift):
    from statsmodels.stats.weightstats import DescrStatsW

    differences = np.array([0.01, -0.02, 0.03, 0.0, -0.01, 0.02]) + shift
    reference = DescrStatsW(differences).ttost_mean(-margin, margin)[0]
    assert tost(differences, margin) == pytest.approx(reference, rel=1e-9)


def test_tost_without_spread_and_with_a_margin_that_is_none():
    assert tost([0.0, 0.0], 0.1) == 0.0
    assert tost([0.2, 0.2], 0.1) == 1.0
    with pytest.raises(ValueError, match="margin"):
        tost([0.0, 0.1], 0.0)


@pytest.mark.parametrize(
    "pvalues",
    [[0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.01], [0.9, 0.8], [0.0, 1.0], [0.2], []],
)
def test_holm_is_that_of_statsmodels(pvalues):
    from statsmodels.stats.multitest import multipletests

    reference = multipletests(pvalues, method="holm")[1] if pvalues else []
    assert holm(pvalues) == pytest.approx(list(reference))


@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan])
def test_holm_refuses_what_is_no_p_value(wrong):
    with pytest.raises(ValueError, match="no p-value"):
        holm([0.5, wrong])


def test_the_interval_of_a_slope_holds_it_as_often_as_it_says():
    rng, x = np.random.default_rng(0), np.arange(6)
    lines = [fit_slope(x, 2 * x + rng.normal(size=6)) for _ in range(400)]
    inside = [line.low <= 2 <= line.high for line in lines]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_line_through_two_points_has_no_interval_and_one_x_no_line():
    line = fit_slope([1, 3], [2, 8])
    assert (line.mean, line.low, line.high) == (3.0, None, None)
    for x, y in (([2, 2], [1, 3]), ([1], [1]), ([1, 2], [1])):
        with pytest.raises(ValueError, match="no line"):
            fit_slope(x, y)
    with pytest.raises(ValueError, match="inf"):
        fit_slope([1, 2], [0, math.inf])


def test_a_spread_of_rounding_is_none():
    assert summarize([1.38, 1.38 + 4e-16, 1.38]).half == 0
    assert summarize([1.38, 1.38 + 1e-9, 1.38]).half > 0


def test_mean_and_interval_are_student_t():
    values = [0.31, 0.42, 0.38, 0.55]
    summary = summarize([*values, None, math.nan])
    low, high = stats.t.interval(0.95, 3, loc=sum(values) / 4, scale=stats.sem(values))
    assert summary.n == 4
    assert (summary.low, summary.high) == pytest.approx((low, high))
    # By hand: mean 2, s = 1, n = 3, t(0.975, 2) = 4.302653.
    assert summarize([1, 2, 3]).half == pytest.approx(4.302653 / math.sqrt(3), rel=1e-6)


def test_one_or_two_seeds_have_no_interval():
    assert summarize([0.4]).half is None and summarize([0.4]).p is None
    two = summarize([0.5, 0.6])
    assert two.half is None and two.p == pytest.approx(stats.ttest_1samp([0.5, 0.6], 0).pvalue)
    both = combine([two, summarize([0.4, 0.5, 0.6])])
    assert both.half is None and both.p is not None
    assert combine([summarize([0.4]), two]).p is None


def test_seeds_without_spread_have_no_p_value_of_0():
    assert summarize([0.3] * 5).p == 2**-4 and summarize([0.0] * 5).p == 1.0


def test_a_mean_over_tasks_has_welch_and_satterthwaites_interval():
    a, b = [0.1, 0.2, 0.4], [0.7, 0.8, 0.8, 0.9]
    found = combine([summarize(a), summarize(b)])
    # The mean of two means is half their sum, so its interval is half that of a - (-b).
    test = stats.ttest_ind(a, [-v for v in b], equal_var=False)
    interval = test.confidence_interval(0.95)
    assert found.mean == pytest.approx((sum(a) / 3 + sum(b) / 4) / 2)
    assert found.half == pytest.approx((interval.high - interval.low) / 4)


def test_huge_values_do_not_overflow():
    summary = summarize([1e300, -1e300, 1e308])
    assert math.isfinite(summary.mean) and math.isfinite(summary.half)
