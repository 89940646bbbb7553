"""Every registered task keeps the contract, and its bounds agree with independent code."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import re

import numpy as np
import pytest
from conftest import tiny_task
from sklearn.dummy import DummyClassifier

from harness.contract import Skipped, Violation
from harness.contract.task import checks, declares_itself
from harness.experiment.registry import make_task, spec_of, task_declarations
from tasks.task import Classes, Examples, Problem, Stored, Synthetic, Tokens, Unavailable, task

KNOWN = task_declarations()
ONE_STEP = (Problem.ONE_TO_ONE, Problem.ONE_TO_MANY)


def build(text: str):
    return make_task(spec_of(text, "task", "test"))


def drawn(task, seed=0, size=32):
    return next(task.batches(np.random.default_rng(seed), size))


CASES = [
    pytest.param(check, id=f"{name}-{check.title}")
    for name in KNOWN
    for check in checks(spec_of(name, "task", "test"))
]


@pytest.mark.parametrize("check", CASES)
def test_contract(check):
    """What ``harness check`` holds a user's task to, held by all of ours."""
    try:
        check.run()
    except Skipped as skipped:
        pytest.skip(str(skipped))


STORED = [name for name in KNOWN if issubclass(type(build(name)), Stored)]


@pytest.mark.parametrize("name", STORED)
def test_floor_of_stored_data_is_given_no_more_than_the_models(name, monkeypatch):
    """It follows from the splits, with the corpus they were made from out of reach."""
    made = build(tiny_task(name))
    try:
        splits = made.splits()
    except Unavailable as error:
        pytest.skip(str(error))
    floors = [made.floor(split) for split in made.test_splits]
    again = dataclasses.replace(made)
    again.use(splits)
    monkeypatch.setattr("importlib.util.find_spec", lambda *_: None)
    assert [again.floor(split) for split in again.test_splits] == floors


def equal(a, b) -> bool:
    """Whether two batches are equal to the bit."""
    return a.arrays().keys() == b.arrays().keys() and all(
        np.array_equal(value, b.arrays()[name]) for name, value in a.arrays().items()
    )


def rows(examples, at_least: int = 1) -> set[bytes]:
    """The sequences of at least so many steps."""
    return {
        row[:length].tobytes()
        for row, length in zip(examples.inputs, examples.lengths, strict=True)
        if length >= at_least
    }


@pytest.mark.parametrize("name", [n for n in KNOWN if issubclass(type(build(n)), Synthetic)])
def test_synthetic_splits_are_disjoint(name):
    task = build(name)
    training = set().union(*(rows(drawn(task, seed, 2000)) for seed in range(3)))
    validation, test = rows(task.examples("validation")), rows(task.examples("test"))
    assert training and not training & validation and not training & test
    assert not validation & test


@pytest.mark.parametrize("name", [n for n in KNOWN if issubclass(type(build(n)), Stored)])
def test_stored_splits_are_disjoint(name):
    """Of ten steps or more: shorter sentences may differ in words that share a token."""
    task = build(name)
    steps = 1 if task.problem in ONE_STEP else 10
    try:
        sets = [rows(part, steps) for part in task.splits().values()]
    except Unavailable as error:
        pytest.skip(str(error))
    for one, other in itertools.combinations(sets, 2):
        assert not one & other


LONGER = [n for n in KNOWN if "beyond" in KNOWN[n].parameters]


@pytest.mark.parametrize("name", LONGER)
def test_beyond_adds_longer_test_splits_and_changes_nothing_else(name):
    task = build(tiny_task(name))
    longer = dataclasses.replace(task, beyond=4)
    assert task.test_splits == ("test",)
    assert longer.test_splits == ("test", "test@2x", "test@4x")
    assert equal(drawn(task), drawn(longer))
    for split in ("validation", "test"):
        assert equal(task.examples(split), longer.examples(split))
    given = {**type(task).tiny, "beyond": 4}
    text = f"{name}[{','.join(f'{k}={v}' for k, v in given.items())}]"
    for check in checks(spec_of(text, "task", "test"), small=False):
        with contextlib.suppress(Skipped):
            check.run()
    trained = drawn(longer, size=2000).lengths.max()
    for factor in (2, 4):
        examples = longer.examples(f"test@{factor}x")
        assert 10 < len(rows(examples)) == len(examples) <= longer.test_size
        assert (examples.lengths > trained * factor / 2).all()
        assert examples.lengths.max() == pytest.approx(factor * trained, rel=0.2)


