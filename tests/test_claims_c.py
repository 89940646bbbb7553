"""Claims on attention, gates, language and series: each can be supported and refuted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from claim_evidence import Row, around, each, evidence

from reports.claims import (
    attention_cheap_and_good,
    cnn_not_best_on_series,
    far_reference,
    fixed_context_bottleneck,
    lm_generates,
    perplexity_is_fluency,
    saturating_gates,
    shared_weights_assume_stationarity,
    static_needs_no_sequence,
)
from reports.claims.claim import MIXED, REFUTED, SUPPORTED, UNDECIDED, Claim

Parts = dict[str, list[Row]]


def rows(task: str, architecture: str, fields: Sequence[dict[str, Any]]) -> list[Row]:
    return [(task, architecture, seed, given) for seed, given in enumerate(fields)]


def judged_by(task: str, architecture: str, mean: float, seeds: int) -> list[Row]:
    """Rows whose validation score is their skill."""
    return rows(
        task, architecture,
        [{"skill": v, "scores": {"validation": {"accuracy": v}, "test": {"accuracy": v}},
          "metric": "accuracy"} for v in around(mean, seeds=seeds)],
    )  # fmt: skip


def switching(claimed: bool, seeds: int) -> Parts:
    found: list[Row] = []
    for task in ("switching", "switching[cue=false]"):
        for architecture in ("rnn", "lstm", "gru", "cnn"):
            found += each(task, architecture, around(0.4 if claimed else 0.97, seeds=seeds))
        found += each(task, "self_attention", around(0.2 if not claimed else 0.97, seeds=seeds))
    return {"switching": found}


def bottleneck(claimed: bool, seeds: int) -> Parts:
    fixed, attending = ((0.98, 0.5, 0.2), (0.99, 0.98, 0.97))[:: 1 if claimed else -1]
    found: list[Row] = []
    for architecture, skills in (
        ("encoder_decoder", fixed), ("attention_encoder_decoder", attending)
    ):  # fmt: skip
        for length, skill in zip((4, 16, 32), skills, strict=True):
            found += each(f"reverse[length={length}]", architecture, around(skill, seeds=seeds))
        found += rows(
            "grapheme_phoneme", architecture,
            [{"skill": 0.5, "skills": {"test@long": v}} for v in around(skills[-1], seeds=seeds)],
        )  # fmt: skip
    return {"bottleneck": found}


def attention(claimed: bool, seeds: int) -> Parts:
    good, other = (0.9, 0.5) if claimed else (0.5, 0.9)
    small, large = (1000, 4000) if claimed else (4000, 1000)
    survey: list[Row] = []
    for task in ("recall", "copy"):
        survey += each(task, "self_attention", around(good, seeds=seeds))
        survey += each(task, "lstm", around(other, seeds=seeds))
    for architecture, skill, rate in (
        ("transformer", good, large), ("encoder_decoder", other, small)
    ):  # fmt: skip
        survey += rows(
            "reverse", architecture,
            [{"skill": v, "examples_per_second": rate * v / skill}
             for v in around(skill, seeds=seeds)],
        )  # fmt: skip
    width: list[Row] = []
    for architecture, size in (("self_attention", small), ("lstm", large)):
        kernels = [
            {"matched_parameters": size, "seconds": size * v} for v in around(1.0, seeds=seeds)
        ]
        width += rows("recall[lag=99]", architecture,
                      [{"measured": {"length": 100, "kernel": k}} for k in kernels])  # fmt: skip
    sizes = [
        *rows("reverse", "transformer", [{"measured": {"without_embedding": small}}]),
        *rows("reverse", "encoder_decoder", [{"measured": {"without_embedding": large}}]),
    ]
    return {"": survey, "cost-width-64": width, "cost-length": width, "size-decoders": sizes}


def gates(claimed: bool, seeds: int) -> Parts:
    as_taught = {"": 0.9, "[gate=hard_sigmoid]": 0.9, "[gate=relu]": 0.0, "[candidate=relu]": 0.3}
    contrary = {"": 0.5, "[gate=hard_sigmoid]": 0.1, "[gate=relu]": 0.9, "[candidate=relu]": 0.9}
    return {
        "gate-functions": [
            row
            for task in ("recall[lag=20]", "adding")
            for variant, skill in (as_taught if claimed else contrary).items()
            for row in each(task, f"lstm{variant}", around(skill, seeds=seeds))
        ]
    }


def fluency(claimed: bool, seeds: int) -> Parts:
    return {
        "fluency": [
            row
            for task in ("english_words", "english_chars")
            for model in ("ngram", "rnn", "gru")
            for row in rows(
                task, model,
                [{"metric": "bits", "scores": {"test": {"bits": 2.0, "fluency": v}}}
                 for v in around(0.96 if claimed else 0.7, seeds=seeds)],
            )
        ]
    }  # fmt: skip


def reference(claimed: bool, seeds: int) -> Parts:
    found: list[Row] = []
    for task, short in (("reference[distance=5]", 0.9), ("reference[distance=50]", 0.1)):
        for architecture in ("fnn_window", "rnn"):
            found += each(task, architecture, around(short if claimed else 0.9, seeds=seeds))
        for architecture in ("lstm", "gru"):
            found += each(task, architecture, around(0.9, seeds=seeds))
    return {"reference": found}


def writing(claimed: bool, seeds: int) -> Parts:
    return {
        "writing": [
            row
            for model in ("ngram", "lstm")
            for row in rows(
                "english_chars", model,
                [{"measured": {
                    "model": {"real_words": v, "novel": {"16": v}},
                    "test_text": {"real_words": 0.98, "novel": {"16": 0.9}},
                    "by_frequency": {"real_words": 0.1, "novel": {"16": 1.0}},
                }} for v in around(0.8 if claimed else 0.3, seeds=seeds)],
            )
        ]
    }  # fmt: skip


def series(claimed: bool, seeds: int) -> Parts:
    cnn, others = (0.6, {"gru": 0.8, "ridge": 0.7}) if claimed else (0.0, {"gru": 0.0, "ridge": 0})
    found: list[Row] = []
    for task in ("weather", "oscillator"):
        for architecture, skill in ({"cnn": cnn, "tcn": 0.99} | others).items():
            found += judged_by(task, architecture, skill, seeds)
    for architecture in ("cnn", "tcn", "gru", "ridge"):
        found += judged_by("stocks", architecture, 0.0 if architecture == "cnn" else 5.0, seeds)
    return {"series": found}


def static(claimed: bool, seeds: int) -> Parts:
    found: list[Row] = []
    for task in ("static", "tabular"):
        found += judged_by(task, "logistic", 0.2, seeds)
        found += judged_by(task, "fnn_window", 0.9 if claimed else 0.3, seeds)
        for architecture in ("cnn", "rnn", "lstm", "gru", "self_attention"):
            found += judged_by(task, architecture, 0.9, seeds)
    return {"static": found}


CASES: dict[str, tuple[Claim, Callable[[bool, int], Parts]]] = {
    module.CLAIM.id: (module.CLAIM, make)
    for module, make in (
        (shared_weights_assume_stationarity, switching),
        (fixed_context_bottleneck, bottleneck),
        (attention_cheap_and_good, attention),
        (saturating_gates, gates),
        (perplexity_is_fluency, fluency),
        (far_reference, reference),
        (lm_generates, writing),
        (cnn_not_best_on_series, series),
        (static_needs_no_sequence, static),
    )
}


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_decide(name):
    claim, make = CASES[name]
    for claimed, verdict in ((True, SUPPORTED), (False, REFUTED)):
        judgement = claim.judge(evidence(make(claimed, 5)))
        assert judgement.verdict == verdict, judgement
        assert judgement.n == 5
        assert judgement.low <= judgement.effect <= judgement.high
        assert not re.search(r"nan|None|unknown|\?", judgement.reason), judgement.reason


@pytest.mark.parametrize("name", CASES)
def test_one_seed_or_none_decides_nothing(name):
    claim, make = CASES[name]
    for parts in (make(True, 1), {part: [] for part in make(True, 1)}, {}):
        judgement = claim.judge(evidence({"": [], **parts}))
        assert (judgement.verdict, judgement.p) == (UNDECIDED, None)
        assert judgement.reason


@pytest.mark.parametrize("name", CASES)
def test_what_a_claim_says_of_itself_is_whole(name):
    claim, make = CASES[name]
    assert claim.id.replace("-", "_") == _module_of(claim)
    assert set(claim.needs) == set(make(True, 1))
    for text in (claim.statement, claim.source, claim.criterion):
        assert text == " ".join(text.split())


def _module_of(claim: Claim) -> str:
    return claim.judge.__module__.rpartition(".")[2]


def test_a_gate_that_diverges_has_failed():
    """A training without a score is the worst loss of skill, not a seed less."""
    found = [
        (task, a, s, {"outcome": "diverged"} if a == "lstm[gate=relu]" else fields)
        for task, a, s, fields in gates(True, 5)["gate-functions"]
    ]
    judgement = saturating_gates.CLAIM.judge(evidence({"gate-functions": found}))
    assert judgement.verdict == SUPPORTED
    assert judgement.effect == pytest.approx(0.9)
    assert "10 diverged" in judgement.reason


def test_a_share_far_below_the_floor_counts_as_the_floor():
    parts = {"gate-functions": each("adding", "lstm", [-50.0, 0.5])}
    assert saturating_gates.skills(evidence(parts), "adding", "lstm") == {0: 0.0, 1: 0.5}


def test_the_rival_of_the_cnn_is_chosen_on_validation():
    """The best on the test, were it chosen there, would be ahead by luck."""
    parts = series(True, 5)
    luck = {"skill": 0.99, "scores": {"validation": {"accuracy": 0.7}, "test": {"accuracy": 0.99}}}
    lucky = [(t, a, s, f | luck) if a == "ridge" else (t, a, s, f)
             for t, a, s, f in parts["series"]]  # fmt: skip
    judgement = cnn_not_best_on_series.CLAIM.judge(evidence({"series": lucky}))
    assert judgement.effect == pytest.approx(0.2)  # gru, 0.8 - 0.6


def test_a_cnn_that_works_and_is_the_best_makes_the_claim_half_true():
    parts = {"series": [row for task in ("weather", "ucr") for architecture, skill in
                        (("cnn", 0.9), ("gru", 0.6))
                        for row in judged_by(task, architecture, skill, 5)]}  # fmt: skip
    assert cnn_not_best_on_series.CLAIM.judge(evidence(parts)).verdict == MIXED


def test_written_words_are_placed_between_chance_and_text():
    texts = {"model": 0.5, "test_text": 0.9, "by_frequency": 0.1}
    measured = {name: {"real_words": share} for name, share in texts.items()}
    assert lm_generates.alike(measured) == pytest.approx(0.5)


@pytest.mark.parametrize("name", [n for n, (claim, _) in CASES.items() if claim.draw])
def test_own_figures_are_drawn(name):
    claim, make = CASES[name]
    whole = evidence(make(True, 5))
    drawing = claim.draw(whole, claim.judge(whole))
    assert drawing.name == f"claim-{name}" and "<svg" in drawing.svg
    empty = evidence({part: [] for part in make(True, 1)} | {"": []})
    assert claim.draw(empty, claim.judge(empty)) is None
