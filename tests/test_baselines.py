"""The baselines against computations by hand, and how the report sets models against them."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from builders.stores import TASKS, make, text_of, words_of
from conftest import make_cell
from rich.console import Console

import architectures.baselines.logistic
import architectures.baselines.ngram
import architectures.baselines.ridge
from architectures.architecture import Signature
from architectures.baselines.bernoulli_markov import BernoulliMarkov
from architectures.baselines.logistic import Logistic
from architectures.baselines.most_frequent_tag import MostFrequentTag
from architectures.baselines.ngram import NGram
from architectures.baselines.ridge import Ridge
from harness.experiment.record import Outcome, Record
from harness.experiment.store import Store
from harness.training.run_cell import run_cell
from reports.analysis.ranking import lead
from reports.analysis.results import read
from reports.build import build
from reports.render.terminal import show
from reports.sections.scores import ending
from tasks.task import Examples

WRITTEN = Signature("many-to-one", "tokens", 5, "classes", 3, False, "last")
SPOKEN = Signature("many-to-one", "vectors", 2, "classes", 3, False, "last")
LABELLED = Signature("many-to-many", "vectors", 2, "classes", 3, True, "per-step")
SUMMED = Signature("many-to-one", "vectors", 2, "reals", 2, False, "last")
AHEAD = Signature("many-to-many", "vectors", 2, "reals", 2, True, "per-step", 1)
NEXT = Signature("many-to-many", "tokens", 5, "tokens", 5, True, "per-step", 1)
TAGS = Signature("many-to-many", "tokens", 5, "classes", 3, False, "per-step")
COPIED = Signature("many-to-many", "tokens", 5, "tokens", 4, True, "per-step")
CHORDS = Signature("many-to-many", "vectors", 4, "binary", 4, True, "per-step", 1)

SERVED = {
    Logistic: [WRITTEN, SPOKEN, LABELLED],
    Ridge: [SUMMED, AHEAD],
    NGram: [NEXT],
    MostFrequentTag: [TAGS, COPIED],
    BernoulliMarkov: [CHORDS],
}
CASES = [(made, signature) for made, served in SERVED.items() for signature in served]
IDS = [f"{m.__name__}-{s.problem}-{s.inputs}-{s.outputs}" for m, s in CASES]


def some_examples(signature: Signature, size: int, seed: int, time: int = 9) -> Examples:
    """Ragged random examples that a baseline can learn something of, some steps not scored."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(3, time + 1, size)
    if signature.outputs == "binary":
        series = (rng.random((size, time + 1, 4)) < 0.4).astype(np.float32)
    elif signature.inputs == "tokens":
        series = rng.integers(2, size=(size, time + 1)).cumsum(1) + rng.integers(5, size=(size, 1))
        series %= signature.input_size
    else:
        series = rng.normal(size=(size, time + 1, signature.input_size)).astype(np.float32)
    inputs, after = series[:, :-1], series[:, 1:]
    first = inputs[..., 0] if inputs.ndim == 3 else inputs
    if signature.horizon is not None:
        targets = after
    elif signature.outputs == "reals":
        targets = inputs[:, 0] - 2 * inputs[:, 2] + 1
    else:
        labels = (first + rng.integers(2, size=first.shape)).round().astype(int)
        labels %= signature.output_size
        targets = labels if signature.problem == "many-to-many" else labels[:, 0]
    if signature.problem == "many-to-one":
        return Examples.of(inputs, targets, lengths)
    scored = (np.arange(time) < lengths[:, None]) & (rng.random((size, time)) < 0.9)
    return Examples.of(inputs, targets, lengths, scored)


def fitted(made: type, signature: Signature, **parameters):
    model = made(signature, **parameters)
    chosen = model.fit(some_examples(signature, 300, 0), some_examples(signature, 100, 1), 0)
    return model, chosen


# -- what holds for all of them --------------------------------------------------------------