@pytest.mark.parametrize("name", ["recall", "temporal_order", "parity", "keyword",
                                  "associative_recall", "reference", "static"])  # fmt: skip
def test_majority_floors(name):
    """Against scikit-learn's majority guess of training, on the held-out splits."""
    made = build(name)
    training = made.floor_examples().targets
    guess = DummyClassifier(strategy="most_frequent").fit(training[:, None], training)
    for split in ("validation", "test"):
        held_out = made.examples(split).targets
        assert made.floor(split) == pytest.approx(guess.score(held_out[:, None], held_out))


FEWER = {"copy": 410, "parity[length=12]": 419, "bits[lag=3,n=1]": 11}
"""Tests of 1,000 different inputs cannot be had: these have all there are."""


@pytest.mark.parametrize(
    "name",
    [
        "recall",
        "copy",
        "parity[length=12]",
        "parity",
        "counting",
        "run_length",
        "reverse[length=5]",
        "bits[lag=3,n=1]",
    ],
)
def test_test_inputs_are_all_different(name):
    examples = build(name).examples("test")
    assert len(rows(examples)) == len(examples) == FEWER.get(name, 1024)


# -- what the right answer is, told by other means ---------------------------------------------


def test_recall_by_hand():
    examples = drawn(build("recall[lag=4]"))
    assert examples.inputs.shape[1] == 5
    assert np.array_equal(examples.targets, examples.inputs[:, 0])
    assert examples.inputs[:, 0].max() < 8 <= examples.inputs[:, 1:].min()


def test_adding_by_hand():
    task = build("adding")
    examples = drawn(task)
    for inputs, target in zip(examples.inputs, examples.targets, strict=True):
        (marked,) = np.nonzero(inputs[:, 1])
        assert len(marked) == 2 and marked[0] < 15 <= marked[1]
        assert target[0] == pytest.approx(inputs[marked, 0].sum(), abs=1e-6)
    assert task.floor() == pytest.approx(1 / 6, abs=0.015)
    assert task.ceiling() == 0


def test_copy_by_hand():
    examples = drawn(build("copy[items=3,lag=2]"))
    for inputs, targets, scored in zip(
        examples.inputs, examples.targets, examples.loss_mask, strict=True
    ):
        assert list(targets[scored]) == list(inputs[:3])
        assert list(inputs[3:]) == [8, 8, 9, 8, 8]
        assert list(np.flatnonzero(scored)) == [5, 6, 7]
    assert build("copy").floor() == pytest.approx(1 / 8, abs=0.02)


def test_temporal_order_by_hand():
    examples = drawn(build("temporal_order[length=40]"))
    for inputs, target in zip(examples.inputs, examples.targets, strict=True):
        (places,) = np.nonzero((inputs == 4) | (inputs == 5))
        assert len(places) == 2 and 4 <= places[0] <= 8 and 20 <= places[1] <= 24
        assert target == 2 * (inputs[places[0]] - 4) + (inputs[places[1]] - 4)
        assert inputs[0] == 6 and inputs[-1] == 7


def test_parity_by_hand():
    task = build("parity[length=9]")
    examples = drawn(task, size=200)
    for inputs, length, target in zip(
        examples.inputs, examples.lengths, examples.targets, strict=True
    ):
        assert target == sum(inputs[:length]) % 2
    assert len(set(examples.lengths)) == 9
    assert set(task.examples("test").lengths) == {9}


