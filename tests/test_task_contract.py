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
from tasks.task import (
    END,
    Binary,
    Classes,
    Problem,
    Reals,
    Stored,
    Synthetic,
    Tokens,
    Unavailable,
    Vectors,
)

KNOWN = task_declarations()
ONE_STEP = (Problem.ONE_TO_ONE, Problem.ONE_TO_MANY)


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


def every(task):
    """A training batch, and the held-out examples of each split."""
    return [drawn(task), *(task.examples(split) for split in ("validation", *task.test_splits))]


def test_shapes_and_ranges(tiny):
    for examples in every(tiny):
        batch, time = examples.inputs.shape[:2]
        assert examples.lengths.shape == (batch,) and examples.lengths.dtype == np.int64
        assert examples.lengths.min() >= 1 and examples.lengths.max() <= time
        if tiny.problem in ONE_STEP:
            assert time == 1
        if isinstance(tiny.inputs, Tokens):
            assert examples.inputs.dtype == np.int64 and examples.inputs.ndim == 2
            assert examples.inputs.min() >= 0 and examples.inputs.max() < tiny.inputs.size
        else:
            assert isinstance(tiny.inputs, Vectors)
            assert examples.inputs.dtype == np.float32
            assert examples.inputs.shape == (batch, time, tiny.inputs.dim)
            assert np.isfinite(examples.inputs).all()
        lead: tuple[int, ...] = (batch,)
        if tiny.problem is Problem.MANY_TO_MANY:
            lead = (batch, time)
        elif tiny.problem.decoded:
            lead = (batch, examples.target_lengths.max())
        assert examples.scored.shape == lead and examples.scored.dtype == bool
        assert examples.scored.any()
        if isinstance(tiny.outputs, Reals | Binary):
            assert examples.targets.shape == (*lead, tiny.outputs.dim)
            assert examples.targets.dtype == np.float32
            assert np.isfinite(examples.targets[examples.scored]).all()
        else:
            assert examples.targets.shape == lead and examples.targets.dtype == np.int64
            scored = examples.targets[examples.scored]
            assert scored.min() >= 0 and scored.max() < tiny.outputs.size
        if isinstance(tiny.outputs, Binary):
            assert set(np.unique(examples.targets)) <= {0, 1}


def test_no_padded_step_is_scored(tiny):
    for examples in every(tiny):
        if examples.scored.ndim == 2 and not tiny.problem.decoded:
            padding = np.arange(examples.inputs.shape[1]) >= examples.lengths[:, None]
            assert not (examples.scored & padding).any()


def test_decoded_targets_end_once_and_are_scored_to_their_end(tiny):
    if not tiny.problem.decoded:
        for examples in every(tiny):
            assert examples.target_lengths is None and examples.variants is None
        return
    assert isinstance(tiny.outputs, Tokens)
    for examples in every(tiny):
        lengths = examples.target_lengths
        assert lengths.shape == (len(examples),) and lengths.dtype == np.int64
        assert lengths.max() <= tiny.longest_output
        places = np.arange(examples.targets.shape[1])
        assert np.array_equal(examples.scored, places < lengths[:, None])
        ends = (examples.targets == END) & examples.scored
        assert np.array_equal(ends, places == lengths[:, None] - 1)
        if examples.variants is not None:
            assert len(examples.variants) == len(examples) and examples.variants.ndim == 3
            assert examples.variants.min() >= 0 and examples.variants.max() < tiny.outputs.size
            ended = np.maximum.accumulate(examples.variants == END, axis=2)
            assert ended[:, :, -1].all() and (examples.variants[ended] == END).all()


def test_declarations(tiny):
    assert tiny.metric in HIGHER_IS_BETTER
    assert tiny.tags and tiny.source
    assert tiny.readout in ("last", "mean", "max")
    assert type(tiny).__doc__ and len(type(tiny).__doc__) > 100


def equal(a, b) -> bool:
    """Whether two batches are equal to the bit."""
    return a.arrays().keys() == b.arrays().keys() and all(
        np.array_equal(value, b.arrays()[name]) for name, value in a.arrays().items()
    )


def test_the_same_seed_draws_the_same_and_another_does_not(tiny):
    def first_batches(seed):
        return list(itertools.islice(tiny.batches(np.random.default_rng(seed), 16), 3))

    one, same, other = first_batches(1), first_batches(1), first_batches(2)
    for a, b in zip(one, same, strict=True):
        assert equal(a, b)
    assert not all(np.array_equal(a.inputs, b.inputs) for a, b in zip(one, other, strict=True))
    again = dataclasses.replace(tiny)  # a new instance, that has to load or draw again
    for split in ("validation", *tiny.test_splits):
        assert equal(tiny.examples(split), again.examples(split))


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


def test_floor_lies_below_the_ceiling(tiny):
    for split in ("validation", *tiny.test_splits):
        floor, ceiling = tiny.floor(split), tiny.ceiling(split)
        assert np.isfinite([floor, ceiling]).all()
        assert (ceiling > floor) == HIGHER_IS_BETTER[tiny.metric]
    for score in tiny.references().values():
        assert np.isfinite(score)


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
    test_shapes_and_ranges(longer)
    test_no_padded_step_is_scored(longer)
    test_decoded_targets_end_once_and_are_scored_to_their_end(longer)
    test_floor_lies_below_the_ceiling(longer)
    trained = drawn(longer, size=2000).lengths.max()
    for factor in (2, 4):
        examples = longer.examples(f"test@{factor}x")
        assert len(examples) == longer.test_size
        assert (examples.lengths > trained * factor / 2).all()
        assert examples.lengths.max() == pytest.approx(factor * trained, rel=0.2)


@pytest.mark.parametrize("name", ["recall", "temporal_order", "parity", "keyword",
                                  "associative_recall", "reference", "static"])  # fmt: skip
def test_majority_floors(name):
    """Against scikit-learn's majority guess on the held-out splits."""
    for split in ("validation", "test"):
        held_out = build(name).examples(split)
        blank = np.zeros((len(held_out), 1))
        guess = DummyClassifier(strategy="most_frequent").fit(blank, held_out.targets)
        assert build(name).floor(split) == pytest.approx(guess.score(blank, held_out.targets))


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