@pytest.mark.parametrize(("made", "signature"), CASES, ids=IDS)
def test_padding_does_not_matter(made, signature):
    """Neither in what is fitted nor in what is predicted, whatever the padding holds."""
    training, validation, test = (some_examples(signature, 60, seed) for seed in (0, 1, 2))
    answers = []
    for junk in (0, 3):
        for part in (training, validation, test):
            part.inputs[np.arange(9) >= part.lengths[:, None]] = junk
            if part.loss_mask.ndim == 2:
                part.targets[np.arange(9) >= part.lengths[:, None]] = junk % 2
        model = made(signature)
        model.fit(training, validation, 0)
        answers.append(model.predict(test.inputs, test.lengths))
        real = test.loss_mask if test.loss_mask.ndim == 2 else slice(None)
    assert np.array_equal(answers[0][real], answers[1][real])
    row = int(test.lengths.argmin())
    length = test.lengths[row]
    alone = model.predict(test.inputs[row : row + 1, :length], test.lengths[row : row + 1])[0]
    together = answers[1][row]
    np.testing.assert_allclose(
        alone, together[:length] if test.loss_mask.ndim == 2 else together, atol=1e-6
    )


@pytest.mark.parametrize(
    ("made", "signature"),
    [(m, s) for m, s in CASES if s.problem == "many-to-many"],
)
def test_no_output_depends_on_a_later_input(made, signature):
    model, _ = fitted(made, signature)
    inputs = some_examples(signature, 5, 3).inputs
    lengths = np.full(5, 9)
    before = model.predict(inputs, lengths)
    for step in range(1, 9):
        other = inputs.copy()
        other[:, step:] = 1 - other[:, step:] if signature.outputs == "binary" else 1
        after = model.predict(other, lengths)
        assert np.array_equal(before[:, :step], after[:, :step])
    assert not np.array_equal(before, after)


@pytest.mark.parametrize(("made", "signature"), CASES, ids=IDS)
def test_the_same_examples_give_the_same_model(made, signature):
    (one, chosen), (other, again) = fitted(made, signature), fitted(made, signature)
    assert chosen == again and isinstance(chosen["validation"], float)
    assert one.arrays().keys() == other.arrays().keys()
    for name, array in one.arrays().items():
        assert np.array_equal(array, other.arrays()[name])
    assert 0 < one.parameter_count() <= sum(a.size for a in one.arrays().values())


@pytest.mark.parametrize(
    ("made", "signature"),
    [(m, s) for m, s in CASES if s.outputs in ("classes", "tokens")],
)
def test_probabilities_sum_to_one_and_none_is_zero(made, signature):
    """Also of classes, tokens and contexts that were never met in training."""
    training = some_examples(signature, 40, 0)
    training.targets[training.targets == signature.output_size - 1] = 0
    if signature.inputs == "tokens":
        training.inputs[training.inputs == 1] = 0
    model = made(signature)
    model.fit(training, some_examples(signature, 20, 1), 0)
    test = some_examples(signature, 50, 2)
    log = model.predict(test.inputs, test.lengths)
    log = log[test.loss_mask] if signature.problem == "many-to-many" else log
    assert np.isfinite(log).all()
    np.testing.assert_allclose(np.exp(log.astype(float)).sum(-1), 1, atol=1e-5)


def test_each_refuses_what_it_cannot_serve_and_says_why():
    kinds = itertools.product(
        ("one-to-one", "many-to-one", "many-to-many"), ("tokens", "vectors"),
        ("classes", "reals", "tokens", "binary"), (None, 1),
    )  # fmt: skip
    served = defaultdict(set)
    for problem, inputs, outputs, horizon in kinds:
        signature = Signature(problem, inputs, 4, outputs, 4, False, "last", horizon)
        for made in SERVED:
            if reason := made.refuses(signature):
                assert len(reason) < 90 and "\n" not in reason
                with pytest.raises(ValueError, match=re.escape(reason)):
                    made(signature)
            else:
                served[made].add((problem, inputs, outputs, horizon))
    aligned = "many-to-many"
    assert served[NGram] == {(aligned, "tokens", "tokens", 1)}
    assert served[MostFrequentTag] == {
        (aligned, "tokens", "classes", None), (aligned, "tokens", "tokens", None)
    }  # fmt: skip
    assert served[BernoulliMarkov] == {(aligned, "vectors", "binary", 1)}
    assert all(kind[2] == "reals" and kind[1] == "vectors" for kind in served[Ridge])
    assert len(served[Ridge]) == 6
    assert all(kind[2] in ("classes", "tokens") for kind in served[Logistic])
    assert not any(kind[:2] == (aligned, "tokens") for kind in served[Logistic])
    assert len(served[Logistic]) == 20
    # a chord is predicted from itself, and from nothing of another size
    assert "other signals" in BernoulliMarkov.refuses(
        Signature(aligned, "vectors", 5, "binary", 4, True, "per-step", 1)
    )


