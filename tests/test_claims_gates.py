"""Claims on gates: what each does for learning, and in each unit."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from builders.claims import Parts, check, judge, statement
from builders.evidence import Row, around, rows
from conftest import make_cell

from harness.experiment.record import Outcome
from harness.probes.gate_times import memory_times
from harness.training.run_cell import run_cell
from reports.claims import gates_divide_labour
from reports.claims.trial import MIXED, REFUTED, SUPPORTED, UNDECIDED

FREE, NO_RESET, NO_UPDATE = "gru", "gru[hold_reset=1]", "gru[hold_update=0]"


def held_gates(reset: tuple[float, float], update: tuple[float, float], seeds: int) -> list[Row]:
    """Skill at the short and at the long lag with one gate held; free, it is 1."""
    found: list[Row] = []
    for pair in (("recall[lag=3]", "recall"), ("copy[lag=3]", "copy[lag=30]")):
        for lag, task in enumerate(pair):
            found += rows(task, FREE, 1.0, seeds)
            found += rows(task, NO_RESET, reset[lag], seeds)
            found += rows(task, NO_UPDATE, update[lag], seeds)
    return found


def units(reset: float, update: float, seeds: int, skill: float = 1.0) -> list[Row]:
    """Gates that rise or fall, as the sign says, with the memory time of all units but a few."""
    memory = list(range(1, 21))
    found = []
    for task in ("recall", "copy[lag=30]"):
        for seed, turned in enumerate(around(4.0, 2.0, seeds)):
            gates = {
                name: [sign * (m if m > turned else turned - m) for m in memory]
                for name, sign in (("reset_gate", reset), ("update_gate", update))
            }
            measured = {"gates": gates, "memory": memory, "skill": skill}
            found.append((task, FREE, seed, {"measured": measured}))
    return found


def labour(claimed: bool, seeds: int) -> Parts:
    lost = {"reset": (0.6, 1.0), "update": (1.0, 0.2)}
    if not claimed:
        lost = {"reset": (1.0, 0.2), "update": (0.6, 1.0)}
    sign = 1.0 if claimed else -1.0
    return {
        "held-gates": held_gates(**lost, seeds=seeds),
        "gate-times": units(-sign, sign, seeds),
    }


def test_the_numbers_decide():
    check("gates-divide-labour", labour)


def test_one_gate_alone_makes_the_claim_half_true():
    held = held_gates(reset=(1.0, 1.0), update=(1.0, 0.2), seeds=40)
    half = judge("gates-divide-labour", labour(True, 40) | {"held-gates": held})
    assert half.statements["reset held"].verdict == REFUTED and half.verdict == MIXED


def test_a_training_that_diverges_has_lost_all():
    parts = labour(True, 10)
    parts["held-gates"] = [
        (task, a, s, {"outcome": "diverged"} if (task, a) == ("recall", NO_UPDATE) else fields)
        for task, a, s, fields in parts["held-gates"]
    ]
    one = statement("gates-divide-labour", "update held", parts)
    assert one.verdict == SUPPORTED and one.measured.effect.n == 10
    assert one.measured.effect.mean == 1.0


def test_a_lag_that_the_free_gru_does_not_learn_says_nothing_of_its_gates():
    parts = labour(True, 10)
    parts["held-gates"] = [
        (task, a, s, {"skill": 0.2} if (task, a) == ("recall", FREE) else fields)
        for task, a, s, fields in parts["held-gates"]
    ]
    judged = judge("gates-divide-labour", parts).statements
    assert {judged[key].verdict for key in ("reset held", "update held")} == {UNDECIDED}
    note = "A lag of 30, by the free GRU, is learned by 0 of 10 seeds"
    assert note in judged["update held"].measured.note


def test_a_lag_that_is_harder_for_the_free_gru_too_is_not_the_gates():
    def skill(task: str, architecture: str, seed: int) -> float:
        far = task in ("recall", "copy[lag=30]") and architecture != NO_RESET
        return 0.2 if far and seed % 2 else 1.0

    held = labour(True, 40)["held-gates"]
    harder = [(t, a, s, {"skill": skill(t, a, s)}) for t, a, s, _ in held]
    parts = labour(True, 40) | {"held-gates": harder}
    assert statement("gates-divide-labour", "update held", parts).verdict != SUPPORTED


def test_units_of_a_network_that_did_not_learn_say_nothing():
    parts = labour(True, 10) | {"gate-times": units(-1.0, 1.0, 10, skill=0.5)}
    one = statement("gates-divide-labour", "update by unit", parts)
    assert one.verdict == UNDECIDED and one.measured.effect.n == 0
    assert one.measured.note.endswith("20 of 20 trainings.")


def test_a_gate_that_is_the_same_in_all_units_goes_with_nothing():
    same = {"gates": {"reset_gate": [0.5] * 3}, "memory": [1.0, 2.0, 3.0], "skill": 1.0}
    assert gates_divide_labour._rank_correlation({0: same}, "reset_gate") == {}


# -- how long a unit remembers -------------------------------------------------------------------


def test_a_unit_remembers_as_long_as_its_state_resembles_itself():
    generator = torch.Generator().manual_seed(0)
    steps = [torch.randn(4000, generator=generator) for _ in range(21)]
    leaking = [steps[0]]
    for new in steps[1:]:
        leaking.append(0.5 * leaking[-1] + 0.75**0.5 * new)
    units = [[steps[0]] * 21, steps, leaking, [torch.full((4000,), float(t)) for t in range(21)]]
    hidden = torch.stack([torch.stack(unit, 1) for unit in units], 2)
    kept, renewed, leak, the_same = memory_times(hidden).tolist()
    assert kept == pytest.approx(11.0) and the_same == 0.0
    assert renewed == pytest.approx(1.0, abs=0.1) and leak == pytest.approx(2.0, abs=0.1)


def test_gates_are_read_of_what_has_gates_alone():
    cell = replace(make_cell("recall[lag=4]", "lstm"), kind="probe", probe="gate-times")
    measured = run_cell(cell).measured
    assert set(measured["gates"]) == {"input_gate", "forget_gate", "output_gate"}
    assert {len(of) for of in measured["gates"].values()} == {len(measured["memory"])}
    refused = run_cell(replace(make_cell("recall[lag=4]", "rnn"), kind="probe", probe="gate-times"))
    assert refused.outcome == Outcome.NOT_APPLICABLE and "no gates" in refused.reason
