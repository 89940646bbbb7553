"""Claims on training: gradients, clipping, swings of the loss, depth."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from builders.claims import Parts, check, judge
from builders.evidence import Row, rows

from reports.claims import clip_explosion, depth_helps_lstm, loss_oscillates, residual_helps
from reports.claims.judging import MIXED, REFUTED

LONG = clip_explosion.TASKS[0]


def flow(small: float, large: float, seeds: int = 5, r2: float = 0.99) -> Parts:
    """Gradients that change by these factors a step at gain 0.5 and 2."""

    def measured(rate: float) -> dict[str, Any]:
        norms = [0.1 * rate**lag for lag in range(20)]
        decay = {"rate": rate, "r2": r2, "from": 1, "to": 19, "zero_beyond": None}
        place = {"geometric": norms, "geometric_decay": decay, "mean": norms, "decay": decay}
        found = {"norms": {"hidden_l0": place}, "jacobian": {"lyapunov": math.log(rate)}}
        return {"measured": {"initial": found, "trained": found, "skill": 0.5}}

    rates = {"rnn[gain=0.5]": small, "rnn": 0.98, "rnn[gain=2.0]": large, "lstm": 0.9}
    return {"gradient-flow": [
        ("recall[lag=100]", a, seed, measured(rate + 0.001 * seed))
        for a, rate in rates.items()
        for seed in range(seeds)
    ]}  # fmt: skip


def gradients(claimed: bool, seeds: int) -> Parts:
    return flow(0.4, 1.5, seeds) if claimed else flow(1.0, 1.0, seeds, r2=0.2)


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
    parts: Parts = {
        part: [
            (task, name, seed, fields)
            for task in clip_explosion.TASKS
            for name in clip_explosion.EXPLODING
            for seed in range(seeds)
        ]
        for part, fields in (("clip-off-sgd", wild if claimed else calm), ("clip-on-sgd", calm))
    }
    parts["clip-off"] = rows(LONG, clip_explosion.VANISHING, 0.0, seeds)
    parts["clip-on"] = rows(LONG, clip_explosion.VANISHING, 0.02 if claimed else 0.95, seeds)
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


CASES = {
    "vanishing-exploding": gradients,
    "loss-oscillates": swings,
    "clip-explosion": explosions,
    "residual-helps": stacks,
    "depth-helps-lstm": depths,
}


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_decide(name):
    check(name, CASES[name])


def test_gradients_that_vanish_and_do_not_explode_make_the_claim_half_true():
    found = judge("vanishing-exploding", flow(0.4, 1.5))
    assert found.effect == pytest.approx(math.log2(1.502), abs=1e-4)
    assert judge("vanishing-exploding", flow(0.4, 0.8)).verdict == MIXED
    assert judge("vanishing-exploding", flow(0.4, 1.5, r2=0.2)).verdict == MIXED
    assert judge("vanishing-exploding", flow(1.0, 1.0, r2=0.2)).verdict == REFUTED


def test_the_spread_of_losses_is_that_of_their_logarithms_steps():
    judgement = judge("loss-oscillates", swings(True, 5))
    assert judgement.effect == pytest.approx(np.log2(0.6 / 0.2), abs=0.01)


def test_clipping_that_only_stops_explosions_is_half_of_the_claim():
    parts = explosions(True, 5) | {"clip-on": explosions(False, 5)["clip-on"]}
    assert judge("clip-explosion", parts).verdict == MIXED


def test_a_stack_that_diverged_knows_nothing():
    failed: list[Row] = [
        (task, name, seed, {"outcome": "diverged"} if name == "rnn[layers=8]" else fields)
        for task, name, seed, fields in stacks(False, 5)["residual"]
    ]
    with_minus_without = judge("residual-helps", {"residual": failed}).comparisons[0]
    assert with_minus_without.summary.mean == pytest.approx(0.1)
