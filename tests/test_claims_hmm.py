"""Claims that set hidden Markov models beside recurrent networks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders.claims import Parts, check, claim, given, statement
from builders.evidence import Row, each, rows
from conftest import make_cell

from harness.experiment.record import Outcome
from harness.probes.bits_by_hand import by_hand as built
from harness.training.run_cell import run_cell
from reports.claims import hmm_one_hot
from reports.claims.trial import SUPPORTED

ASKED = {2: "bits[lag=3,n=2]", 4: "bits[lag=3]", 6: "bits[lag=3,n=6]", 8: "bits[lag=3,n=8]"}
"""Tasks by the bits that they ask for, which a label leaves out where there are four."""


def by_hand(lost: float = 0.0) -> list[Row]:
    found = []
    for asked in (2, 4, 6):
        for bits in (2, 4, 6):
            held = min(asked, bits)
            measured = {"kept": held - lost, "holding": 2**held, "states": 6 * 2**held}
            found.append((ASKED[asked], f"hmm[states={2**bits}]", 0, {"measured": measured}))
    return found


def bits(claimed: bool, seeds: int) -> Parts:
    few, many = 1.0, {8: 4.0, 16: 5.0, 32: 5.9}
    parts: Parts = {"bits-hmm": [], "bits-by-hand": by_hand(0.0 if claimed else 0.5)}
    for size, hmm in hmm_one_hot.FITTED.items():
        rnn, states = many[size], few if claimed else many[size] + 1
        parts[f"bits-rnn-{size}"] = []
        for asked, task in ASKED.items():
            parts["bits-hmm"] += rows(task, hmm, min(states / asked, 1), seeds)
            parts[f"bits-rnn-{size}"] += rows(task, "rnn", min(rnn / asked, 1), seeds)
    return parts


def test_the_numbers_decide():
    check("hmm-one-hot", bits, always=["units"])


def test_the_best_of_the_seeds_says_what_units_can_hold():
    """One that holds them is enough, on the task on which it keeps most."""
    parts = bits(True, 10)
    parts["bits-rnn-32"] = [row for row in parts["bits-rnn-32"] if row[0] != ASKED[8]]
    parts["bits-rnn-32"] += each(ASKED[8], "rnn", [*[0.1] * 9, 0.9])
    one = statement("hmm-one-hot", "units", parts)
    assert one.verdict == SUPPORTED
    assert one.measured.table[-1] == ("32", "5", "1.08", "7.20")
    parts["bits-rnn-8"] = [row for t in ASKED.values() for row in rows(t, "rnn", 0.4, 10)]
    assert statement("hmm-one-hot", "units", parts).measured.effect.mean == pytest.approx(0.28)


def test_an_rnn_that_keeps_few_bits_sets_no_limit_to_what_it_could_hold():
    parts = bits(True, 10)
    parts["bits-rnn-8"] = [row for t in ASKED.values() for row in rows(t, "rnn", 0.1, 10)]
    units = claim("hmm-one-hot").judge(given(parts))["units"]
    assert units.holds is None and "no seed got so far" in units.note
    assert units.effect.mean == pytest.approx(8 * 0.11 - 3)


def test_less_than_nothing_counts_as_nothing():
    parts = bits(True, 10)
    hmm = hmm_one_hot.FITTED[8]
    parts["bits-hmm"] = [
        (task, a, s, fields | {"skill": -40.0} if a == hmm else fields)
        for task, a, s, fields in parts["bits-hmm"]
    ]
    (first, *_) = statement("hmm-one-hot", "fitted", parts).measured.rows
    assert first.effect.mean == pytest.approx(4.0, abs=0.1)


def test_the_table_has_the_states_in_all():
    table = statement("hmm-one-hot", "states", bits(True, 10)).measured.table
    assert table[1] == ("2", "4", "24", "2.000") and len(table) == 10
    assert table[-1] == ("6", "64", "384", "6.000")


# -- a model built by hand -----------------------------------------------------------------------


@pytest.mark.parametrize("held", [1, 2, 3])
def test_a_model_built_by_hand_keeps_what_its_states_hold(held):
    cell = make_cell("bits[lag=4,n=3]", f"hmm[states={2**held}]")
    record = run_cell(replace(cell, kind="probe", probe="bits-by-hand"))
    assert record.outcome == Outcome.OK, record.traceback
    assert record.measured["kept"] == pytest.approx(held, abs=1e-3)
    assert record.measured["holding"] == 2**held


def test_it_goes_through_states_of_probability_one():
    chain = built(3, 2, 7)
    for rows_ in (chain.transitions, chain.emissions):
        assert rows_.sum(1) == pytest.approx(1.0)
    assert chain.start.sum() == pytest.approx(1.0)
    assert len(chain.start) == 2 * (2 + 4) + 1 + 3 * 4


def test_nothing_else_is_built_by_hand():
    for task, architecture in (("recall[lag=4]", "hmm[states=4]"), ("bits[n=2]", "hmm")):
        cell = make_cell(task, architecture)
        refused = run_cell(replace(cell, kind="probe", probe="bits-by-hand"))
        assert refused.outcome == Outcome.NOT_APPLICABLE and "by hand" in refused.reason
