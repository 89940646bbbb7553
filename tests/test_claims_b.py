"""Claims on windows, states, stability and depth: each can be supported and refuted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from claim_evidence import SEEDS, Row, around, evidence

from reports.claims import (
    both_directions,
    clip_explosion,
    cnn_local,
    depth_helps_lstm,
    hmm_one_hot,
    loss_oscillates,
    residual_helps,
    rnn_covers_hmm,
    window_limits,
)
from reports.claims.claim import MIXED, REFUTED, SUPPORTED, UNDECIDED, Claim

Parts = dict[str, list[Row]]


def rows(task: str, architecture: str, mean: float, seeds: int, **fields: Any) -> list[Row]:
    return [(task, architecture, seed, {"skill": value, **fields})
            for seed, value in enumerate(around(mean, seeds=seeds))]  # fmt: skip


def directions(claimed: bool, seeds: int) -> Parts:
    return {"directions": [
        row
        for task, gain in (("future_context", 0.8), ("chinese_pos[length=32]", 0.03))
        for one, both in both_directions.PAIRS.items()
        for row in (*rows(task, one, 0.1, seeds),
                    *rows(task, both, 0.1 + (gain if claimed else -gain), seeds))
    ]}  # fmt: skip


def keyword(claimed: bool, seeds: int) -> Parts:
    high, low = (0.98, 0.5) if claimed else (0.5, 0.98)
    found = []
    for name in ("cnn", *cnn_local.RIVALS):
        late = around(high if name == "cnn" else low, seeds=seeds)
        found += [(cnn_local.TASK, name, seed, {"skill": 0.99, "skills": {"test@late": v}})
                  for seed, v in enumerate(late)]  # fmt: skip
    return {"keyword": found}


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


def bits(claimed: bool, seeds: int) -> Parts:
    few, many = 1.0, {8: 4.0, 16: 4.5, 32: 5.9}
    parts: Parts = {"bits-hmm": []}
    for size in hmm_one_hot.SIZES:
        units, states = (many[size], few) if claimed else (few, many[size])
        parts[f"bits-rnn-{size}"] = []
        for bits_asked, task in (
            (2, "bits[lag=3,n=2]"),
            (4, "bits[lag=3]"),
            (6, "bits[lag=3,n=6]"),
        ):
            parts["bits-hmm"] += rows(task, f"hmm[iterations=200,states={size},steps=20000]",
                                      min(states / bits_asked, 1), seeds)  # fmt: skip
            parts[f"bits-rnn-{size}"] += rows(task, "rnn", min(units / bits_asked, 1), seeds)
    return parts


def survey(claimed: bool, seeds: int) -> Parts:
    found = []
    for task, skill in (("hmm_source", 0.9), ("japanese_vowels", 0.8), ("adding", 0.0)):
        found += rows(task, "hmm", skill, seeds)
        found += rows(task, "rnn", skill + (0.02 if claimed else -0.3), seeds)
    return {"": found}


def noisy(swing: float, seed: int) -> dict[str, np.ndarray]:
    """Losses whose logarithm has steps with this standard deviation."""
    logs = np.random.default_rng(seed).normal(0, swing / np.sqrt(2), 400)
    return {"loss": np.exp(logs), "norm": np.exp(2 * logs)}


def swings(claimed: bool, seeds: int) -> Parts:
    wild, calm = (0.6, 0.2) if claimed else (0.2, 0.6)
    spreads = {("clip-off", "rnn"): wild, ("clip-off", "lstm"): calm, ("clip-off", "cnn"): calm,
               ("clip-on", "rnn"): calm}  # fmt: skip
    parts: Parts = {"clip-on": [], "clip-off": []}
    for (part, name), spread in spreads.items():
        parts[part] += [
            (task, name, seed, {"skill": 0.5, "updates": noisy(spread, seed)})
            for task in loss_oscillates.TASKS
            for seed in range(seeds)
        ]
    return parts


def explosions(claimed: bool, seeds: int) -> Parts:
    calm = {"updates": {"loss": np.linspace(2, 1.5, 50)}, "skill": 0.1}
    wild = {"updates": {"loss": np.array([2.0, 900.0, np.inf])}, "outcome": "diverged"}
    parts: Parts = {"clip-on-sgd": [], "clip-off-sgd": []}
    for part, fields in (("clip-off-sgd", wild if claimed else calm), ("clip-on-sgd", calm)):
        parts[part] += [(task, name, seed, fields) for task in (clip_explosion.LONG, "adding")
                        for name in clip_explosion.EXPLODING for seed in range(seeds)]  # fmt: skip
    long, slow = clip_explosion.LONG, clip_explosion.VANISHING
    parts["clip-off"] = rows(long, slow, 0.0, seeds)
    parts["clip-on"] = rows(long, slow, 0.02 if claimed else 0.95, seeds)
    return parts


def stacks(claimed: bool, seeds: int) -> Parts:
    plain, skipping = (0.1, 0.9) if claimed else (0.9, 0.1)
    return {"residual": [
        row
        for task in ("recall[lag=20]", "digit_rows")
        for kind in residual_helps.KINDS
        for row in (*rows(task, kind, 0.9, seeds),
                    *rows(task, f"{kind}[layers=8]", plain, seeds),
                    *rows(task, f"{kind}[layers=8,residual=true]", skipping, seeds))
    ]}  # fmt: skip


def depths(claimed: bool, seeds: int) -> Parts:
    step = 0.05 if claimed else -0.05
    return {"depth-lstm": [
        row
        for task in ("weather", "digit_rows")
        for depth, name in enumerate(("lstm", *depth_helps_lstm.DEEPER))
        for row in rows(task, name, 0.6 + depth * step, seeds)
    ]}  # fmt: skip


CASES: list[tuple[Claim, Callable[[bool, int], Parts]]] = [
    (both_directions.CLAIM, directions),
    (cnn_local.CLAIM, keyword),
    (window_limits.CLAIM, windows),
    (hmm_one_hot.CLAIM, bits),
    (rnn_covers_hmm.CLAIM, survey),
    (loss_oscillates.CLAIM, swings),
    (clip_explosion.CLAIM, explosions),
    (residual_helps.CLAIM, stacks),
    (depth_helps_lstm.CLAIM, depths),
]
each_claim = pytest.mark.parametrize("claim, make", CASES, ids=[c.id for c, _ in CASES])


@each_claim
def test_numbers_as_claimed_support_it(claim, make):
    judgement = claim.judge(evidence(make(True, len(SEEDS))))
    assert judgement.verdict == SUPPORTED
    assert judgement.n == len(SEEDS)
    assert judgement.low <= judgement.effect <= judgement.high
    assert "unknown" not in judgement.reason.replace("Under Adam", "|").split("|")[0]


@each_claim
def test_the_opposite_refutes_it(claim, make):
    judgement = claim.judge(evidence(make(False, len(SEEDS))))
    assert judgement.verdict == REFUTED


@each_claim
def test_one_seed_or_none_decides_nothing(claim, make):
    for parts in (make(True, 1), {name: [] for name in make(True, 1)}):
        judgement = claim.judge(evidence(parts))
        assert judgement.verdict == UNDECIDED and judgement.n == 0


@each_claim
def test_it_needs_the_parts_that_it_reads(claim, make):
    assert set(make(True, 1)) == set(claim.needs)


def test_a_network_that_remembers_beyond_the_window_leaves_no_cliff():
    parts = windows(True, 5)
    seen = windows(False, 5)
    judgement = window_limits.CLAIM.judge(evidence(parts | {"window": seen["window"]}))
    assert judgement.verdict == MIXED


def test_the_edge_is_the_records_own():
    parts = windows(True, 5)
    for row in parts["window"]:
        if row[1] == "fnn_window":
            row[3]["receptive_field"] = 9
    judgement = window_limits.CLAIM.judge(evidence(parts))
    assert judgement.comparisons[0].label == "fnn_window: lag 8 minus lag 9"
    assert judgement.verdict == MIXED


def test_an_hmm_task_that_is_not_known_to_the_hmm_does_not_count():
    judgement = rnn_covers_hmm.CLAIM.judge(evidence(survey(True, 5)))
    assert [c.label for c in judgement.comparisons] == [
        "rnn minus hmm, hmm_source", "rnn minus hmm, japanese_vowels"
    ]  # fmt: skip


def test_bits_are_those_of_the_task_on_which_most_were_kept():
    judgement = hmm_one_hot.CLAIM.judge(evidence(bits(True, 5)))
    beyond = judgement.comparisons[-1].values
    assert beyond[2] == pytest.approx(5.9 - 5, abs=0.01)


def test_a_stack_that_diverged_knows_nothing():
    parts = stacks(False, 5)
    parts["residual"] = [
        (task, name, seed, {"outcome": "diverged"} if name == "rnn[layers=8]" else fields)
        for task, name, seed, fields in parts["residual"]
    ]
    with_minus_without = residual_helps.CLAIM.judge(evidence(parts)).comparisons[0]
    assert with_minus_without.summary.mean == pytest.approx(0.1)


def test_the_spread_of_losses_is_that_of_their_logarithms_steps():
    judgement = loss_oscillates.CLAIM.judge(evidence(swings(True, 5)))
    assert judgement.effect == pytest.approx(np.log2(0.6 / 0.2), abs=0.01)


def test_clipping_that_only_stops_explosions_is_half_of_the_claim():
    parts = explosions(True, 5)
    parts["clip-on"] = explosions(False, 5)["clip-on"]
    assert clip_explosion.CLAIM.judge(evidence(parts)).verdict == MIXED


@pytest.mark.parametrize("claim, make", [
    (window_limits.CLAIM, windows), (clip_explosion.CLAIM, explosions)
])  # fmt: skip
def test_its_figure_is_drawn_from_the_records(claim, make):
    found = evidence(make(True, 5))
    drawing = claim.draw(found, claim.judge(found))
    assert drawing is not None and "<svg" in drawing.svg
