"""Claims on cost: parameters, operations and seconds, against length and width."""

from __future__ import annotations

from typing import Any

import pytest
from builders.claims import Parts, check, claim, given, judge, statement
from builders.evidence import Row, around, rows

from reports.claims import gru_contains_rnn, gru_equals_lstm_faster, measures, sequential_cost
from reports.claims.attention_cheap_and_good import ATTENTION, BILSTM, CAUSAL, LSTM, TWO_WAY
from reports.claims.parts import COST_LENGTH
from reports.claims.trial import MIXED, NOT_MEASURED, REFUTED, SUPPORTED, UNDECIDED
from reports.figures.style import style

LENGTHS = (10, 100, 1000, 2000)


def update(
    seconds: float, path: int = 100, parameters: int = 1000, equations: float = 0.0, length: int = 9
) -> dict[str, Any]:
    """What the cost probe says of one update."""
    kernel = {"seconds": seconds, "critical_path": path, "flops": 10.0 * parameters,
              "matched_parameters": parameters, "parameters": parameters}  # fmt: skip
    found: dict[str, Any] = {"length": length, "batch": 8, "width": 32, "kernel": kernel}
    if equations:
        found["equations"] = kernel | {"seconds": equations}
    return {"measured": found}


def by_length(
    recurrent: float, parallel: float, power: float = 1.0, waits: bool = True, seeds: int = 10
) -> list[Row]:
    """Seconds a step of those that read step by step, and of the others, which grow with the
    length to a power."""
    found: list[Row] = []
    for n in LENGTHS:
        for seed in range(seeds):
            for a in ("rnn", "lstm", "gru"):
                path = 5 + 3 * n if waits else 30
                fields = update(recurrent * n * (1 + 0.01 * seed), path, length=n)
                found.append((f"recall[lag={n - 1}]", a, seed, fields))
            for a in ("cnn", "self_attention"):
                took = parallel * n**power * (1 + 0.001 * seed)
                fields = update(took, 30 if waits else 3 * n, length=n)
                found.append((f"recall[lag={n - 1}]", a, seed, fields))
    return found


def sequential(claimed: bool, seeds: int) -> Parts:
    if claimed:
        return {"cost-length": by_length(3e-4, 1e-4, 0.5, seeds=seeds)}
    return {"cost-length": by_length(1e-4, 3e-4, 1.5, waits=False, seeds=seeds)}


def by_width(seeds: int = 10, **of: tuple[float, float, int]) -> Parts:
    """Parts of equal width: seconds by kernel and by equations, and parameters."""
    return {
        f"cost-width-{width}": [
            ("recall[lag=99]", a, seed, update(kernel * noise, 100, count, equations * noise))
            for a, (kernel, equations, count) in of.items()
            for seed, noise in enumerate(around(1.0, seeds=seeds))
        ]
        for width in (32, 64, 128)
    }


def lstm(claimed: bool, seeds: int) -> Parts:
    one, other = ((1.0, 1.0, 100), (2.0, 3.0, 400))[:: 1 if claimed else -1]
    return by_width(seeds, rnn=one, lstm=other)


def solved(task: str) -> bool:
    return task.partition("[")[0] in measures.SOLVED_OR_NOT


def gated(gru: float, seeds: int = 40, learned: float = 0.97, lstm: float = 0.97) -> list[Row]:
    """gru: its skill where the LSTM has 0.5; learned, lstm: on tasks that are solved or not."""
    return [
        row
        for task in gru_equals_lstm_faster.GATED.tasks
        for row in (
            *rows(task, "lstm", lstm if solved(task) else 0.5, seeds),
            *rows(task, "gru", learned if solved(task) else gru, seeds),
        )
    ]


def gru(claimed: bool, seeds: int) -> Parts:
    small, large = (1.0, 1.5, 300), (2.0, 2.0, 400)
    if claimed:
        return {"gated": gated(0.51, seeds)} | by_width(seeds, lstm=large, gru=small)
    return {"gated": gated(0.2, seeds, 0.2)} | by_width(seeds, lstm=small, gru=large)