# -- logistic --------------------------------------------------------------------------------


def features_by_hand(data: Examples, kind: str, size: int, steps: int) -> np.ndarray:
    """The features of a logistic regression, built step by step."""
    rows = []
    for sequence, length in zip(data.inputs, data.lengths, strict=True):
        real = sequence[:length]
        if data.inputs.ndim == 2:
            real = np.eye(size)[real]
        if kind == "pooled" and data.inputs.ndim == 2:
            rows.append(real.sum(0))
        elif kind == "pooled":
            rows.append(np.concatenate([real.mean(0), real.std(0)]))
        else:
            wide = np.zeros((steps, size))
            wide[:length] = real
            rows.append(wide.ravel())
    return np.array(rows)


@pytest.mark.parametrize("signature", [WRITTEN, SPOKEN], ids=["tokens", "vectors"])
@pytest.mark.parametrize("kind", ["pooled", "flattened"])
def test_logistic_is_scikit_learns_on_features_made_by_hand(signature, kind, monkeypatch):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    monkeypatch.setattr(Logistic, "_candidates", lambda self: [kind])
    model, chosen = fitted(Logistic, signature)
    training, test = some_examples(signature, 300, 0), some_examples(signature, 80, 2)
    steps = [LogisticRegression(C=chosen["C"], max_iter=1000)]
    if signature.inputs == "vectors":
        steps.insert(0, StandardScaler())
    size = signature.input_size
    theirs = make_pipeline(*steps).fit(features_by_hand(training, kind, size, 9), training.targets)
    expected = theirs.predict_proba(features_by_hand(test, kind, size, 9))
    got = np.exp(model.predict(test.inputs, test.lengths))
    np.testing.assert_allclose(got, expected, atol=0.01)
    assert model.parameter_count() == (features_by_hand(test, kind, size, 9).shape[1] + 1) * 2


def test_logistic_takes_order_where_the_place_decides_and_counts_where_they_do():
    rng = np.random.default_rng(0)
    parts = [rng.integers(5, size=(size, 9)) for size in (400, 200)]
    place = [Examples.of(tokens, tokens[:, 4] % 3) for tokens in parts]
    counts = [Examples.of(tokens, (tokens == 2).sum(1).clip(max=2)) for tokens in parts]
    model = Logistic(WRITTEN)
    assert model.fit(*place, 0)["features"] == "flattened"
    assert model.fit(*counts, 0)["features"] == "pooled"
    assert model.fit(*place, 0)["validation"] == 1.0


def test_logistic_leaves_wide_sequences_to_pooling_and_bounds_its_examples(monkeypatch):
    monkeypatch.setattr(architectures.baselines.logistic, "WIDEST", 44)
    assert fitted(Logistic, WRITTEN)[1]["features"] == "pooled"
    seen = []
    monkeypatch.setattr(architectures.baselines.logistic, "EXAMPLES", 50)
    monkeypatch.setattr(
        architectures.baselines.logistic, "_standardised",
        lambda rows, real=architectures.baselines.logistic._standardised: (
            seen.append(rows) or real(rows)
        ),
    )  # fmt: skip
    fitted(Logistic, WRITTEN)
    assert [rows.shape[0] for rows in seen] == [50]
    monkeypatch.setattr(architectures.baselines.logistic, "NUMBERS", 80)
    fitted(Logistic, SPOKEN)
    assert [rows.shape for rows in seen[1:]] == [(20, 4), (4, 18)]


def test_two_classes_and_one_step_are_enough():
    signature = Signature("one-to-one", "vectors", 2, "classes", 2, False, "last")
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(300, 1, 2))
    data = Examples.of(inputs, (inputs[:, 0, 0] > inputs[:, 0, 1]).astype(int))
    model = Logistic(signature)
    assert model.fit(data, data, 0)["validation"] > 0.98
    assert model.parameter_count() == 3
    log = model.predict(data.inputs, data.lengths)
    assert (log.argmax(1) == data.targets).mean() > 0.98


