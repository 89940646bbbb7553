"""Each interval and test of the report at the n it is used with: how often it misses the truth, or
rejects what is true, on simulated data. docs/coverage.md has the same with more data."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from scipy.stats import binomtest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from simulated import CASES  # noqa: E402
from simulated.samples import LEVEL, Case  # noqa: E402

SHARE = 15
"""Of the runs of the docs' table, one in so many is made here."""
CHANCE = 0.001
"""That a method which errs as often as it may is found to err more often."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.what}, {case.sample}")
def test_a_method_errs_no_more_often_than_stated_where_it_is_said_to_hold(case: Case):
    runs = max(20, case.runs // SHARE)
    sizes = [n for n in case.of if case.holds is not None and n >= case.holds]
    if sizes:
        errors = sum(case.errors(n, runs) for n in sizes)
        found = binomtest(errors, runs * len(sizes), case.allowed, "greater")
        assert found.pvalue > CHANCE, f"{errors} of {runs * len(sizes)}"
    fails = [n for n in case.of if n not in sizes]
    if fails:  # if these hold, too, say so in `holds`, and show them
        assert sum(case.errors(n, runs) for n in fails) / (runs * len(fails)) > LEVEL
