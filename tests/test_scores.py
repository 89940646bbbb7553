"""Scores of every kind of output, several test splits, and what the report shows of them."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from builders.stores import make, text_of
from conftest import make_cell

from harness.experiment.record import Record
from harness.training.loop import fluency
from harness.training.metrics import binary, decoded, summary
from harness.training.run_cell import run_cell
from tasks.task import Examples, Problem, Tokens


def levenshtein(a, b) -> int:
    """The textbook recursion."""
    if not a or not b:
        return len(a) or len(b)
    return min(levenshtein(a[1:], b) + 1, levenshtein(a, b[1:]) + 1,
               levenshtein(a[1:], b[1:]) + (a[0] != b[0]))  # fmt: skip


def test_written_sequences_against_the_textbook_recursion():
    rng = np.random.default_rng(0)
    sequences = [list(rng.integers(1, 4, rng.integers(0, 6))) for _ in range(60)]
    answers, written = sequences[:30], sequences[30:]
    examples = Examples.pairs(np.zeros((30, 1), int), answers)
    padded = Examples.pairs(np.zeros((30, 1), int), written).targets
    found = summary([decoded(padded, examples)], "token_error_rate").metrics
    edits = [levenshtein(w, a) for w, a in zip(written, answers, strict=True)]
    symbols = sum(max(len(a), 1) for a in answers)
    assert found["token_error_rate"] == pytest.approx(sum(edits) / symbols)
    assert found["sequence_error_rate"] == pytest.approx(np.mean(np.array(edits) > 0))
    places = [
        [(w + [0] * 9)[i] == (a + [0])[i] for i in range(len(a) + 1)]
        for w, a in zip(written, answers, strict=True)
    ]
    assert found["accuracy"] == pytest.approx(np.mean(sum(places, [])))


def test_the_nearest_of_several_right_answers_counts():
    examples = Examples.pairs(
        np.zeros((2, 1), int), [[1, 2, 3], [1, 1]], variants=[[[2, 2], [3]], []]
    )
    written = np.array([[2, 2, 0], [1, 2, 0]])
    sums, weights = decoded(written, examples)["token_error_rate"]
    assert list(sums) == [0, 1] and list(weights) == [2, 2]


def test_symbols_after_the_end_do_not_count():
    examples = Examples.pairs(np.zeros((1, 1), int), [[1, 2]])
    sums, _ = decoded(np.array([[1, 2, 0, 3, 3]]), examples)["token_error_rate"]
    assert sums == [0]


def test_binary_scores_against_scikit_learn():
    from sklearn.metrics import log_loss

    rng = np.random.default_rng(1)
    log_odds, targets = rng.normal(size=(2, 5, 7)), rng.integers(2, size=(2, 5, 7))
    scored = np.arange(5) < np.array([[5], [2]])
    found = summary([binary(log_odds, targets.astype("f4"), scored)], "nll").metrics["nll"]
    shares = 1 / (1 + np.exp(-log_odds[scored]))
    expected = log_loss(targets[scored].ravel(), shares.ravel()) * 7
    assert found == pytest.approx(expected)


def test_every_test_split_is_scored_against_its_own_bounds():
    record = run_cell(make_cell("parity[length=10,beyond=4]", "rnn"))
    assert list(record.skills) == ["validation", "test", "test@2x", "test@4x"]
    assert record.skill == record.skills["test"]
    from harness.experiment.registry import make_task

    task = make_task(make_cell("parity[length=10,beyond=4]", "rnn").task)
    for split, skill in record.skills.items():
        score = record.scores[split]["accuracy"]
        floor = task.floor(split)
        assert skill == pytest.approx((score - floor) / (1 - floor))
    assert Record.from_json(record.to_json()).skills == record.skills


class Words:
    """As much of a language model's task as fluency looks at."""

    metric, problem, outputs = "bits", Problem.MANY_TO_MANY, Tokens(3)

    def measures(self, predicted, examples):
        return {}

    def scrambled(self, split):
        straight = np.array([[0, 1, 2, 0], [1, 2, 0, 1], [2, 0, 1, 2], [0, 1, 2, 0]])
        mixed = np.array([[0, 2, 1, 0], [1, 0, 2, 1], [2, 1, 0, 2], [0, 1, 2, 0]])
        return tuple(Examples.of(w[:, :-1], w[:, 1:]) for w in (straight, mixed))


def test_fluency_is_the_share_of_sentences_ranked_above_their_scrambled_words():
    def predict(inputs, lengths):  # after each symbol the next in the circle is likelier
        likely = np.full((*inputs.shape, 3), 0.1)
        np.put_along_axis(likely, ((inputs + 1) % 3)[..., None], 0.8, -1)
        return np.log(likely)

    # Three beat their scrambled words; the fourth is its own, and a tie is no success.
    assert fluency(predict, Words(), "test") == 0.75