def test_longer_sequences_than_in_training_are_cut_not_refused():
    model, _ = fitted(Logistic, WRITTEN)
    model.features = "flattened"
    model.weights = np.arange(45 * 3.0).reshape(45, 3) / 100
    inputs = np.random.default_rng(0).integers(5, size=(4, 20))
    long = model.predict(inputs, np.full(4, 20))
    assert np.array_equal(long, model.predict(inputs[:, :9], np.full(4, 9)))


# -- ridge -----------------------------------------------------------------------------------


def lags_by_hand(data: Examples, window: int) -> np.ndarray:
    """``(scored steps, window * dim)``: each step, the one before it, ...; zeros before the
    beginning."""
    rows = []
    for row, step in zip(*np.nonzero(data.loss_mask), strict=True):
        zero = np.zeros(data.inputs.shape[2])
        past = [data.inputs[row, step - k] if step >= k else zero for k in range(window)]
        rows.append(np.concatenate(past))
    return np.array(rows)


def test_ridge_is_scikit_learns_on_lags_made_by_hand():
    from sklearn.linear_model import Ridge as TheirRidge

    model, chosen = fitted(Ridge, AHEAD)
    window = int(chosen["features"].removeprefix("window of "))
    training, test = some_examples(AHEAD, 300, 0), some_examples(AHEAD, 50, 2)
    theirs = TheirRidge(alpha=chosen["penalty"]).fit(
        lags_by_hand(training, window), training.targets[training.loss_mask]
    )
    got = model.predict(test.inputs, test.lengths)[test.loss_mask]
    np.testing.assert_allclose(got, theirs.predict(lags_by_hand(test, window)), atol=1e-6)
    assert model.parameter_count() == window * 4 + 2


def test_ridge_recovers_an_autoregression_and_its_length():
    """x[t+1] = 0.6 x[t] - 0.5 x[t-3] + noise takes four steps, and the error is the noise's."""
    rng = np.random.default_rng(0)
    series = np.zeros((200, 80, 1))
    for step in range(4, 80):
        noise = rng.normal(size=(200, 1)) * 0.1
        series[:, step] = 0.6 * series[:, step - 1] - 0.5 * series[:, step - 4] + noise
    scored = np.broadcast_to(np.arange(59) >= 10, (100, 59))
    parts = [
        Examples.of(half[:, 20:-1], half[:, 21:], loss_mask=scored)
        for half in (series[:100], series[100:])
    ]
    model = Ridge(Signature("many-to-many", "vectors", 1, "reals", 1, True, "per-step", 1))
    chosen = model.fit(*parts, 0)
    assert int(chosen["features"].removeprefix("window of ")) >= 4
    np.testing.assert_allclose(model.weights[[0, 3], 0], [0.6, -0.5], atol=0.03)
    assert chosen["validation"] == pytest.approx(-0.1, abs=0.005)


def test_ridge_on_whole_sequences_is_least_squares_where_the_truth_is_linear():
    model, chosen = fitted(Ridge, SUMMED)
    assert chosen["features"] == "flattened"
    training, test = some_examples(SUMMED, 300, 0), some_examples(SUMMED, 50, 2)
    rows = [features_by_hand(part, "flattened", 2, 9) for part in (training, test)]
    ones = [np.column_stack([r, np.ones(len(r))]) for r in rows]
    weights = np.linalg.lstsq(ones[0], training.targets, rcond=None)[0]
    got = model.predict(test.inputs, test.lengths)
    np.testing.assert_allclose(got, ones[1] @ weights, atol=1e-3)
    np.testing.assert_allclose(got, test.targets, atol=1e-3)


def test_ridge_bounds_its_features_and_rows(monkeypatch):
    monkeypatch.setattr(architectures.baselines.ridge, "WIDEST", 9)
    model, chosen = fitted(Ridge, AHEAD)
    assert model.weights.shape[0] <= 8
    assert fitted(Ridge, SUMMED)[1]["features"] == "pooled"
    monkeypatch.setattr(architectures.baselines.ridge, "NUMBERS", 40)
    model.features = 2
    rows, wanted = model._examples(some_examples(AHEAD, 300, 0))
    assert rows.shape == (10, 4) and wanted.shape == (10, 2)


