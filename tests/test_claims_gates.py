"""Claims on gates: what each does, its functions, and that holding them gives an RNN."""

from __future__ import annotations

import pytest
from builders.claims import Parts, check, judge
from builders.evidence import Row, each, evidence, rows

from reports.claims import saturating_gates
from reports.claims.judging import MIXED, REFUTED, SUPPORTED, UNDECIDED
from reports.figures.style import style

HELD = "gru[hold_reset=1,hold_update=0]"


def held_gates(reset: tuple[float, float], update: tuple[float, float], seeds: int = 5) -> Parts:
    """Skill at the short and at the long lag with one gate held; free, it is 1."""
    found: list[Row] = []
    for pair in (("recall[lag=5]", "recall"), ("copy[lag=5]", "copy[lag=30]")):
        for lag, task in enumerate(pair):
            found += each(task, "gru", [1.0] * seeds)
            found += rows(task, "gru[hold_reset=1]", reset[lag], seeds)
            found += rows(task, "gru[hold_update=0]", update[lag], seeds)
    return {"held-gates": found}


def labour(claimed: bool, seeds: int) -> Parts:
    lost = {"reset": (0.6, 1.0), "update": (1.0, 0.2)}
    if not claimed:
        lost = {"reset": (1.0, 0.2), "update": (0.6, 1.0)}
    return held_gates(**lost, seeds=seeds)


def functions(claimed: bool, seeds: int) -> Parts:
    as_taught = {"": 0.9, "[gate=hard_sigmoid]": 0.9, "[gate=relu]": 0.0, "[candidate=relu]": 0.3}
    contrary = {"": 0.5, "[gate=hard_sigmoid]": 0.1, "[gate=relu]": 0.9, "[candidate=relu]": 0.9}
    return {
        "gate-functions": [
            row
            for task in ("recall[lag=20]", "adding")
            for variant, skill in (as_taught if claimed else contrary).items()
            for row in rows(task, f"lstm{variant}", skill, seeds)
        ]
    }


def held(*differences: float) -> Parts:
    measured = [
        {"outputs": d, "gradients": d / 2, "tolerance": 1e-5, "equal": d <= 1e-5}
        for d in differences
    ]
    return {"contains-rnn": [
        ("recall", HELD, seed, {"measured": found}) for seed, found in enumerate(measured)
    ]}  # fmt: skip


CASES = {"gates-divide-labour": labour, "saturating-gates": functions}


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_decide(name):
    check(name, CASES[name])


def test_one_gate_alone_makes_the_claim_half_true():
    half = judge("gates-divide-labour", held_gates(reset=(1.0, 1.0), update=(1.0, 0.2)))
    assert half.verdict == MIXED


def test_a_task_that_the_free_gru_fails_says_nothing_of_its_gates():
    found = [
        row
        for architecture in ("gru", "gru[hold_reset=1]", "gru[hold_update=0]")
        for short, long in (("recall[lag=5]", "recall"), ("copy[lag=5]", "copy[lag=30]"))
        for row in (*each(short, architecture, [1.0] * 5), *each(long, architecture, [0.1] * 5))
    ]
    judgement = judge("gates-divide-labour", {"held-gates": found})
    assert judgement.verdict == UNDECIDED and judgement.n == 0


def test_a_gate_that_diverges_has_failed():
    """A training without a score is the worst loss of skill, not a seed less."""
    found = [
        (task, a, s, {"outcome": "diverged"} if a == "lstm[gate=relu]" else fields)
        for task, a, s, fields in functions(True, 5)["gate-functions"]
    ]
    judgement = judge("saturating-gates", {"gate-functions": found})
    assert judgement.verdict == SUPPORTED
    assert judgement.effect == pytest.approx(0.9)


def test_a_share_far_below_the_floor_counts_as_the_floor():
    parts = {"gate-functions": each("adding", "lstm", [-50.0, 0.5])}
    assert saturating_gates.skills(evidence(parts), "adding", "lstm") == {0: 0.0, 1: 0.5}


def test_the_gru_is_the_rnn_to_rounding():
    judgement = judge("gru-contains-rnn", held(0.0, 3e-7, 1e-6))
    assert judgement.verdict == SUPPORTED and judgement.exact
    assert (judgement.effect, judgement.n) == (1e-6, 3)
    assert judgement.table[-1] == ("recall", "2", "1e-06", "5e-07", "1e-05")
    assert judge("gru-contains-rnn", held(0.3, 0.2)).verdict == REFUTED
    assert judge("gru-contains-rnn", held(0.3, 0.0)).verdict == MIXED
    assert judge("gru-contains-rnn", {}).verdict == UNDECIDED


def test_differences_down_to_none_are_drawn_against_the_tolerance():
    with style():
        drawing = judge("gru-contains-rnn", held(0.0, 3e-7, 1e-6)).draw("claim-gru-contains-rnn")
    assert "recall: outputs" in drawing.svg and "digits that agree" in drawing.svg
