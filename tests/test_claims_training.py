"""Claims on training: clipping, swings of the loss, depth, functions of gates, shared weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from builders.claims import Parts, check, judge, statement
from builders.evidence import Row, rows

from harness.experiment.matrix import Part
from reports.claims import (
    clip_explosion,
    depth_helps_lstm,
    loss_oscillates,
    residual_helps,
    saturating_gates,
    shared_weights_assume_stationarity,
)
from reports.claims.loss_oscillates import RNN, ratio
from reports.claims.trial import REFUTED, SUPPORTED, UNDECIDED

DIVERGED = {"outcome": "diverged"}


def skills(part: Part, by_architecture: Mapping[str, float], seeds: int) -> list[Row]:
    """The same skills on each task of a part."""
    return [
        row for t in part.tasks for a, mean in by_architecture.items()
        for row in rows(t, a, mean, seeds)
    ]  # fmt: skip


# -- clipping and swings ---------------------------------------------------------------------------


def training(rare: float, seed: int) -> dict[str, Any]:
    """One update in twenty changes the loss this many times as much, and has as large a norm."""
    sizes = np.where(np.arange(1, 400) % 20, 0.1, 0.1 * rare) * (1 + 0.01 * seed)
    logs = np.cumsum(sizes * (-1) ** np.arange(399))
    return {"updates": {"watched": np.exp(np.append(0, logs)), "norm": 20 * sizes}}


def swings(claimed: bool, seeds: int) -> Parts:
    wild, calm = (8.0, 2.0) if claimed else (2.0, 8.0)
    shown = {("clip-off", RNN): wild, ("clip-on", RNN): calm}
    shown |= {("clip-off", other): calm for other in loss_oscillates.OTHERS}
    parts: Parts = {"clip-off": [], "clip-on": []}
    for (part, architecture), rare in shown.items():
        parts[part] += [
            (task, architecture, seed, training(rare, seed))
            for task in loss_oscillates.CLIPPED.tasks
            for seed in range(seeds)
        ]
    return parts


def test_loss_oscillates():
    check("loss-oscillates", swings)


def test_a_ratio_is_that_of_the_rare_to_the_usual():
    assert ratio(np.array([1.0] * 90 + [4.0] * 10)) == 2.0
    assert ratio(np.ones(5)) == ratio(np.zeros(5)) == 0.0
    assert ratio(np.array([0.0] * 95 + [1.0] * 5)) == 10.0
    told = statement("loss-oscillates", "calmer loss", swings(True, 10))
    assert told.measured.effect.mean == pytest.approx(math.log2(8 / 2), abs=0.01)


def test_a_training_that_diverged_swings_most():
    parts = swings(False, 10)
    parts["clip-off"] = [
        (t, a, seed, fields | DIVERGED if a == RNN else fields)
        for t, a, seed, fields in parts["clip-off"]
    ]
    told = judge("loss-oscillates", parts).statements
    assert {one.verdict for one in told.values()} == {SUPPORTED}
    assert told["calmer loss"].measured.effect.mean == pytest.approx(10 - 3, abs=0.01)


def test_clipping_that_never_acts_calms_nothing():
    parts = swings(False, 10)
    for _, _, _, fields in parts["clip-on"]:
        fields["updates"]["norm"] = fields["updates"]["norm"] / 1000
    told = judge("loss-oscillates", parts).statements
    assert {told[key].verdict for key in ("calmer loss", "calmer gradient")} == {UNDECIDED}
    assert "The gradient was clipped in 0.0% of the updates." in told["calmer loss"].measured.note


def gradients(rate: float, seeds: int, norm: float = 1.0) -> list[Row]:
    """Gradients that change by this factor with each step back; norm: before clipping."""

    def flow(seed: int) -> dict[str, Any]:
        norms = [0.1 * (rate + 0.001 * seed) ** lag for lag in range(clip_explosion.LAG + 1)]
        found = {"measured": {"trained": {"norms": {"hidden_l0": {"geometric": norms}}}}}
        return found | {"updates": {"norm": np.full(300, norm)}}

    (task,) = clip_explosion.FLOWS["on"].tasks
    return [(task, clip_explosion.VANISHING, seed, flow(seed)) for seed in range(seeds)]


def explosions(claimed: bool, seeds: int) -> Parts:
    outcomes: tuple[dict[str, Any], ...] = (DIVERGED, {"skill": 0.1})
    wild, calm = outcomes if claimed else outcomes[::-1]
    parts = {
        part: [
            ("adding", architecture, seed, fields)
            for architecture in clip_explosion.EXPLODING.values()
            for seed in range(seeds)
        ]
        for part, fields in (("clip-off", wild), ("clip-on", calm))
    }
    clipped, unclipped = (0.5, 0.5) if claimed else (0.98, 0.5)
    return parts | {
        "flow-clip-on": gradients(clipped, seeds),
        "flow-clip-off": gradients(unclipped, seeds),
    }


def test_clip_explosion():
    check("clip-explosion", explosions)


def test_what_does_not_explode_cannot_be_cured():
    parts = explosions(True, 10)
    parts["clip-off"] = [(t, a, seed, {"skill": 0.1}) for t, a, seed, _ in parts["clip-off"]]
    assert statement("clip-explosion", "cured", parts).verdict == UNDECIDED


def test_clipping_after_which_as_many_diverge_is_no_cure():
    parts = explosions(True, 10)
    parts["clip-on"] = parts["clip-off"]
    assert statement("clip-explosion", "cured", parts).verdict == REFUTED


def test_clipping_that_hardly_acts_leaves_open_what_it_cures():
    parts = explosions(True, 10) | {"flow-clip-on": gradients(0.5, 10, norm=0.09)}
    told = statement("clip-explosion", "not cured", parts)
    assert told.verdict == UNDECIDED and "in 0.0% of the updates" in told.measured.note
    acted = statement("clip-explosion", "not cured", explosions(True, 10))
    assert acted.measured.note == "The gradient was clipped in 100.0% of the updates."


def test_one_gain_that_does_not_explode_is_enough_against_it():
    parts = explosions(True, 10)
    parts["clip-off"] = [
        (t, a, seed, {"skill": 0.1} if "1.5" in a else fields)
        for t, a, seed, fields in parts["clip-off"]
    ]
    told = judge("clip-explosion", parts).statements
    assert (told["exploding"].verdict, told["cured"].verdict) == (REFUTED, UNDECIDED)
    assert told["exploding"].measured.unit == "of seeds diverge"


def test_a_gradient_of_zero_is_left_as_none():
    parts = explosions(True, 10)
    for _, _, _, fields in (*parts["flow-clip-on"], *parts["flow-clip-off"]):
        fields["measured"]["trained"]["norms"]["hidden_l0"]["geometric"][-1] = 0.0
    told = judge("clip-explosion", parts).statements
    assert told["vanishing"].measured.effect.mean == math.log2(clip_explosion.NONE)
    assert {one.verdict for one in told.values()} == {SUPPORTED}


# -- depth -----------------------------------------------------------------------------------------


def stacks(claimed: bool, seeds: int) -> Parts:
    plain, skipping = (0.1, 0.95) if claimed else (0.95, 0.1)
    of = {}
    for kind in residual_helps.KINDS:
        of[kind] = 0.95
        for depth in residual_helps.DEPTHS:
            of[residual_helps.PLAIN.format(kind, depth)] = plain
            of[residual_helps.SKIPPING.format(kind, depth)] = skipping
    return {"residual": skills(residual_helps.RESIDUAL, of, seeds)}


def test_residual_helps():
    check("residual-helps", lambda claimed, seeds: stacks(claimed, 4 * seeds))


def test_a_stack_that_diverged_knows_nothing():
    failed: list[Row] = [
        (task, name, seed, DIVERGED if name == "rnn[layers=8]" else fields)
        for task, name, seed, fields in stacks(True, 40)["residual"]
    ]
    told = judge("residual-helps", {"residual": failed}).statements
    assert {told[f"rnn, {task}"].verdict for task in ("recall", "images")} == {SUPPORTED}


def test_a_stack_that_trains_without_skips_is_not_helped_by_them():
    parts = {"residual": [
        (t, a, seed, {"skill": 0.93}) for t, a, seed, _ in stacks(True, 40)["residual"]
    ]}  # fmt: skip
    assert judge("residual-helps", parts).verdict == REFUTED


@pytest.mark.parametrize(("task", "skill"), [("recall", 0.5), ("images", 0.04)])
def test_a_stack_says_nothing_where_not_even_a_single_layer_learns(task, skill):
    parts = {"residual": [
        (t, a, seed, {"skill": skill if a == "rnn" else f["skill"]})
        for t, a, seed, f in stacks(True, 40)["residual"]
    ]}  # fmt: skip
    told = judge("residual-helps", parts).statements
    assert (told[f"rnn, {task}"].verdict, told[f"lstm, {task}"].verdict) == (UNDECIDED, SUPPORTED)


def depths(claimed: bool, seeds: int) -> Parts:
    step = 0.05 if claimed else -0.05
    names = (depth_helps_lstm.FLAT, *depth_helps_lstm.DEEPER.values())
    of = {name: 0.6 + depth * step for depth, name in enumerate(names)}
    return {part.name: skills(part, of, seeds) for part in depth_helps_lstm.CELLS}


def test_depth_helps_lstm():
    check("depth-helps-lstm", depths)


def test_what_is_below_the_floor_counts_as_the_floor():
    """However far: else one task would decide a mean over several."""
    parts = depths(True, 10)
    part = depth_helps_lstm.EQUAL["width"]
    parts[part.name] = [
        (task, name, seed, {"skill": -50.0} if task == "digit_rows" else fields)
        for task, name, seed, fields in parts[part.name]
    ]
    told = statement("depth-helps-lstm", "2 layers, equal width", parts)
    assert told.measured.effect.mean == pytest.approx(0.05 * 2 / 3)


# -- functions of gates ----------------------------------------------------------------------------


def functions(claimed: bool, seeds: int) -> Parts:
    saturating, relu = (1.0, 0.3) if claimed else (0.3, 1.0)
    of = dict.fromkeys(saturating_gates.SATURATING.values(), saturating)
    of |= dict.fromkeys(saturating_gates.RELU.values(), relu)
    return {"gate-functions": skills(saturating_gates.FUNCTIONS, of, seeds)}


def test_saturating_gates():
    check("saturating-gates", functions)


def test_who_learns_one_task_of_two_has_not_learned_both():
    parts = {"gate-functions": [
        (task, name, seed, {"skill": 1.0 if task == "adding" or "relu" not in name else 0.0})
        for task, name, seed, _ in functions(True, 10)["gate-functions"]
    ]}  # fmt: skip
    assert judge("saturating-gates", parts).verdict == SUPPORTED


def test_a_gate_that_diverges_has_not_learned():
    parts = {"gate-functions": [
        (task, name, seed, DIVERGED if "gate=relu" in name else {"skill": 1.0})
        for task, name, seed, _ in functions(True, 10)["gate-functions"]
    ]}  # fmt: skip
    told = judge("saturating-gates", parts).statements
    assert (told["ReLU gates"].verdict, told["ReLU candidate"].verdict) == (SUPPORTED, REFUTED)
    assert told["ReLU gates"].measured.effect.mean == 0.0


# -- shared weights --------------------------------------------------------------------------------


def switching(claimed: bool, seeds: int) -> Parts:
    shared, own = (0.4, 0.97) if claimed else (0.97, 0.4)
    claim = shared_weights_assume_stationarity
    of = {claim.SHARED: shared, claim.OWN: own}
    return {"switching": skills(claim.SWITCHING, of, seeds)}


def test_shared_weights_assume_stationarity():
    check("shared-weights-assume-stationarity", switching)


def test_few_examples_are_judged_apart():
    parts = {"switching": [
        (task, name, seed, {"skill": 0.97 if "untied" in name or "pool" not in task else 0.4})
        for task, name, seed, _ in switching(True, 40)["switching"]
    ]}  # fmt: skip
    told = judge("shared-weights-assume-stationarity", parts).statements
    verdicts = {key: one.verdict for key, one in told.items()}
    assert verdicts == {"cue": REFUTED, "no cue": REFUTED,
                        "cue, few examples": SUPPORTED,
                        "no cue, few examples": SUPPORTED}  # fmt: skip


def test_where_neither_learns_the_rule_sharing_does_no_harm_to_be_seen():
    parts = {"switching": [
        (task, name, seed, {"skill": 0.5})
        for task, name, seed, _ in switching(True, 40)["switching"]
    ]}  # fmt: skip
    told = judge("shared-weights-assume-stationarity", parts).statements
    assert {one.verdict for one in told.values()} == {UNDECIDED}


@pytest.mark.parametrize("claim", [depth_helps_lstm, residual_helps, saturating_gates,
                                   shared_weights_assume_stationarity])  # fmt: skip
def test_variants_have_rates_of_their_own(claim):
    assert all(part.budget["learning_rate"] == [0.001, 0.003, 0.01] for part in claim.CELLS)


def test_the_steps_with_weights_of_their_own_are_all_there_are():
    from tasks.synthetic.switching import Switching

    assert Switching().length == shared_weights_assume_stationarity.STEPS