# -- n-grams ---------------------------------------------------------------------------------


def witten_bell(data: Examples, order: int, size: int):
    """p(symbol | context) by the recursion, from dictionaries of counts."""
    follows: dict[tuple, Counter] = defaultdict(Counter)
    for row, step in zip(*np.nonzero(data.loss_mask), strict=True):
        past = tuple(data.inputs[row, : step + 1].tolist())
        for n in range(min(order - 1, len(past)) + 1):
            follows[past[len(past) - n :]][int(data.targets[row, step])] += 1

    def probability(symbol: int, past: tuple) -> float:
        lower = probability(symbol, past[1:]) if past else 1 / size
        counts = follows.get(past)
        if not counts:
            return lower
        kinds, total = len(counts), sum(counts.values())
        return (counts[symbol] + kinds * lower) / (total + kinds)

    return probability


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_ngram_is_witten_and_bells_recursion(order, monkeypatch):
    monkeypatch.setattr(architectures.baselines.ngram, "NUMBERS", 35)  # several parts
    training, test = some_examples(NEXT, 60, 0), some_examples(NEXT, 12, 2)
    training.targets[training.targets == 4] = 0  # a symbol that is never to be predicted
    model = NGram(NEXT, max_order=order)
    model.fit(training, training, 0)  # judged on what it counted, the highest order is best
    assert model.order == order
    expected = witten_bell(training, order, 5)
    log = model.predict(test.inputs, test.lengths)
    for row, length in enumerate(test.lengths):
        for step in range(length):
            past = tuple(test.inputs[row, max(0, step + 2 - order) : step + 1].tolist())
            past = past if order > 1 else ()
            probabilities = [expected(symbol, past) for symbol in range(5)]
            np.testing.assert_allclose(np.exp(log[row, step]), probabilities, rtol=1e-5)
    contexts = {1: 1, 2: 1 + 5}.get(order)
    if contexts:
        assert sum(len(level.contexts) for level in model.levels) == contexts
    counted = {
        (tuple(training.inputs[row, step + 1 - n : step + 1]), training.targets[row, step])
        for row, step in zip(*np.nonzero(training.loss_mask), strict=True)
        for n in range(min(order - 1, step + 1) + 1)
    }
    assert model.parameter_count() == len(counted)


def test_ngram_chooses_the_order_that_the_source_has():
    rng = np.random.default_rng(0)

    def drawn(size: int, memory: int) -> Examples:
        """Each symbol is, nine times in ten, the sum of the last ``memory`` ones."""
        tokens = rng.integers(5, size=(size, 31))
        for step in range(memory, 31):
            kept = rng.random(size) < 0.9
            told = tokens[:, step - memory : step].sum(1) % 5
            tokens[kept, step] = told[kept] if memory else 0
        return Examples.of(tokens[:, :-1], tokens[:, 1:])

    for memory in range(4):
        chosen = NGram(NEXT).fit(drawn(1500, memory), drawn(200, memory), 0)
        assert chosen["order"] == memory + 1
    # 0.9 + 0.1 / 5 of the time the expected symbol
    likely = 0.92
    entropy = -likely * np.log(likely) - (1 - likely) * np.log((1 - likely) / 4)
    assert chosen["validation"] == pytest.approx(-entropy, abs=0.1)


