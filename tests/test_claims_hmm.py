"""Claims that set hidden Markov models beside recurrent networks."""

from __future__ import annotations

import pytest
from builders.claims import Parts, check, judge
from builders.evidence import rows

from reports.claims import hmm_one_hot

ASKED = {2: "bits[lag=3,n=2]", 4: "bits[lag=3]", 6: "bits[lag=3,n=6]"}
"""Tasks by the bits that they ask for, which a label leaves out where there are four."""


def bits(claimed: bool, seeds: int) -> Parts:
    few, many = 1.0, {8: 4.0, 16: 4.5, 32: 5.9}
    parts: Parts = {"bits-hmm": []}
    for size, hmm in hmm_one_hot.HMM.items():
        units, states = (many[size], few) if claimed else (few, many[size])
        parts[f"bits-rnn-{size}"] = []
        for asked, task in ASKED.items():
            parts["bits-hmm"] += rows(task, hmm, min(states / asked, 1), seeds)
            parts[f"bits-rnn-{size}"] += rows(task, "rnn", min(units / asked, 1), seeds)
    return parts


def survey(claimed: bool, seeds: int) -> Parts:
    found = []
    for task, skill in (("hmm_source", 0.9), ("japanese_vowels", 0.8), ("adding", 0.0)):
        found += rows(task, "hmm", skill, seeds)
        found += rows(task, "rnn", skill + (0.02 if claimed else -0.3), seeds)
    return {"": found}


CASES = {"hmm-one-hot": bits, "rnn-covers-hmm": survey}


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_decide(name):
    check(name, CASES[name])


def test_a_task_on_which_the_hmm_knows_nothing_does_not_count():
    assert [c.label for c in judge("rnn-covers-hmm", survey(True, 5)).comparisons] == [
        "rnn minus hmm, hmm_source", "rnn minus hmm, japanese_vowels"
    ]  # fmt: skip


def test_bits_are_those_of_the_task_on_which_most_were_kept():
    beyond = judge("hmm-one-hot", bits(True, 5)).comparisons[-1].values
    assert beyond[2] == pytest.approx(5.9 - 5, abs=0.01)