def attention(claimed: bool, seeds: int) -> Parts:
    good, other, seconds = (0.95, 0.5, 0.5) if claimed else (0.3, 0.5, 2.0)
    skills = {
        part.name: [
            row
            for task in part.tasks
            for a, skill in ((ATTENTION, good), (rival, 0.97 if solved(task) else other))
            for row in rows(task, a, skill, seeds)
        ]
        for part, rival in ((CAUSAL, LSTM), (TWO_WAY, BILSTM))
    }
    small, large = (1000, 4000) if claimed else (4000, 1000)
    counts = {f"{ATTENTION}[layers=1]": small, ATTENTION: 2 * small, LSTM: large, BILSTM: 2 * large}
    size = [("recall", a, 0, {"measured": {"without_embedding": n}}) for a, n in counts.items()]
    cost = [
        ("recall[lag=99]", a, seed, update(of * noise, length=100))
        for a, of in ((ATTENTION, seconds), (LSTM, 1.0))
        for seed, noise in enumerate(around(1.0, seeds=seeds))
    ]
    return skills | {"attention-size": size, "cost-length": cost}


def held(after: float, before: float) -> Parts:
    """The largest difference between the plain network and each variant of the held GRU."""
    variants = gru_contains_rnn.VARIANTS.values()
    return {"contains-rnn": [
        (task, architecture, seed,
         {"measured": {"outputs": of, "gradients": of / 2, "tolerance": 1e-5}})
        for architecture, of in zip(variants, (after, before), strict=True)
        for task in ("copy", "adding")
        for seed in range(3)
    ]}  # fmt: skip


def contains(claimed: bool, seeds: int) -> Parts:
    return held(3e-7, 1e-6) if claimed else held(0.3, 0.2)


def sizes(recurrent_growth: int = 0, window_growth: int = 256) -> Parts:
    def count(architecture: str, length: int) -> int:
        if architecture.startswith("fnn"):
            window = int(architecture.partition("=")[2].rstrip("]") or 10)
            return 680 + window_growth * window
        return 900 + recurrent_growth * length

    names = ("rnn", "lstm", "gru", "birnn", "bilstm", "bigru", "cnn", "fnn_window")
    windows = ("fnn_window[window=100]", "fnn_window[window=1000]")
    decoder = {"measured": {"parameters": 2000, "length": 10}}
    return {"size-decoders": [("reverse", "transformer", 0, decoder)], "size": [
        (f"recall[lag={n - 1}]", a, 0, {"measured": {"parameters": count(a, n), "length": n}})
        for n in (10, 100, 1000)
        for a in (*names, *windows)
    ]}  # fmt: skip


def constant(claimed: bool, seeds: int) -> Parts:
    return sizes() if claimed else sizes(1, window_growth=0)


CASES = {
    "sequential-cost": sequential,
    "lstm-costs-more": lstm,
    "gru-equals-lstm-faster": gru,
    "attention-cheap-and-good": attention,
    "gru-contains-rnn": contains,
    "parameters-constant": constant,
}


LIKE = ("gru-equals-lstm-faster", "attention-cheap-and-good")
"""That success rates are alike takes more than ten seeds to show."""


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_decide(name):
    check(name, lambda claimed, seeds: CASES[name](claimed, seeds * (4 if name in LIKE else 1)))


# -- seconds --------------------------------------------------------------------------------------


