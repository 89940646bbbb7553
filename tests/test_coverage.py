"""Each interval and test of the report at the n it is used with: how often it misses the truth, or
rejects what is true, on simulated data. docs/coverage.md has the same with more data."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from scipy.stats import binomtest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from simulated import CASES  # noqa: E402
from simulated.samples import LEVEL, Case  # noqa: E402

SHARE = 20
"""Of the runs of the docs' table, one in so many is made here."""
CHANCE = 0.001
"""That a method which errs just as often as it may is found to err more often."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.what}, {case.sample}")
def test_a_method_errs_no_more_often_than_stated_where_it_is_said_to_hold(case: Case):
    holds = [n for n in case.of if case.holds is not None and n >= case.holds]
    fails = [n for n in case.of if n not in holds]
    if holds:
        errors, runs = errors_of(case, holds)
        found = binomtest(errors, runs, case.allowed, "greater").pvalue
        assert found > CHANCE, f"{errors} of {runs}"
    if fails and case.holds is None:  # if it does not err there, say so in `holds`
        errors, runs = errors_of(case, fails)
        assert errors > LEVEL * runs, f"{errors} of {runs}"


def errors_of(case: Case, sizes: list[int]) -> tuple[int, int]:
    runs = max(10, case.runs // SHARE)
    return sum(case.errors(n, runs) for n in sizes), runs * len(sizes)
