"""Claims on language models: that they tell sentences from scrambled words, and write text."""

from __future__ import annotations

from typing import Any

import pytest
from builders.claims import Parts, check, statement
from builders.evidence import Row, around

from harness.experiment.registry import make_task, spec_of
from reports.claims import lm_generates, perplexity_is_fluency
from reports.claims.trial import REFUTED, SUPPORTED, UNDECIDED

TASKS = perplexity_is_fluency.TASKS


def ranked(share: float, models: list[str], seeds: int) -> list[Row]:
    """Rows of models that rank about this share of the sentences right."""
    return [
        (task, model, seed, {"metric": "bits", "scores": {"test": {"bits": 2.0, "fluency": of}}})
        for task in TASKS
        for model in models
        for seed, of in enumerate(around(share, seeds=seeds))
    ]


def fluency(claimed: bool, seeds: int) -> Parts:
    share = 0.9 if claimed else 0.4
    models = sum(perplexity_is_fluency.MODELS.values(), [])
    return {"fluency": ranked(share, models, seeds), "fluency-counted": ranked(share, ["ngram"], 1)}


def written(words: float, bits: float, novel: float = 0.8) -> dict[str, Any]:
    """What the writing probe says, beside a text of 0.9 real words and 2 bits a symbol."""
    return {"measured": {
        "model": {"real_words": words, "bits": bits, "novel": {"16": novel}},
        "test_text": {"real_words": 0.9, "bits": 2.0, "novel": {"16": 0.9}},
        "by_frequency": {"real_words": 0.1, "bits": 10.0, "novel": {"16": 1.0}},
    }}  # fmt: skip


def writing(seeds: int = 10, **of: tuple[float, float, float]) -> Parts:
    """Parts by the end of their name: real words, bits and what is novel."""
    return {
        f"writing-{name}": [
            ("english_chars", "lstm", seed, written(words + noise, bits + noise, novel + noise))
            for seed, noise in enumerate(around(0.0, seeds=seeds))
        ]
        for name, (words, bits, novel) in of.items()
    }


def generates(claimed: bool, seeds: int) -> Parts:
    if claimed:
        more = (0.8, 2.3, 0.8)
        return writing(seeds, short=(0.6, 2.6, 0.8), long=more, large=more)
    less = (0.3, 4.0, 0.2)
    return writing(seeds, short=(0.4, 4.0, 0.8), long=less, large=less)


CASES = {"perplexity-is-fluency": fluency, "lm-generates": generates}


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_decide(name):
    check(name, CASES[name])


def test_the_effect_is_the_share_ranked_right_over_models_and_tasks():
    shares = {"rnn": 0.7, "lstm": 0.8, "gru": 0.9}
    rows = [row for model, share in shares.items() for row in ranked(share, [model], 10)]
    parts = fluency(True, 10) | {"fluency": [*rows, *ranked(0.9, ["hmm", "self_attention"], 10)]}
    found = statement("perplexity-is-fluency", "recurrent", parts)
    assert found.verdict == SUPPORTED and found.measured.effect.mean == pytest.approx(0.8)
    assert [row.label for row in found.measured.rows][:2] == [f"rnn, {task}" for task in TASKS]


def test_one_model_that_ranks_worse_than_chance_refutes_what_is_said_of_each():
    rows = ranked(0.9, ["lstm", "gru", "hmm", "self_attention"], 10) + ranked(0.4, ["rnn"], 10)
    parts = fluency(True, 10) | {"fluency": rows}
    assert statement("perplexity-is-fluency", "recurrent", parts).verdict == REFUTED
    assert statement("perplexity-is-fluency", "HMM", parts).verdict == SUPPORTED


def test_sentences_are_a_sample():
    """So that one more than half of them shows nothing."""
    parts = fluency(True, 10)
    ranks = {"metric": "bits", "scores": {"test": {"fluency": 0.503}}}
    parts["fluency-counted"] = [(t, a, s, ranks) for t, a, s, _ in parts["fluency-counted"]]
    one = statement("perplexity-is-fluency", "n-gram", parts)
    assert one.verdict == UNDECIDED and one.measured.effect.n == 300
    assert one.measured.effect.low < 0.5 < one.measured.effect.mean


@pytest.mark.parametrize("task", TASKS)
def test_as_many_sentences_are_ranked_as_the_test_counts(task):
    pair = make_task(spec_of(task, "task", "here")).scrambled("test")
    assert {len(of.inputs) for of in pair} == {perplexity_is_fluency.SENTENCES}


def test_what_is_written_is_placed_between_chance_and_text():
    measured = written(0.5, 4.0)["measured"]
    assert lm_generates.of_the_way(measured, "real_words") == pytest.approx(0.5)
    assert lm_generates.of_the_way(measured, "bits") == pytest.approx(0.75)


def test_a_copied_text_is_not_the_models_own():
    copied = (0.9, 2.0, 0.1)
    parts = writing(short=(0.6, 2.6, 0.8), long=copied, large=copied)
    assert statement("lm-generates", "not copied", parts).verdict == REFUTED
    assert statement("lm-generates", "real words", parts).verdict == SUPPORTED


def test_both_models_have_to_write_words():
    parts = writing(short=(0.3, 2.6, 0.8), long=(0.8, 2.3, 0.8), large=(0.4, 2.3, 0.8))
    assert statement("lm-generates", "real words", parts).verdict == REFUTED
    assert statement("lm-generates", "likely", parts).verdict == SUPPORTED