def test_a_chain_that_is_as_long_as_the_sequence_need_not_be_slow():
    judgement = judge("sequential-cost", {"cost-length": by_length(1e-4, 3e-3, 0.5)})
    assert judgement.verdict == MIXED
    found = {name: one.verdict for name, one in judgement.statements.items()}
    assert found["chain"] == found["growth against cnn"] == SUPPORTED
    labels = [row.label for row in judgement.statements["seconds"].measured.rows]
    assert all("cnn" in label for label in labels[:-1])  # attention is another claim's
    shorter = judge("sequential-cost", {"cost-length": by_length(1e-4, 3e-4)})
    assert shorter.statements["seconds"].verdict == REFUTED
    assert shorter.statements["seconds"].measured.effect.mean == pytest.approx(1 / 3, rel=0.1)


def test_growth_that_is_alike_is_no_faster_growth():
    """Seconds of both grow with the length: on one core nothing runs in parallel."""
    parts = {"cost-length": by_length(3e-4, 1e-4, 1.0)}
    found = statement("sequential-cost", "growth against cnn", parts)
    assert found.verdict == REFUTED and found.measured.effect.mean == pytest.approx(0, abs=1e-9)


def test_the_growth_of_short_sequences_does_not_count():
    costs = {10: {0: 50.0}, 100: {0: 1.0}, 1000: {0: 10.0}}
    assert sequential_cost.power(costs) == {0: pytest.approx(1.0)}
    assert sequential_cost.power({100: {0: 1.0}}) == {}


def test_the_growth_is_drawn_by_architecture():
    with style():
        drawing = judge("sequential-cost", sequential(True, 10)).draw("claim-sequential-cost")
    for text in ("longest chain, operations", "an update, seconds", "self_attention"):
        assert text in drawing.svg


def test_the_machine_is_named_beside_seconds(monkeypatch):
    parts = {"cost-length": by_length(3e-4, 1e-4)}
    assert measures.machine(given(parts), COST_LENGTH) == ""
    evidence = given(parts)
    for cell in evidence.part(COST_LENGTH).cells:
        cell.record.environment = "e"
    described = {"processor": "A processor", "device": "cpu"}
    monkeypatch.setattr(type(evidence.results.store), "environment", lambda *_: described)
    notes = {m.note for m in claim("sequential-cost").judge(evidence).values()}
    assert notes == {"", "Seconds are those of A processor (device cpu)."}


def test_a_kernel_that_is_faster_than_the_equations_say():
    judgement = judge("lstm-costs-more", by_width(rnn=(2, 1, 100), lstm=(1, 3, 400)))
    found = {name: one.verdict for name, one in judgement.statements.items()}
    assert found == {"counted": SUPPORTED, "equations": SUPPORTED, "kernels, width 32": REFUTED,
                     "kernels, width 128": REFUTED}  # fmt: skip
    assert judgement.statements["counted"].measured.effect.mean == pytest.approx(4)
    labels = [row.label for row in judgement.statements["equations"].measured.rows]
    assert all(label.endswith("log2 of seconds") for label in labels[:-1])
    assert judgement.statements["equations"].measured.effect.mean == pytest.approx(3)


def test_widths_are_told_apart():
    parts = by_width(rnn=(1, 1, 100), lstm=(2, 3, 400))
    parts["cost-width-128"] = by_width(rnn=(2, 1, 100), lstm=(1, 3, 400))["cost-width-128"]
    found = judge("lstm-costs-more", parts).statements
    assert found["kernels, width 32"].verdict == SUPPORTED
    assert found["kernels, width 128"].verdict == REFUTED


def test_less_than_a_tenth_is_no_longer():
    parts = by_width(rnn=(1, 1, 100), lstm=(1.05, 1.05, 400))
    assert statement("lstm-costs-more", "equations", parts).verdict == REFUTED


# -- skill ----------------------------------------------------------------------------------------


def test_a_gru_that_only_the_kernel_makes_slow():
    slow = by_width(40, lstm=(1.0, 2.0, 400), gru=(2.0, 1.5, 300))
    judgement = judge("gru-equals-lstm-faster", {"gated": gated(0.51)} | slow)
    assert judgement.verdict == MIXED
    assert judgement.statements["kernels"].verdict == REFUTED
    assert judgement.statements["skill"].verdict == SUPPORTED