def test_keyword_by_hand():
    task = build("keyword")
    examples = drawn(task, size=300)
    for inputs, target in zip(examples.inputs, examples.targets, strict=True):
        assert target == ("012" in "".join(map(str, inputs)))
    # the bag of tokens gives next to nothing away
    counts = (examples.inputs[..., None] == np.arange(3)).any(1).all(1)
    assert examples.targets[counts].mean() < 0.65


HALVES = {"early": "late", "late": "early"}


@pytest.mark.parametrize("length, symbols", [(30, 10), (9, 4), (8, 4)])
@pytest.mark.parametrize("place", HALVES)
def test_keyword_stands_in_one_half_only(place, length, symbols):
    """Trained in one half, tested there, and in a split of its own in the other."""
    task = build(f"keyword[place={place},length={length},symbols={symbols}]")
    assert task.test_splits == ("test", f"test@{HALVES[place]}")
    half = length // 2
    allowed = {
        "early": set(range(half - 2)),
        "late": set(range(length - half, length - 2)),
    }
    sets = [("training", place, drawn(task, size=500))] + [
        (split, HALVES[place] if "@" in split else place, task.examples(split))
        for split in ("validation", *task.test_splits)
    ]
    for split, where, examples in sets:
        begins = [
            [at for at in range(length - 2) if row[at : at + 3] == [0, 1, 2]]
            for row in examples.inputs.tolist()
        ]
        assert [bool(found) for found in begins] == examples.targets.astype(bool).tolist()
        assert set().union(*begins) == allowed[where], split
        if split.startswith("test"):
            usual = np.bincount(task.floor_examples().targets).argmax()
            assert task.floor(split) == (examples.targets == usual).mean()
            assert task.floor(split) < task.ceiling(split) == 1
    sizes = {len(examples) for split, _, examples in sets if "test" in split}
    assert sizes == {1024} if length > 8 else max(sizes) < 1024  # then all that there are
    trained = rows(drawn(task, size=5000))
    assert not any(trained & rows(task.examples(split)) for split in task.test_splits)


@pytest.mark.parametrize("place", HALVES)
def test_keyword_decoys_stand_where_the_keyword_does(place):
    """A model could else tell the labels apart by where the letters are."""
    examples = drawn(build(f"keyword[place={place},symbols=30]"), size=3000)
    bags = np.sort(np.lib.stride_tricks.sliding_window_view(examples.inputs, 3, axis=1), -1)
    places = (bags == (0, 1, 2)).all(-1)
    for label in (0, 1):
        shares = places[examples.targets == label].mean(0)
        inside = slice(0, 13) if place == "early" else slice(15, 28)
        assert shares[inside].min() > 0.04 and np.delete(shares, np.r_[inside]).max() < 0.02


def test_hmm_source_has_as_many_training_sequences_as_it_is_given():
    task, endless = build("hmm_source[sequences=50]"), build("hmm_source")
    met = rows(task.training(np.random.default_rng(0), 1000))
    assert len(met) == 50 and met == rows(task.training(np.random.default_rng(1), 1000))
    assert len(rows(drawn(task, size=32))) == 32 and rows(drawn(task, size=32)) < met
    assert rows(task.redrawn(1).training(np.random.default_rng(0), 1000)) == met
    assert not met & rows(task.examples("test"))
    assert rows(task.examples("test")) == rows(endless.examples("test"))


def test_keyword_is_noisy_in_training_alone():
    task = build("keyword[noise=0.2]")

    def wrong(examples):
        right = ["012" in "".join(map(str, row)) for row in examples.inputs]
        return np.mean(examples.targets != right)

    assert 0.15 < wrong(drawn(task, size=2000)) < 0.25
    assert not any(wrong(task.examples(split)) for split in ("validation", "test"))
    with pytest.raises(ValueError, match="noise"):
        build("keyword[noise=0.5]")


def test_keyword_anywhere_is_one_test():
    assert build("keyword").test_splits == ("test",)


