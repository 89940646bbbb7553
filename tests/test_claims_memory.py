"""Claims on memory: horizons, windows, lengths never seen, gradients and far references."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from builders.claims import Parts, check, given, judge, statement
from builders.evidence import Row, around, climb, rows

from harness.experiment.matrix import load
from harness.experiment.registry import make_task, spec_of
from reports.analysis.solved import BINARY
from reports.claims import (
    any_length,
    far_reference,
    gates_extend_memory,
    hmm_one_hot,
    ten_steps,
    vanishing_exploding,
)
from reports.claims.parts import HORIZON
from reports.claims.trial import MIXED, NOT_MEASURED, REFUTED, SUPPORTED, UNDECIDED

TORCHS, BEST = gates_extend_memory.STARTS.values()


def split(seeds: int, share: float) -> list[float]:
    """The skill of seeds of which this share solves a task."""
    return [float(seed < share * seeds) for seed in range(seeds)]


def skills(task: str, architecture: str, values: list[float], **fields: object) -> list[Row]:
    return [(task, architecture, s, {"skill": v, **fields}) for s, v in enumerate(values)]


# -- ten steps -----------------------------------------------------------------------------------


def short_memory(claimed: bool, seeds: int) -> Parts:
    reached = 10 if claimed else 50
    return {"ten-steps": [
        row for architecture in ten_steps.STARTS.values()
        for row in climb("recall", architecture, [reached] * seeds, ten_steps.LAGS)
    ]}  # fmt: skip


def test_a_start_that_reaches_farther_makes_ten_steps_mixed():
    parts = short_memory(True, 10)
    longer = climb("recall", "rnn[start=orthogonal]", [20] * 10, ten_steps.LAGS)
    kept = [row for row in parts["ten-steps"] if row[1] != "rnn[start=orthogonal]"]
    assert judge("ten-steps", {"ten-steps": kept + longer}).verdict == MIXED


# -- horizons ------------------------------------------------------------------------------------


def horizons(seeds: int, **steps: int) -> Parts:
    """The same horizon for all seeds, from either start."""
    return {"horizon": [
        row for start in (TORCHS, BEST) for name, reached in steps.items()
        for row in climb("recall", start[name], [reached] * seeds, HORIZON.lags)
    ]}  # fmt: skip


def gated(claimed: bool, seeds: int) -> Parts:
    if claimed:
        return horizons(seeds, RNN=10, LSTM=50, GRU=100)
    return horizons(seeds, RNN=50, LSTM=10, GRU=20)


def test_as_long_is_not_longer():
    as_long = judge("gates-extend-memory", horizons(10, RNN=50, LSTM=50, GRU=50))
    assert as_long.verdict == REFUTED


@pytest.mark.parametrize("steps", [0, 500])
def test_horizons_at_the_same_end_of_the_lags_are_not_told_apart(steps):
    ended = judge("gates-extend-memory", horizons(10, RNN=steps, LSTM=steps, GRU=steps))
    assert {one.verdict for one in ended.statements.values()} == {UNDECIDED}
    further = horizons(10, RNN=100, LSTM=500, GRU=500)
    assert judge("gates-extend-memory", further).verdict == SUPPORTED


def test_horizons_are_compared_in_doublings():
    one = statement("gates-extend-memory", "GRU, its best start", gated(True, 10))
    assert one.measured.effect.mean == pytest.approx(3.32, abs=0.01)
    never = statement(
        "gates-extend-memory", "LSTM, its best start", horizons(10, RNN=0, LSTM=5, GRU=5)
    )
    assert never.measured.effect.mean == pytest.approx(1.0)


def test_a_lag_that_was_not_tried_was_not_learned():
    def found(tried):
        return given({"horizon": tried}).horizon(HORIZON, "recall", "rnn")

    some = found(climb("recall", "rnn", [20, 5, 0], (5, 10)))
    assert some.steps == 5 and some.by_seed == {0: 10, 1: 5, 2: 0}
    assert gates_extend_memory._steps(some) == {0: 10, 1: 5, 2: 2.5}
    of = {5: 0.1, 10: 1.0}
    gap = [row for lag in of for row in rows(f"recall[lag={lag}]", "rnn", of[lag], 3, lag=lag)]
    assert found(gap).steps == 0


def test_a_search_that_was_broken_off_has_no_horizon():
    parts = gated(True, 10)
    parts["horizon"] = [row for row in parts["horizon"] if row[1] != "lstm" or row[3]["lag"] <= 50]
    assert judge("gates-extend-memory", parts).verdict == NOT_MEASURED
    far = reference(True, 10)
    far["horizon"] = [row for row in far["horizon"] if row[1] != "gru" or row[3]["lag"] <= 50]
    assert judge("far-reference", far).verdict == NOT_MEASURED


# -- lengths -------------------------------------------------------------------------------------


def stretched(
    seeds: int, far: Mapping[str, float], near: float = 1.0, learned: float = 1.0
) -> Parts:
    """By task the share of seeds that solve every length; ``learned`` of all that of training."""
    found: list[Row] = []
    for name, share in far.items():
        for architecture in (*any_length.RECURRENT[name], any_length.ATTENTION[name]):
            for seed, skill in enumerate(split(seeds, share)):
                at_first = near if seed < learned * seeds else 0.0
                by_split = {"test": at_first} | {f"test@{n}x": skill for n in (2, 4, 8)}
                fields = {"skill": at_first, "skills": by_split}
                found.append((f"{name}[beyond=8]", architecture, seed, fields))
    return {"length": found}


def lengths(claimed: bool, seeds: int) -> Parts:
    return stretched(seeds, dict.fromkeys(any_length.RECURRENT, 1.0 if claimed else 0.0))


def test_lengths_that_hold_for_some_tasks_alone_make_it_mixed():
    shares = dict.fromkeys(any_length.RECURRENT, 1.0) | {"counting": 0.0}
    assert judge("any-length", stretched(10, shares)).verdict == MIXED


def test_seeds_that_did_not_learn_a_length_say_nothing_of_others():
    shares = dict.fromkeys(any_length.RECURRENT, 1.0)
    none = statement("any-length", "parity", stretched(10, shares, near=0.5))
    assert none.verdict == UNDECIDED and none.measured.effect.n == 0
    assert "rnn 0 of 10" in none.measured.note
    half = statement("any-length", "parity", stretched(10, shares, learned=0.5))
    assert half.measured.effect.n == 15 and half.measured.effect.mean == 1.0
    assert half.verdict == SUPPORTED
    assert "lstm 5 of 10" in half.measured.note
    few = statement("any-length", "parity", stretched(10, shares, learned=0.4))
    assert few.verdict == UNDECIDED and few.measured.effect.n == 12


def test_most_of_the_lengths_count_and_attention_only_stands_beside():
    parts = stretched(10, dict.fromkeys(any_length.RECURRENT, 1.0))
    for task, architecture, _, fields in parts["length"]:
        if task.startswith("parity"):
            fields["skills"]["test@8x"] = 0.2
            if architecture == "self_attention":
                fields["skills"]["test@2x"] = fields["skills"]["test@4x"] = 0.1
    measured = statement("any-length", "parity", parts).measured
    assert measured.effect.mean == 1.0 and measured.effect.n == 30
    assert [row.label for row in measured.rows][-1] == "self_attention on parity"
    assert measured.rows[-1].effect.mean == 0.0


# -- windows -------------------------------------------------------------------------------------

FIELDS = {"window": ("fnn_window", 10), "receptive-field": ("cnn[levels=3]", 15)}


def flow(architecture: str, field: int, beyond: float) -> Row:
    norms = [0.5] * field + [beyond] * 5
    measured = {"initial": {"norms": {"input": {"mean": norms}}}}
    fields = {"measured": measured, "receptive_field": field}
    return ("recall[lag=40]", architecture, 0, fields)


def windows(claimed: bool, seeds: int, inside: float = 1.0) -> Parts:
    parts: Parts = {
        part: [
            row
            for lag in range(field - 2, field + 2)
            for row in (
                *skills(f"recall[lag={lag}]", name,
                        split(seeds, inside if lag < field else float(not claimed)),
                        receptive_field=field),
                *rows(f"recall[lag={lag}]", "gru", 0.95, seeds),
            )
        ]
        for part, (name, field) in FIELDS.items()
    }  # fmt: skip
    edges = [flow(name, field, 0.0 if claimed else 1e-9) for name, field in FIELDS.values()]
    return parts | {"edge-gradient": edges}


def test_a_gradient_beyond_the_window_however_small_is_one():
    judgement = judge("window-limits", windows(True, 10) | {"edge-gradient": [
        flow("fnn_window", 10, 0.0), flow("cnn[levels=3]", 15, 1e-200)
    ]})  # fmt: skip
    assert judgement.statements["gradient"].verdict == REFUTED and judgement.verdict == MIXED
    assert judgement.statements["gradient"].measured.table[1] == ("windowed FNN", "10", "0.5", "0")


def test_seeds_that_fail_inside_the_window_say_nothing_of_the_outside():
    failed = statement("window-limits", "CNN", windows(True, 10, inside=0.0))
    assert failed.verdict == UNDECIDED and "by 0 of 10 seeds" in failed.measured.note
    most = statement("window-limits", "CNN", windows(True, 10, inside=0.9))
    assert most.verdict == SUPPORTED and most.measured.effect.n == 9


def test_the_edge_is_the_records_own():
    parts = windows(True, 10)
    for row in parts["window"]:
        if row[1] == "fnn_window":
            row[3]["receptive_field"] = 9
    judged = statement("window-limits", "windowed FNN", parts)
    assert judged.measured.rows[0].label == "windowed FNN, which sees 9 steps: lag 9"
    assert judged.verdict == REFUTED


def test_a_default_parameter_that_a_label_leaves_out_is_known():
    """At its default of 30 the lag is not in the label."""
    shifted = [
        (f"recall[lag={int(task[11:-1]) + 20}]" if task != "recall[lag=10]" else "recall", *rest)
        for task, *rest in windows(True, 10)["window"]
    ]
    for row in shifted:
        if row[1] == "fnn_window":
            row[3]["receptive_field"] = 30
    judged = statement("window-limits", "windowed FNN", windows(True, 10) | {"window": shifted})
    assert judged.measured.rows[0].label.endswith("lag 30") and judged.verdict == SUPPORTED


# -- gradients -----------------------------------------------------------------------------------


def gradients(claimed: bool, seeds: int, **fits: dict[float, float]) -> Parts:
    """rate, r2: what differs, by gain."""
    rates = {0.5: 0.5, 1.0: 0.98, 1.5: 1.1, 2.0: 1.3}
    if not claimed:
        rates = {0.5: 1.2, 1.0: 0.98, 1.5: 0.9, 2.0: 0.8}
    rates |= fits.get("rate", {})
    parts: Parts = {}
    for width in vanishing_exploding.WIDTHS:
        parts[f"gradient-width-{width}"] = [
            (
                "recall[lag=100]", architecture, seed,
                {"measured": {"initial": {"norms": {"hidden_l0": {
                    "geometric": [rate**lag for lag in range(20)],
                    "geometric_decay": {"rate": rate, "r2": r2},
                }}}}},
            )
            for gain, architecture in vanishing_exploding.GAINS.items()
            for seed, (rate, r2) in enumerate(zip(
                around(rates[gain], seeds=seeds),
                around(fits.get("r2", {}).get(gain, 0.95 if claimed else 0.5), seeds=seeds),
                strict=True,
            ))
        ]  # fmt: skip
    return parts


def test_each_gain_is_a_statement_of_its_own():
    half = judge("vanishing-exploding", gradients(True, 10, rate={1.5: 0.9}))
    assert half.verdict == MIXED and half.statements["gain 1.5"].verdict == REFUTED
    bent = judge("vanishing-exploding", gradients(True, 10, r2={0.5: 0.4, 2.0: 0.4}))
    assert bent.statements["exponential"].verdict == REFUTED


def test_one_width_that_goes_the_other_way_refutes():
    parts = gradients(True, 10)
    narrow = gradients(True, 10, rate={2.0: 0.9})["gradient-width-16"]
    one = statement("vanishing-exploding", "gain 2", parts | {"gradient-width-16": narrow})
    assert one.verdict == REFUTED
    assert one.measured.effect.mean == pytest.approx(-0.15, abs=0.01)
    assert [row.label for row in one.measured.rows][0] == "gain 2, 16 units"


# -- references ----------------------------------------------------------------------------------


def reference(claimed: bool, seeds: int, reached: int = 15, gated: int = 45) -> Parts:
    """How far a pronoun is resolved; a token is recalled after 20 steps by the RNN, after 50 by
    the others."""
    ends = {"fnn_window": 5, "rnn": reached, "lstm": gated, "gru": gated}
    if not claimed:
        ends = {"fnn_window": 95, "rnn": 95, "lstm": 5, "gru": 5}
    found = [
        row
        for distance in far_reference.DISTANCES
        for architecture, end in ends.items()
        for row in skills(f"reference[distance={distance}]", architecture,
                          [float(distance <= end)] * seeds, receptive_field=10)
    ]  # fmt: skip
    recalled = {"rnn": 20 if claimed else 5, "lstm": 50, "gru": 50}
    if not claimed:
        recalled |= {"lstm": 0, "gru": 0}
    memory = [row for architecture, steps in recalled.items()
              for row in climb("recall", architecture, [steps] * seeds, HORIZON.lags)]  # fmt: skip
    return {"reference": found, "horizon": memory}


def test_who_resolves_beyond_the_horizon_needs_no_long_memory():
    judged = statement("far-reference", "horizon", reference(True, 10, reached=95, gated=95))
    assert judged.verdict == REFUTED
    labels = [row.label for row in judged.measured.rows]
    assert labels[0] == "RNN, horizon 20: 45 words" and labels[1] == "LSTM, horizon 50: 95 words"


def test_a_window_in_which_nothing_is_learned_is_no_limit():
    parts = reference(True, 10)
    parts["reference"] = [(t, a, s, f | {"skill": 0.0} if a == "fnn_window" else f)
                          for t, a, s, f in parts["reference"]]  # fmt: skip
    judged = statement("far-reference", "window", parts)
    assert judged.verdict == UNDECIDED and "is learned by 0 of 10 seeds" in judged.measured.note


def test_networks_that_resolve_nothing_say_nothing_of_their_horizon():
    nothing = reference(True, 10, reached=0, gated=0)
    assert statement("far-reference", "horizon", nothing).verdict == UNDECIDED


def test_a_horizon_beyond_all_distances_leaves_it_open():
    parts = reference(True, 10)
    parts["horizon"] = [row for row in parts["horizon"] if row[1] != "gru"]
    parts["horizon"] += climb("recall", "gru", [200] * 10, HORIZON.lags)
    judged = statement("far-reference", "horizon", parts)
    assert judged.measured.note == "Left open: no distance is beyond the horizon of GRU."
    assert len(judged.measured.rows) == 2 and judged.verdict == UNDECIDED


# -- budgets -------------------------------------------------------------------------------------


def test_no_training_on_what_is_solved_or_not_is_broken_off():
    """A seed may stay at chance for a thousand updates and more, and solve the task then."""
    matrix = load("claims")
    trained = ("", "horizon", "gate-times", "writing")
    kept = [
        (part.name, task)
        for part in matrix.parts
        if part.probe in trained and not part.may_diverge
        for task in part.tasks
        if not BINARY.isdisjoint(make_task(spec_of(task, "task", "here")).tags)
        or part.probe == "writing"
        if matrix.budget_of(task, part).patience
        if part.architectures != list(hmm_one_hot.FITTED.values())
    ]
    assert kept == []


CASES = {
    "ten-steps": short_memory,
    "gates-extend-memory": gated,
    "any-length": lengths,
    "window-limits": windows,
    "vanishing-exploding": gradients,
    "far-reference": reference,
}


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_decide(name):
    check(name, CASES[name])