def test_beam_search_is_scored_beside_greedy_decoding():
    cell = make_cell("reverse[length=4,symbols=6]", "encoder_decoder", beam=4)
    record = run_cell(cell)
    assert list(record.scores) == ["validation", "test", "test@beam4"]
    assert list(record.skills) == ["validation", "test", "test@beam4"]
    plain = run_cell(make_cell("reverse[length=4,symbols=6]", "encoder_decoder"))
    assert plain.scores["test"] == record.scores["test"] != record.scores["test@beam4"]
    assert plain.id != record.id


def test_a_decoder_s_record_shows_samples():
    record = run_cell(make_cell("reverse[length=4,symbols=6]", "encoder_decoder"))
    assert record.outcome == "ok", record.traceback
    assert len(record.samples) == 5
    for sample in record.samples:
        assert sample["target"].split() == sample["input"].split()[::-1]
        assert set(sample["output"].split()) <= set("123456")


# -- in the report -----------------------------------------------------------------------------


def further_store(tmp_path, seeds=3, **plan):
    facts = {"recall[lag=9]": dict(metric="accuracy", floor=0.25, ceiling=1.0, tags=["memory"])}
    skills = {("recall[lag=9]", "lstm"): [0.5 + i / 10 for i in range(seeds)]}
    store = make(tmp_path, skills, seeds, tasks=facts, **plan)
    for seed, cell in enumerate(store.plan()["cells"]):
        record = store.get(cell["id"])
        record.skills = {"test": record.skill, "test@2x": 0.25 + seed / 10}
        record.scores["test"] |= {"fluency": 0.5 + seed / 10, "mse": 0.01 + seed / 200}
        record.samples = [{"input": "in <b>", "output": "what <i>it</i> wrote"}]
        store.put(dataclasses.replace(record))
    return store


PUBLISHED = dict(task="recall[lag=9]", architecture="lstm", metric="mse", value=0.02,
                 source="Somebody 1999", note="smaller here")  # fmt: skip


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ({"below": 0.13}, "reproduced"),
        ({"below": 0.016}, "open"),
        ({"above": 0.13}, "not reproduced"),
        ({"above": -0.2, "below": 0.2}, "reproduced"),
        ({"above": -0.2, "updates": 1}, "reproduced"),
        ({"above": -0.2, "updates": 1_000_000}, "fewer updates than published"),
        ({"below": 0.13, "updates": 1_000_000}, "reproduced"),
    ],
)
def test_published_numbers_stand_beside_those_measured(tmp_path, bounds, verdict):
    """Measured: 0.01, 0.015 and 0.02, so that the interval reaches from 0.003 to 0.027. A high
    error is a failure to learn, which too few updates do not show."""
    store = further_store(tmp_path, published=[PUBLISHED | bounds])
    for cell in store.plan()["cells"]:
        record = store.get(cell["id"])
        record.higher_is_better, record.steps = False, 100
        record.ceiling_is_ideal, record.tags = True, []
        store.put(dataclasses.replace(record))
    page = text_of(store)
    row = re.search(r"<tr>(?:(?!<tr>).)*Somebody 1999.*?</tr>", page)[0]
    assert "0.015" in row and "0.02" in row and f">{verdict}</td>" in row
    assert "smaller here" in row


@pytest.mark.parametrize(
    ("seeds", "below", "verdict"),
    [(5, 0.05, "open"), (6, 0.05, "reproduced"), (6, 0.02, "open"), (6, 0.009, "not reproduced")],
)
def test_where_seeds_solve_a_task_or_do_not_all_of_six_have_to_agree(
    tmp_path, seeds, below, verdict
):
    """Measured: 0.01, 0.015, ...; of a median, not of a mean."""
    entry = PUBLISHED | {"below": below}
    page = text_of(further_store(tmp_path, seeds, published=[entry]))
    row = re.search(r"<tr>(?:(?!<tr>).)*Somebody 1999.*?</tr>", page)[0]
    assert f">{verdict}</td>" in row and ("0.01 to 0.035" in row) == (seeds == 6)


def test_a_published_number_without_a_record_is_pending(tmp_path):
    entry = PUBLISHED | {"architecture": "gru", "below": 1}
    page = text_of(further_store(tmp_path, published=[entry]))
    assert ">pending</td>" in page


@pytest.mark.parametrize(("temperature", "share"), [(0, 1.0), (0.5, 16 / 17), (1, 0.8), (2, 2 / 3)])
def test_temperature_sharpens_or_flattens_what_is_drawn(temperature, share):
    """Of two symbols with probabilities 0.8 and 0.2, whatever came before."""
    from harness.training.samples import continued

    def predict(inputs, lengths):
        return np.log(np.broadcast_to([0.8, 0.2], (*inputs.shape, 2)))

    drawn = continued(predict, np.zeros(1, int), 1000, temperature, np.random.default_rng(0))
    assert len(drawn) == 1000
    assert (drawn == 0).mean() == pytest.approx(share, abs=0.04)