@pytest.mark.parametrize(
    "text, words",
    [
        ("keyword[length=2]", "length >= 3"),
        ("keyword[length=5,place=late]", "length >= 6"),
        ("keyword[symbols=2]", "symbols > 2"),
        ("adding[length=1]", "length > 1"),
        ("temporal_order[length=4]", "length > 4"),
    ],
)
def test_parameters_that_leave_no_room_are_refused(text, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        build(text)


@pytest.mark.parametrize("name", KNOWN)
def test_a_dependency_is_as_long_as_its_parameter_says(name):
    """Sequences grow with it, step for step or in proportion; what it names is a parameter."""
    cls = type(build(name))
    if not cls.dependency or name == "future_context":  # there the length stays
        return
    grown = [
        drawn(build(f"{name}[{cls.dependency}={steps}]"), size=512).lengths.max()
        for steps in (10, 20)
    ]
    assert grown[1] - grown[0] == 10


@pytest.mark.parametrize("text", ["recall[lag=5]", "copy[lag=5]", "adding[length=5]"])
def test_memory_tasks_have_a_short_end(text):
    """Hundreds of distinct sequences in each split, at the shortest of the lags compared."""
    task = build(text)
    for split, least in (("validation", 250), ("test", 350)):
        assert len(task.examples(split)) > least < len(rows(task.examples(split)))


@pytest.mark.parametrize(
    "wrong", ["lags", "metric", "validation_size"], ids=lambda value: f"dependency={value}"
)
def test_a_dependency_that_is_no_parameter_is_a_violation(wrong, monkeypatch):
    monkeypatch.setattr(type(build("recall")), "dependency", wrong)
    with pytest.raises(Violation, match="names no parameter"):
        declares_itself(spec_of("recall", "task", "test"))


def test_future_context_by_hand():
    examples = drawn(build("future_context[ahead=2,length=7]"))
    assert np.array_equal(examples.targets[:, :5], examples.inputs[:, 2:])
    assert examples.loss_mask[:, :5].all() and not examples.loss_mask[:, 5:].any()


def test_associative_recall_by_hand():
    examples = drawn(build("associative_recall"))
    for inputs, target in zip(examples.inputs, examples.targets, strict=True):
        memory = {int(step[:10].argmax()): int(step[10:].argmax()) for step in inputs[:-1]}
        assert len(memory) == 10
        assert inputs[-1, 10:].sum() == 0
        assert memory[int(inputs[-1, :10].argmax())] == target


def test_hmm_source_bounds_against_hmmlearn():
    """The ceiling is hmmlearn's own likelihood of the test sequences under the true source."""
    from hmmlearn.hmm import CategoricalHMM

    task = build("hmm_source")
    transitions, emissions = task.parameters()
    model = CategoricalHMM(n_components=4)
    model.n_features = 8
    model.startprob_, model.transmat_, model.emissionprob_ = (
        np.full(4, 0.25),
        transitions,
        emissions,
    )
    test = task.examples("test")
    whole = np.concatenate([test.inputs, test.targets[:, -1:]], 1)
    first = np.log2(emissions.mean(0))[whole[:, 0]].sum()
    nats = model.score(whole.reshape(-1, 1), [41] * len(whole))
    bits = -(nats / np.log(2) - first) / test.targets.size
    assert task.ceiling() == pytest.approx(bits, abs=1e-6)
    empirical = np.bincount(test.targets.ravel(), minlength=8) / test.targets.size
    entropy = -(empirical * np.log2(empirical)).sum()
    assert task.floor() == pytest.approx(entropy, abs=0.01)
    assert isinstance(task.outputs, Tokens) and not isinstance(task.outputs, Classes)


def test_a_floor_that_is_no_accuracy_has_to_be_given():
    @task("no_floor")
    @dataclasses.dataclass(frozen=True)
    class NoFloor(Synthetic):
        problem, metric = Problem.MANY_TO_ONE, "bits"
        inputs, outputs = Tokens(2), Classes(2)

        def draw(self, rng, size):
            return Examples.of(rng.integers(2, size=(size, 9)), rng.integers(2, size=size))

    with pytest.raises(NotImplementedError, match="no_floor"):
        NoFloor().floor()
    assert NoFloor().ceiling() == 0