def test_two_that_learn_nothing_are_not_shown_to_be_alike():
    none = {"gated": gated(0.5, learned=0.1, lstm=0.1)} | by_width(
        40, lstm=(1, 2, 400), gru=(1, 1, 300)
    )
    one = statement("gru-equals-lstm-faster", "skill", none)
    assert one.verdict == UNDECIDED and "by lstm, is learned by 0 of 40" in one.measured.note
    parts = attention(True, 40)
    parts[CAUSAL.name] = [(t, a, s, {"skill": 0.01}) for t, a, s, _ in parts[CAUSAL.name]]
    one = statement("attention-cheap-and-good", "causal", parts)
    assert one.verdict == UNDECIDED and "More than guessing, by lstm" in one.measured.note


def test_skill_alike_and_seeds_that_learn_apart_are_not_alike():
    apart = {"gated": gated(0.5, learned=0.1)} | by_width(40, lstm=(1, 2, 400), gru=(1, 1, 300))
    assert statement("gru-equals-lstm-faster", "skill", apart).verdict == REFUTED


def test_skill_far_below_the_floor_counts_as_the_floor():
    """No task weighs more than another, and one that diverged has learned nothing."""
    parts = gru(True, 10)
    worse = [(t, a, s, f | {"skill": -50.0} if (t, a) == ("hmm_source", "gru") else f)
             for t, a, s, f in parts["gated"]]  # fmt: skip
    lost = [(t, a, s, {"outcome": "diverged"} if (t, a) == ("hmm_source", "gru") else f)
            for t, a, s, f in parts["gated"]]  # fmt: skip
    for found in (worse, lost):
        one = statement("gru-equals-lstm-faster", "skill", parts | {"gated": found})
        assert one.measured.effect.mean == pytest.approx((0.01 - 0.5) / 2)


def test_attention_a_little_worse_is_as_good():
    parts = attention(True, 40)
    little = [(t, a, s, f | {"skill": 0.47} if a == ATTENTION and not solved(t) else f)
              for t, a, s, f in parts[CAUSAL.name]]  # fmt: skip
    found = judge("attention-cheap-and-good", parts | {CAUSAL.name: little}).statements
    assert found["causal"].verdict == SUPPORTED
    assert found["causal"].measured.rows[0].effect.mean == pytest.approx(-0.03, abs=0.01)


# -- counted --------------------------------------------------------------------------------------


def test_constant_parameters_are_counted():
    found = judge("parameters-constant", sizes()).statements
    assert found["recurrent"].measured.effect.mean == 0
    assert ("fnn_window[window=1000]", "1,000", "256,680") in found["recurrent"].measured.table
    grown = judge("parameters-constant", sizes(recurrent_growth=1))
    assert grown.verdict == MIXED and grown.statements["recurrent"].verdict == REFUTED


def test_counted_parameters_are_drawn():
    with style():
        drawing = judge("parameters-constant", sizes()).draw("claim-parameters-constant")
    assert ">1,000<" in drawing.svg


def test_each_variant_of_the_gru_is_compared_on_its_own():
    found = judge("gru-contains-rnn", held(1e-6, 0.3)).statements
    assert found["reset after"].verdict == SUPPORTED
    assert found["reset after"].measured.effect.mean == pytest.approx(6)
    assert found["reset before"].verdict == REFUTED
    assert found["reset before"].measured.table[-1][1:] == ("adding", "2", "0.3", "0.15", "1e-05")


def test_a_gru_that_cannot_be_compared_says_nothing():
    parts = held(1e-6, 1e-6)["contains-rnn"]
    none = [(t, a, s, {"outcome": "not-applicable"} if s == 2 else f) for t, a, s, f in parts]
    judged = judge("gru-contains-rnn", {"contains-rnn": none})
    assert judged.verdict == NOT_MEASURED and "(not-applicable)" in judged.why
