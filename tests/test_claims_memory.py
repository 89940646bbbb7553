"""Claims on memory: horizons, windows, lengths never seen, and what a pronoun refers to."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from builders.claims import Parts, check, judge
from builders.evidence import Row, around, climb, rows

from reports.claims.judging import MIXED, REFUTED, SUPPORTED, UNDECIDED

LAGS = (5, 10, 20, 50, 100)
NAMES = {"uniform": "rnn[start=uniform]"}


def horizons(**steps: tuple[int, ...]) -> Parts:
    """The same horizons by seed on two tasks."""
    return {"horizon": [
        row
        for task in ("recall", "adding")
        for name, found in steps.items()
        for row in climb(task, NAMES.get(name, name), found, LAGS)
    ]}  # fmt: skip


def short_memory(claimed: bool, seeds: int) -> Parts:
    if claimed:
        return horizons(rnn=(10,) * seeds, uniform=(10, 10, 5, 5, 0)[:seeds])
    return horizons(rnn=(20,) * seeds, uniform=(50,) * seeds)


def gated(claimed: bool, seeds: int) -> Parts:
    if claimed:
        return horizons(rnn=(10, 10, 20, 10, 10)[:seeds], uniform=(5,) * seeds,
                        lstm=(50,) * seeds, gru=(100,) * seeds)  # fmt: skip
    return horizons(rnn=(50,) * seeds, lstm=(10,) * seeds, gru=(20,) * seeds)


def stretched(far: Mapping[str, float], seeds: int = 5, near: float = 1.0) -> Parts:
    """Skill at 2, 4 and 8 times the length, the same for all, by task."""
    found: list[Row] = []
    for task, mean in far.items():
        for architecture in ("rnn", "lstm", "self_attention"):
            for seed, skill in enumerate(around(mean, seeds=seeds)):
                skills = {"test": near} | {f"test@{n}x": skill for n in (2, 4, 8)}
                fields = {"skill": near, "skills": skills}
                found.append((f"{task}[beyond=8]", architecture, seed, fields))
    return {"length": found}


def lengths(claimed: bool, seeds: int) -> Parts:
    return stretched(dict.fromkeys(("parity", "recall"), 0.85 if claimed else 0.1), seeds)


def windows(claimed: bool, seeds: int) -> Parts:
    def part(name: str, field: int) -> list[Row]:
        return [
            row
            for lag in range(field - 2, field + 2)
            for row in (
                *rows(f"recall[lag={lag}]", name, float(lag < field) if claimed else 0.9, seeds,
                      receptive_field=field),
                *rows(f"recall[lag={lag}]", "rnn", 0.95, seeds),
            )
        ]  # fmt: skip

    return {"window": part("fnn_window", 10), "receptive-field": part("cnn[levels=3]", 15)}


def keyword(claimed: bool, seeds: int) -> Parts:
    high, low = (0.98, 0.5) if claimed else (0.5, 0.98)
    return {"keyword": [
        ("keyword[place=early]", name, seed, {"skill": 0.99, "skills": {"test@late": late}})
        for name in ("cnn", "logistic", "rnn", "lstm", "gru", "self_attention")
        for seed, late in enumerate(around(high if name == "cnn" else low, seeds=seeds))
    ]}  # fmt: skip


def reference(claimed: bool, seeds: int) -> Parts:
    found: list[Row] = []
    for task, short in (("reference[distance=5]", 0.9), ("reference[distance=50]", 0.1)):
        for architecture in ("fnn_window", "rnn"):
            found += rows(task, architecture, short if claimed else 0.9, seeds)
        for architecture in ("lstm", "gru"):
            found += rows(task, architecture, 0.9, seeds)
    return {"reference": found}


CASES = {
    "ten-steps": short_memory,
    "gates-extend-memory": gated,
    "any-length": lengths,
    "window-limits": windows,
    "cnn-local": keyword,
    "far-reference": reference,
}


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_decide(name):
    check(name, CASES[name])


def test_a_horizon_is_told_in_steps():
    short = judge("ten-steps", short_memory(True, 5))
    assert short.unit == "steps" and 5 < short.effect < 10
    mixed = judge("ten-steps", horizons(rnn=(100,) * 5, uniform=(5,) * 5))
    assert mixed.verdict == MIXED


def test_gates_that_reach_as_far_as_the_plain_network_refute_the_claim():
    as_long = horizons(rnn=(50,) * 5, lstm=(50,) * 5, gru=(50,) * 5)
    assert judge("gates-extend-memory", as_long).verdict == REFUTED
    assert judge("gates-extend-memory", gated(True, 5)).effect > 4


@pytest.mark.parametrize("end", [0, LAGS[-1]])
def test_horizons_at_the_end_of_the_grid_show_no_difference(end):
    same = judge("gates-extend-memory", horizons(rnn=(end,) * 5, lstm=(end,) * 5, gru=(end,) * 5))
    assert same.verdict == UNDECIDED and same.n == 0
    one = judge("gates-extend-memory", horizons(rnn=(end,) * 5, lstm=(end,) * 5, gru=(20,) * 5))
    assert {c.label for c in one.comparisons} == {"GRU over RNN, recall", "GRU over RNN, adding"}


def test_lengths_count_only_where_the_length_of_training_was_learned():
    found = judge("any-length", stretched({"parity": 0.9, "recall": 0.8}))
    assert (found.verdict, len(found.comparisons)) == (SUPPORTED, 4)
    assert found.effect == pytest.approx(0.85)
    assert judge("any-length", stretched({"parity": 0.9, "recall": 0.0})).verdict == MIXED
    not_learned = judge("any-length", stretched({"parity": 0.0}, near=0.5))
    assert not_learned.verdict == UNDECIDED and not_learned.n == 0


def test_a_network_that_remembers_beyond_the_window_leaves_no_cliff():
    seen = windows(False, 5)["window"]
    assert judge("window-limits", windows(True, 5) | {"window": seen}).verdict == MIXED


def test_the_edge_is_the_records_own():
    parts = windows(True, 5)
    for row in parts["window"]:
        if row[1] == "fnn_window":
            row[3]["receptive_field"] = 9
    judgement = judge("window-limits", parts)
    assert judgement.comparisons[0].label == "fnn_window: lag 8 minus lag 9"
    assert judgement.verdict == MIXED


def test_a_default_parameter_that_a_label_leaves_out_is_known():
    """At its default of 30 the lag is not in the label."""
    shifted = [
        (f"recall[lag={int(task[11:-1]) + 20}]" if task != "recall[lag=10]" else "recall", *rest)
        for task, *rest in windows(True, 5)["window"]
    ]
    for row in shifted:
        if row[1] == "fnn_window":
            row[3]["receptive_field"] = 30
    judgement = judge("window-limits", windows(True, 5) | {"window": shifted})
    assert judgement.comparisons[0].label == "fnn_window: lag 29 minus lag 30"