def test_ngram_keeps_contexts_apart_in_a_large_vocabulary():
    """Four symbols out of 200,000 do not fit into one 64-bit integer, so three must do."""
    size = 200_000
    signature = Signature("many-to-many", "tokens", size, "tokens", size, True, "per-step", 1)
    tokens = np.random.default_rng(0).integers(size // 2, size, size=(3, 8))
    data = Examples.of(tokens[:, :-1], tokens[:, 1:])
    model = NGram(signature)
    model.fit(data, data, 0)
    for length, level in enumerate(model.levels):
        met = {tuple(row[at : at + length]) for row in tokens for at in range(8 - length)}
        told = {
            tuple(int(number) // size**place % size for place in reversed(range(length)))
            for number in level.contexts
        }
        assert {context[::-1] for context in told} == met
    assert (model.predict(data.inputs, data.lengths).argmax(-1) == data.targets).all()


# -- the others ------------------------------------------------------------------------------


def test_most_frequent_tag_is_the_counters():
    model, _ = fitted(MostFrequentTag, TAGS)
    training = some_examples(TAGS, 300, 0)
    by_token: dict[int, Counter] = defaultdict(Counter)
    for row, step in zip(*np.nonzero(training.loss_mask), strict=True):
        by_token[int(training.inputs[row, step])][int(training.targets[row, step])] += 1
    expected = [by_token[token].most_common(1)[0][0] for token in range(5)]
    guess = model.predict(np.arange(5)[None], np.array([5]))[0].argmax(-1)
    assert guess.tolist() == expected
    assert len(set(expected)) > 1


def test_a_token_never_met_gets_the_commonest_label_of_all():
    inputs = np.array([[0, 0, 0, 1, 1]])
    data = Examples.of(inputs, np.array([[2, 2, 1, 1, 1]]))
    model = MostFrequentTag(TAGS)
    model.fit(data, data, 0)
    assert model.predict(np.array([[0, 1, 4]]), np.array([3])).argmax(-1).tolist() == [[2, 1, 1]]


def test_bernoulli_markov_is_two_frequencies_a_note():
    model, chosen = fitted(BernoulliMarkov, CHORDS)
    training, test = some_examples(CHORDS, 300, 0), some_examples(CHORDS, 20, 2)
    now, after = training.inputs[training.loss_mask], training.targets[training.loss_mask]
    got = 1 / (1 + np.exp(-model.predict(test.inputs, test.lengths)))
    pull = chosen["pull"]
    for note, was in itertools.product(range(4), (0, 1)):
        then = after[now[:, note] == was, note]
        expected = (then.sum() + pull) / (len(then) + 2 * pull)
        np.testing.assert_allclose(got[..., note][test.inputs[..., note] == was], expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "name", "least"),
    [
        ("recall[lag=5]", "logistic", 0.95),
        ("static", "logistic", 0.3),
        ("hmm_source", "ngram", 0.5),
        ("future_context[ahead=0]", "most_frequent_tag", 0.99),
        ("oscillator", "ridge", 0.5),
        ("weather", "ridge", 0.1),
        ("chorales", "bernoulli_markov", 0.02),
    ],
)
def test_each_beats_the_floor_where_it_is_at_home(task, name, least, prepared_data):
    record = run_cell(make_cell(task, name, steps=100, batch=32), prepared_data)
    if record.outcome == Outcome.UNAVAILABLE:
        pytest.skip(record.reason)
    assert record.outcome == Outcome.OK, record.traceback
    assert record.baseline and record.skill > least


def test_baselines_know_what_they_do_not_know():
    """On a task made of order alone no baseline gets above chance."""
    record = run_cell(make_cell("keyword[length=8]", "logistic", steps=30))
    assert record.baseline and record.skill < 0.4
    record = run_cell(make_cell("keyword[length=8]", "ngram"))
    assert record.baseline and record.outcome == Outcome.NOT_APPLICABLE and record.reason


# -- the report ------------------------------------------------------------------------------

NO = dict(outcome="not-applicable", reason="it reads numbers; inputs here are tokens")
OTHER_NO = dict(outcome="not-applicable", reason="it gives labels; outputs here are reals")


def with_baselines(out: Path, skills: dict, validation: dict | None = None, **options) -> Store:
    """A store where logistic, ridge and ngram are baselines."""
    store = make(out, skills, **options)
    for name in store.ids():
        record = store.get(name)
        record.baseline = record.architecture in ("logistic", "ridge", "ngram")
        if record.baseline and record.scores:
            level = (validation or {}).get((record.task, record.architecture), 0.5)
            record.scores["validation"] = {record.metric: level}
        store.put(record)
    return store


def beside(out: Path, **options) -> Store:
    """lstm beats the baseline on recall and not on adding; gru the other way round."""
    first, second = TASKS
    return with_baselines(
        out,
        {
            (first, "logistic"): 0.4,
            (first, "ridge"): NO,
            (first, "lstm"): [0.8, 0.9, 0.85],
            (first, "gru"): [0.3, 0.5, 0.4],
            (second, "logistic"): OTHER_NO,
            (second, "ridge"): [0.5, 0.6, 0.7],
            (second, "lstm"): [0.4, 0.5, 0.65],
            (second, "gru"): [0.61, 0.72, 0.8],
        },
        **options,
    )


def shown(page: str, task: str) -> list[str]:
    """The squares of a task's row in the table beneath the heat map."""
    row = re.search(rf'<tr><th scope="row">{re.escape(task)}</th>(.*?)</tr>', page)[1]
    return re.findall(r"<td[^>]*>(.*?)</td>", row)


def test_the_baselines_share_the_first_column_and_those_behind_are_marked(tmp_path):
    page = text_of(beside(tmp_path))
    head = re.search(r"<thead><tr><th scope=\"col\">task</th>(.*?)</tr>", page)[1]
    assert re.findall(r">([^<]+)</th>", head) == ["baseline", "lstm", "gru"]
    recall, adding = shown(page, "recall[lag=9]"), shown(page, "adding")
    assert recall[0].startswith("0.40") and recall[0].endswith("logistic")
    assert adding[0].startswith("0.60") and adding[0].endswith("ridge")
    assert ["†" in square for square in recall] == [False, False, True]
    assert ["†" in square for square in adding] == [False, True, False]
    assert "no better than the baseline" in page
    heatmap = page[page.index('id="figure-heatmap"') : page.index("</figure>")]
    assert heatmap.count("†") == 2 + 2  # two squares, the caption and the label
    assert ">logistic<" in heatmap and ">ridge<" in heatmap


def test_the_lead_is_the_mean_difference_by_seed(tmp_path):
    from scipy.stats import t as student

    results = read(beside(tmp_path))
    ahead = lead(results, "adding", "lstm")
    differences = np.array([-0.1, -0.1, -0.05])
    error = differences.std(ddof=1) / np.sqrt(3)
    assert ahead.n == 3 and ahead.mean == pytest.approx(differences.mean())
    assert ahead.p == pytest.approx(2 * student.sf(-ahead.mean / error, 2))
    assert ahead.half is None  # seeds solve adding or do not
    page = text_of(Store(tmp_path))
    assert "−0.08" in page[page.index('id="task-adding"') :]
    assert lead(results, "adding", "ridge").n == 0  # no baseline is set against itself


def test_seeds_that_only_one_has_are_not_compared(tmp_path):
    failed = dict(outcome="failed", reason="no")
    store = with_baselines(
        tmp_path,
        {("adding", "ridge"): [0.5, failed, 0.7], ("adding", "lstm"): [0.6, 0.9, failed]},
    )
    ahead = lead(read(store), "adding", "lstm")
    assert (ahead.n, ahead.half) == (1, None) and ahead.mean == pytest.approx(0.1)


def test_baselines_are_not_ranked(tmp_path):
    """Far ahead of everybody, a baseline still wins nothing and is in no comparison."""
    skills = {(t, a): s for t in TASKS for a, s in (("logistic", 0.9), ("lstm", 0.5), ("gru", 0.4))}
    store = with_baselines(tmp_path, skills)
    said = words_of(store)
    assert all(f"On {task} lstm is best, with a skill of 0.50" in said for task in TASKS)
    page = text_of(store)
    assert "2 tasks, 2 architectures, 1 baseline, 3 seeds" in page
    cost = page[page.index('id="figure-cost-training"') : page.index('id="missing"')]
    assert "lstm" in cost and "logistic" not in cost
    tables = page[page.index('id="task-recall-lag-9"') :]
    assert tables.index("logistic") < tables.index(">lstm<")  # but stands where it belongs
    assert '<td class="best">' in tables


def test_the_verdict_names_the_tasks_where_nobody_beats_the_baseline(tmp_path):
    first, second = TASKS
    skills = {(first, "logistic"): 1.0, (first, "lstm"): 1.0, (first, "gru"): 0.8,
              (second, "ridge"): 0.6, (second, "lstm"): [0.4, 0.5, 0.55],
              (second, "gru"): 0.1}  # fmt: skip
    said = words_of(with_baselines(tmp_path / "a", skills))
    assert "Of 2 tasks with a baseline an architecture has a better mean on 0" in said
    assert "None beats it on recall[lag=9] and adding" in said
    said = words_of(beside(tmp_path / "b"))
    assert "has a better mean on 2; on 0 the best is shown to differ" in said
    assert "None beats it" not in said
    skills = {("adding", "ridge"): 0.5, ("adding", "lstm"): [0.4, 0.5, 0.9]}
    said = words_of(with_baselines(tmp_path / "c", skills))
    assert "has a better mean on 1; on 0 the best is shown to differ from it." in said
    said = words_of(with_baselines(tmp_path / "d", skills | {("adding", "lstm"): 0.6}, seeds=1))
    assert "has a better mean on 1; on 0 the best is shown to differ from it." in said


def test_the_baseline_is_chosen_on_validation_not_on_the_test(tmp_path):
    """For an error, where less is better: ridge has the better test score and is not taken."""
    skills = {("adding", "ridge"): 0.9, ("adding", "ngram"): 0.5, ("adding", "lstm"): 0.7}
    levels = {("adding", "ridge"): 0.3, ("adding", "ngram"): 0.1}
    store = with_baselines(tmp_path, skills, levels)
    assert read(store).best_baselines == {"adding": "ngram"}
    assert shown(text_of(store), "adding")[0].endswith("ngram")
    assert "†" not in shown(text_of(store), "adding")[1]


def test_every_cell_of_a_baseline_is_accounted_for(tmp_path):
    """Refusals are told in one row each, failures one by one; all are in the CSV."""
    failed = dict(outcome="failed", reason="ValueError: singular", traceback="File x")
    skills = {(t, a): 0.5 for t in TASKS for a in ("lstm", "gru")}
    for task, reason in zip(TASKS, (NO, OTHER_NO), strict=True):
        skills |= {(task, "ngram"): reason, (task, "ridge"): failed}
    store = with_baselines(tmp_path, skills)
    page = build(store)
    text = re.sub(r"\s+", " ", page.read_text())
    assert "<b>24</b> planned" in text and "<b>6</b> not-applicable" in text
    refused = text[text.index('id="not-applicable"') : text.index('id="exceptions"')]
    assert refused.count("<code>ngram</code>") == 1
    assert NO["reason"] in refused and OTHER_NO["reason"] in refused
    assert all(f"<code>{task}</code>" in refused for task in TASKS)
    assert text.count("ValueError: singular") >= 2
    assert shown(text, "adding")[0] == "fail"  # not n/a: something should have served it
    rows = list(csv.DictReader(page.with_name("results.csv").open()))
    assert Counter((r["architecture"], r["outcome"]) for r in rows) == {
        ("lstm", "ok"): 6, ("gru", "ok"): 6, ("ngram", "not-applicable"): 6, ("ridge", "failed"): 6
    }  # fmt: skip
    assert {r["architecture"] for r in rows if r["baseline"] == "True"} == {"ngram", "ridge"}


def test_baselines_alone_are_compared_like_anybody(tmp_path):
    store = with_baselines(tmp_path, {("adding", "ridge"): 0.5, ("adding", "ngram"): 0.3})
    page = text_of(store)
    assert "On adding ridge is best" in page and "†" not in page
    assert len(shown(page, "adding")) == 2


def test_without_baselines_nothing_is_said_of_them(tmp_path):
    store = make(tmp_path, {(t, a): 0.5 for t in TASKS for a in ("lstm", "gru")})
    page = build(store)
    for path in (page, page.with_name("report.md")):
        assert "aseline" not in path.read_text() and "†" not in path.read_text()


def test_the_terminal_shows_the_same_column_and_marks(tmp_path):
    screen = Console(width=100, file=io.StringIO())
    show(screen, ending(read(beside(tmp_path))))
    said = screen.file.getvalue()
    rows = [line.split() for line in said.splitlines()]
    at = rows.index(["task", "baseline", "lstm", "gru"])
    assert rows[at + 1] == ["recall[lag=9]", "0.40", "0.85", "0.40†"]
    assert rows[at + 2] == ["adding", "0.60", "0.52†", "0.71"]
    assert "baseline logistic: recall[lag=9]" in said and "baseline ridge: adding" in said
    assert "† no better than the baseline" in said


def test_an_older_record_is_of_no_baseline():
    document = (
        '{"id": "x", "key": {}, "task": "t", "architecture": "ngram", "seed": 0, "schema": 1}'
    )
    assert Record.from_json(document).baseline is False
