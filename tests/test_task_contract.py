"""Every registered task keeps the contract, and its bounds agree with independent code."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from conftest import tiny_task
from sklearn.dummy import DummyClassifier

from harness.fit.metrics import HIGHER_IS_BETTER
from harness.registry import make_task, spec_of, task_declarations
from tasks.task import Classes, Problem, Reals, Stored, Synthetic, Tokens, Unavailable, Vectors

KNOWN = task_declarations()


def build(text: str):
    return make_task(spec_of(text, KNOWN, "task", "test"))


@pytest.fixture(scope="module", params=list(KNOWN))
def tiny(request):
    """The tiny instance of each task, or a skip that says which package is missing."""
    task = build(tiny_task(request.param))
    try:
        task.examples("test")
    except Unavailable as error:
        pytest.skip(str(error))
    return task


def drawn(task, seed=0, size=32):
    return next(task.batches(np.random.default_rng(seed), size))


def test_shapes_and_ranges(tiny):
    for examples in (drawn(tiny), tiny.examples("validation"), tiny.examples("test")):
        batch, time = examples.inputs.shape[:2]
        assert examples.lengths.shape == (batch,) and examples.lengths.dtype == np.int64
        assert examples.lengths.min() >= 1 and examples.lengths.max() <= time
        if isinstance(tiny.inputs, Tokens):
            assert examples.inputs.dtype == np.int64 and examples.inputs.ndim == 2
            assert examples.inputs.min() >= 0 and examples.inputs.max() < tiny.inputs.size
        else:
            assert isinstance(tiny.inputs, Vectors)
            assert examples.inputs.dtype == np.float32
            assert examples.inputs.shape == (batch, time, tiny.inputs.dim)
            assert np.isfinite(examples.inputs).all()
        lead = (batch, time) if tiny.problem is Problem.MANY_TO_MANY else (batch,)
        assert examples.scored.shape == lead and examples.scored.dtype == bool
        assert examples.scored.any()
        if isinstance(tiny.outputs, Reals):
            assert examples.targets.shape == (*lead, tiny.outputs.dim)
            assert examples.targets.dtype == np.float32
        else:
            assert examples.targets.shape == lead and examples.targets.dtype == np.int64
            scored = examples.targets[examples.scored]
            assert scored.min() >= 0 and scored.max() < tiny.outputs.size


def test_no_padded_step_is_scored(tiny):
    for examples in (drawn(tiny), tiny.examples("validation"), tiny.examples("test")):
        if examples.scored.ndim == 2:
            padding = np.arange(examples.inputs.shape[1]) >= examples.lengths[:, None]
            assert not (examples.scored & padding).any()


def test_declarations(tiny):
    assert tiny.metric in HIGHER_IS_BETTER
    assert tiny.tags and tiny.source
    assert tiny.readout in ("last", "mean", "max")
    assert type(tiny).__doc__ and len(type(tiny).__doc__) > 100


def test_the_same_seed_draws_the_same_and_another_does_not(tiny):
    def first_batches(seed):
        return list(itertools.islice(tiny.batches(np.random.default_rng(seed), 16), 3))

    one, same, other = first_batches(1), first_batches(1), first_batches(2)
    for a, b in zip(one, same, strict=True):
        assert all(np.array_equal(vars(a)[k], vars(b)[k]) for k in vars(a))
    assert not all(np.array_equal(a.inputs, b.inputs) for a, b in zip(one, other, strict=True))
    again = dataclasses.replace(tiny)  # a new instance, that has to load or draw again
    for split in ("validation", "test"):
        a, b = tiny.examples(split), again.examples(split)
        assert all(np.array_equal(vars(a)[k], vars(b)[k]) for k in vars(a))


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
    try:
        sets = [rows(task.splits()[s], 10) for s in ("training", "validation", "test")]
    except Unavailable as error:
        pytest.skip(str(error))
    for one, other in itertools.combinations(sets, 2):
        assert not one & other


def test_floor_lies_below_the_ceiling(tiny):
    floor, ceiling = tiny.floor(), tiny.ceiling()
    assert np.isfinite([floor, ceiling]).all()
    assert (ceiling > floor) == HIGHER_IS_BETTER[tiny.metric]
    for score in tiny.references().values():
        assert np.isfinite(score)


@pytest.mark.parametrize("name", ["recall", "temporal_order", "parity", "keyword",
                                  "associative_recall"])  # fmt: skip
def test_majority_floors(name):
    """Against scikit-learn's majority guess on the test split."""
    test = build(name).examples("test")
    blank = np.zeros((len(test), 1))
    guess = DummyClassifier(strategy="most_frequent").fit(blank, test.targets)
    assert build(name).floor() == pytest.approx(guess.score(blank, test.targets))


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
        examples.inputs, examples.targets, examples.scored, strict=True
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


def test_future_context_by_hand():
    examples = drawn(build("future_context[ahead=2,length=7]"))
    assert np.array_equal(examples.targets[:, :5], examples.inputs[:, 2:])
    assert examples.scored[:, :5].all() and not examples.scored[:, 5:].any()


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
