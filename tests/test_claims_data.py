"""Claims on kinds of data: both directions, changing rules, series, tables, sentences, decoders."""

from __future__ import annotations

from typing import Any

import pytest
from builders.claims import Parts, check, judge
from builders.evidence import Row, around, rows

from reports.claims import both_directions, lm_generates
from reports.claims.judging import MIXED


def with_validation(task: str, architecture: str, mean: float, seeds: int) -> list[Row]:
    """Rows whose validation score is their skill."""
    return [
        (task, architecture, seed,
         {"skill": v, "metric": "accuracy",
          "scores": {"validation": {"accuracy": v}, "test": {"accuracy": v}}})
        for seed, v in enumerate(around(mean, seeds=seeds))
    ]  # fmt: skip


def directions(claimed: bool, seeds: int) -> Parts:
    return {"directions": [
        row
        for task, gain in (("future_context", 0.8), ("chinese_pos[length=32]", 0.03))
        for one, both in both_directions.PAIRS.items()
        for row in (*rows(task, one, 0.1, seeds),
                    *rows(task, both, 0.1 + (gain if claimed else -gain), seeds))
    ]}  # fmt: skip


def series(claimed: bool, seeds: int) -> Parts:
    cnn, others = (0.6, {"gru": 0.8, "ridge": 0.7}) if claimed else (0.0, {"gru": 0.0, "ridge": 0})
    found: list[Row] = []
    for task in ("weather", "oscillator"):
        for architecture, skill in ({"cnn": cnn, "tcn": 0.99} | others).items():
            found += with_validation(task, architecture, skill, seeds)
    for architecture in ("cnn", "tcn", "gru", "ridge"):
        skill = 0.0 if architecture == "cnn" else 5.0
        found += with_validation("stocks", architecture, skill, seeds)
    return {"series": found}


def static(claimed: bool, seeds: int) -> Parts:
    skills = {"logistic": 0.2, "fnn_window": 0.9 if claimed else 0.3}
    skills |= dict.fromkeys(("cnn", "rnn", "lstm", "gru", "self_attention"), 0.9)
    return {"static": [
        row
        for task in ("static", "tabular")
        for architecture, skill in skills.items()
        for row in with_validation(task, architecture, skill, seeds)
    ]}  # fmt: skip


def fluency(claimed: bool, seeds: int) -> Parts:
    def scored(share: float) -> dict[str, Any]:
        return {"metric": "bits", "scores": {"test": {"bits": 2.0, "fluency": share}}}

    return {"fluency": [
        (task, model, seed, scored(share))
        for task in ("english_words", "english_chars")
        for model in ("ngram", "rnn", "gru")
        for seed, share in enumerate(around(0.96 if claimed else 0.7, seeds=seeds))
    ]}  # fmt: skip


def writing(claimed: bool, seeds: int) -> Parts:
    def measured(share: float) -> dict[str, Any]:
        return {"measured": {
            "model": {"real_words": share, "novel": {"16": share}},
            "test_text": {"real_words": 0.98, "novel": {"16": 0.9}},
            "by_frequency": {"real_words": 0.1, "novel": {"16": 1.0}},
        }}  # fmt: skip

    return {"writing": [
        ("english_chars", model, seed, measured(share))
        for model in ("ngram", "lstm")
        for seed, share in enumerate(around(0.8 if claimed else 0.3, seeds=seeds))
    ]}  # fmt: skip


def bottleneck(claimed: bool, seeds: int) -> Parts:
    fixed, attending = ((0.98, 0.5, 0.2), (0.99, 0.98, 0.97))[:: 1 if claimed else -1]
    found: list[Row] = []
    for architecture, skills in (
        ("encoder_decoder", fixed), ("attention_encoder_decoder", attending)
    ):  # fmt: skip
        for length, skill in zip((4, 16, 32), skills, strict=True):
            found += rows(f"reverse[length={length}]", architecture, skill, seeds)
        found += [
            ("grapheme_phoneme", architecture, seed, {"skill": 0.5, "skills": {"test@long": v}})
            for seed, v in enumerate(around(skills[-1], seeds=seeds))
        ]
    return {"bottleneck": found}


CASES = {
    "both-directions": directions,
    "cnn-not-best-on-series": series,
    "static-needs-no-sequence": static,
    "perplexity-is-fluency": fluency,
    "lm-generates": writing,
    "fixed-context-bottleneck": bottleneck,
}


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_decide(name):
    check(name, CASES[name])


def test_the_rival_of_the_cnn_is_chosen_on_validation():
    """The best on the test, were it chosen there, would be ahead by luck."""
    luck = {"skill": 0.99, "scores": {"validation": {"accuracy": 0.7}, "test": {"accuracy": 0.99}}}
    lucky = [(t, a, s, f | luck) if a == "ridge" else (t, a, s, f)
             for t, a, s, f in series(True, 5)["series"]]  # fmt: skip
    judgement = judge("cnn-not-best-on-series", {"series": lucky})
    assert judgement.effect == pytest.approx(0.2)  # gru, 0.8 - 0.6


def test_a_cnn_that_works_and_is_the_best_makes_the_claim_half_true():
    parts = {"series": [row for task in ("weather", "ucr") for architecture, skill in
                        (("cnn", 0.9), ("gru", 0.6))
                        for row in with_validation(task, architecture, skill, 5)]}  # fmt: skip
    assert judge("cnn-not-best-on-series", parts).verdict == MIXED


def test_written_words_are_placed_between_chance_and_text():
    texts = {"model": 0.5, "test_text": 0.9, "by_frequency": 0.1}
    measured = {name: {"real_words": share} for name, share in texts.items()}
    assert lm_generates.alike(measured) == pytest.approx(0.5)
