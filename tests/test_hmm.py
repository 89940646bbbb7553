"""The hidden Markov model, against hmmlearn, enumeration and the processes it is drawn from."""

from __future__ import annotations

import itertools
import pickle
import time
from dataclasses import replace

import numpy as np
import pytest

from architectures.architecture import Signature
from architectures.hmm import HMM
from architectures.markov import Chain, baum_welch, distribution, fit_supervised, initialise
from tasks.task import Examples

SYMBOLS = Chain(
    start=np.array([0.6, 0.3, 0.1]),
    transitions=np.array([[0.8, 0.15, 0.05], [0.1, 0.8, 0.1], [0.2, 0.1, 0.7]]),
    emissions=np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.1, 0.7, 0.1], [0.1, 0.4, 0.1, 0.4]]),
)
VECTORS = Chain(
    start=np.array([0.5, 0.5]),
    transitions=np.array([[0.9, 0.1], [0.2, 0.8]]),
    means=np.array([[1.0, 0.0], [-1.0, 0.5]]),
    variances=np.array([[1.0, 0.5], [0.5, 1.0]]),
)
NEXT = Signature("many-to-many", "tokens", 4, "tokens", 4, True, "per-step", 1)
TAGS = Signature("many-to-many", "tokens", 4, "classes", 3, False, "per-step")
SPOKEN = Signature("many-to-one", "vectors", 2, "classes", 2, False, "last")
WRITTEN = Signature("many-to-one", "tokens", 4, "classes", 2, False, "last")
AHEAD = Signature("many-to-many", "vectors", 2, "reals", 2, True, "per-step", 2)


def draw(chain: Chain, rng: np.random.Generator, batch: int, time: int):
    """States and observations drawn from a chain, ``(batch, time)`` each."""

    def pick(probabilities):  # one draw a row
        below = probabilities.cumsum(-1) < rng.random(probabilities.shape[:-1])[..., None]
        return np.minimum(below.sum(-1), probabilities.shape[-1] - 1)

    states = np.empty((batch, time), int)
    states[:, 0] = pick(np.broadcast_to(chain.start, (batch, len(chain.start))))
    for t in range(1, time):
        states[:, t] = pick(chain.transitions[states[:, t - 1]])
    if chain.emissions is not None:
        return states, pick(chain.emissions[states])
    noise = rng.standard_normal((batch, time, chain.means.shape[1]))
    return states, chain.means[states] + noise * np.sqrt(chain.variances[states])


def example_sets(use: str, rng: np.random.Generator, sizes=(300, 100)) -> list[Examples]:
    """Ragged training and validation examples for one of the four uses."""
    sets = []
    for size in sizes:
        lengths = rng.integers(8, 21, size)
        if use == "classify-vectors":
            labels = rng.integers(0, 2, size)
            other = replace(VECTORS, transitions=np.full((2, 2), 0.5), means=VECTORS.means / 2)
            x = np.where(
                labels[:, None, None] == 0,
                draw(VECTORS, rng, size, 20)[1],
                draw(other, rng, size, 20)[1],
            )
            sets.append(Examples.of(x, labels, lengths))
        elif use == "classify-tokens":
            labels = rng.integers(0, 2, size)
            other = replace(SYMBOLS, transitions=np.full((3, 3), 1 / 3))
            x = np.where(
                labels[:, None] == 0, draw(SYMBOLS, rng, size, 20)[1], draw(other, rng, size, 20)[1]
            )
            sets.append(Examples.of(x, labels, lengths))
        elif use == "tag":
            states, x = draw(SYMBOLS, rng, size, 20)
            sets.append(Examples.of(x, states, lengths))
        elif use == "continue":
            _, x = draw(SYMBOLS, rng, size, 21)
            sets.append(Examples.of(x[:, :-1], x[:, 1:], lengths))
        else:
            _, x = draw(VECTORS, rng, size, 22)
            sets.append(Examples.of(x[:, :-2], x[:, 2:], lengths))
    return sets


USES = {
    "classify-vectors": SPOKEN,
    "classify-tokens": WRITTEN,
    "tag": TAGS,
    "tag-causal": replace(TAGS, causal=True),
    "continue": NEXT,
    "forecast": AHEAD,
}


def fitted(use: str, seed: int = 0, **parameters) -> tuple[HMM, dict, Examples]:
    training, validation = example_sets(use.removesuffix("-causal"), np.random.default_rng(5))
    model = HMM(USES[use], **{"max_states": 3, "iterations": 8, **parameters})
    return model, model.fit(training, validation, seed), validation


def reference(chain: Chain):
    """The same chain as an hmmlearn model."""
    from hmmlearn.hmm import CategoricalHMM, GaussianHMM

    if chain.emissions is not None:
        model = CategoricalHMM(len(chain.start), n_features=chain.emissions.shape[1])
        model.emissionprob_ = chain.emissions
    else:
        model = GaussianHMM(len(chain.start))
        model.means_, model.covars_, model.n_features = chain.means, chain.variances, 2
    model.startprob_, model.transmat_ = chain.start, chain.transitions
    return model


@pytest.mark.parametrize("chain", [SYMBOLS, VECTORS], ids=["symbols", "vectors"])
def test_filter_and_smoother_agree_with_hmmlearn(chain):
    rng = np.random.default_rng(0)
    _, x = draw(chain, rng, 6, 30)
    lengths = np.array([30, 1, 7, 29, 2, 15])
    _, normalisers = chain.filter(x, lengths)
    smoothed = chain.smooth(x, lengths)
    for row, length in enumerate(lengths):
        alone = x[row, :length].reshape(length, -1)
        assert normalisers[row].sum() == pytest.approx(reference(chain).score(alone), abs=1e-9)
        np.testing.assert_allclose(
            smoothed[row, :length], reference(chain).predict_proba(alone), atol=1e-9
        )


def test_the_next_symbol_agrees_with_enumeration():
    """P(x_{t+1} | x_1..x_t) by summing over every path of states."""
    model = HMM(NEXT)
    model.chains = [SYMBOLS]
    x = np.array([0, 2, 1, 1])

    def probability(symbols):
        total = 0.0
        for path in itertools.product(range(3), repeat=len(symbols)):
            p = SYMBOLS.start[path[0]]
            for before, after in itertools.pairwise(path):
                p *= SYMBOLS.transitions[before, after]
            total += p * np.prod(SYMBOLS.emissions[list(path), symbols])
        return total

    answer = np.exp(model.predict(x[None], np.array([4])))[0]
    for t in range(4):
        past = list(x[: t + 1])
        expected = [probability([*past, symbol]) / probability(past) for symbol in range(4)]
        np.testing.assert_allclose(answer[t], expected, atol=1e-9)


def test_hopeless_inputs_do_not_underflow():
    far = np.full((1, 5, 2), 1e4)
    filtered, normalisers = VECTORS.filter(far, np.array([5]))
    assert np.isfinite(filtered).all() and np.isfinite(normalisers).all()
    assert np.isfinite(VECTORS.smooth(far, np.array([5]))).all()
    stuck = Chain(distribution(np.array([1.0, 0])), distribution(np.eye(2)),
                  emissions=distribution(np.array([[1.0, 0], [0, 1]])))  # fmt: skip
    assert np.isfinite(stuck.filter(np.array([[0, 1, 0, 1]]), np.array([4]))[1]).all()


def test_em_is_a_fit_to_the_source():
    """Bits a symbol, on fresh sequences, next to those of the process they are drawn from."""
    rng = np.random.default_rng(1)
    source = Chain(
        distribution(np.ones(4)),
        distribution(np.eye(4) * 6 + rng.dirichlet(np.ones(4), 4)),
        emissions=distribution(rng.dirichlet(np.full(8, 0.3), 4)),
    )
    sets = []
    for size in (3000, 200, 500):
        x = draw(source, rng, size, 41)[1]
        sets.append(Examples.of(x[:, :-1], x[:, 1:]))
    model = HMM(replace(NEXT, input_size=8, output_size=8), max_states=8)
    chosen = model.fit(sets[0], sets[1], 0)
    best = HMM(model.signature)
    best.chains = [source]

    def bits(model):
        log = model.predict(sets[2].inputs, sets[2].lengths)
        return -np.take_along_axis(log, sets[2].targets[..., None], 2).mean() / np.log(2)

    floor = bits(best)
    unigram = np.bincount(sets[0].inputs.ravel(), minlength=8) / sets[0].inputs.size
    memoryless = -np.log2(unigram[sets[2].targets]).mean()
    assert chosen["states"] >= 3
    assert floor - 0.01 < bits(model) < floor + 0.02 < memoryless - 0.2


def test_counting_is_counting():
    """Two sequences by hand, one label of which is unknown."""
    x = np.array([[0, 1, 1, 3], [2, 1, 0, 0]])
    labels = np.array([[0, 1, 1, 2], [2, 1, 0, 0]])
    known = np.array([[1, 1, 0, 1], [1, 1, 0, 0]], bool)
    chain = fit_supervised(x, labels, known, 3, 4, alpha=1.0)
    np.testing.assert_allclose(chain.start, np.array([2, 1, 2]) / 5, atol=1e-6)
    moves = np.array([[1 / 4, 2 / 4, 1 / 4], [1 / 3] * 3, [1 / 4, 2 / 4, 1 / 4]])
    np.testing.assert_allclose(chain.transitions, moves, atol=1e-6)
    emitted = np.array([[2, 1, 1, 1], [1, 3, 1, 1], [1, 1, 2, 2]])
    np.testing.assert_allclose(chain.emissions, emitted / emitted.sum(1, keepdims=True), atol=1e-6)


def test_tagging_is_as_good_as_the_source_allows():
    rng = np.random.default_rng(2)
    sets = [Examples.of(*draw(SYMBOLS, rng, size, 30)[::-1]) for size in (1000, 100, 500)]
    inputs, lengths, states = sets[2].inputs, sets[2].lengths, sets[2].targets
    right = {}
    for causal in (True, False):
        model = HMM(replace(TAGS, causal=causal))
        model.fit(sets[0], sets[1], 0)
        right[causal] = (model.predict(inputs, lengths).argmax(2) == states).mean()
    best_filtered = (SYMBOLS.filter(inputs, lengths)[0].argmax(2) == states).mean()
    best_smoothed = (SYMBOLS.smooth(inputs, lengths).argmax(2) == states).mean()
    assert right[True] == pytest.approx(best_filtered, abs=0.01)
    assert right[False] == pytest.approx(best_smoothed, abs=0.01)
    assert right[False] > right[True] + 0.02


def test_forecasts_are_those_of_the_chain():
    """For targets h steps ahead in the inputs: filtered state x transitions^h x means."""
    rng = np.random.default_rng(3)
    sets = []
    for size in (500, 100, 100):
        _, x = draw(VECTORS, rng, size, 42)
        sets.append(Examples.of(x[:, :-2], x[:, 2:]))
    model = HMM(AHEAD, max_states=2)
    assert model.fit(sets[0], sets[1], 0)["states"] == 2
    answer = model.predict(sets[2].inputs, sets[2].lengths)
    ahead = np.linalg.matrix_power(VECTORS.transitions, 2) @ VECTORS.means
    ideal = VECTORS.filter(sets[2].inputs, sets[2].lengths)[0] @ ahead
    assert ideal.std(axis=(0, 1))[0] > 0.3
    assert np.sqrt(np.mean((answer - ideal) ** 2)) < 0.06


def test_classes_are_named_as_well_as_their_sources_do():
    rng = np.random.default_rng(4)
    training, validation, test = example_sets("classify-vectors", rng, (400, 200, 1000))
    model = HMM(SPOKEN, max_states=3)
    model.fit(training, validation, 0)
    other = replace(VECTORS, transitions=np.full((2, 2), 0.5), means=VECTORS.means / 2)
    scores = [chain.filter(test.inputs, test.lengths)[1].sum(1) for chain in (VECTORS, other)]
    best = (np.argmax(scores, 0) == test.targets).mean()
    answer = model.predict(test.inputs, test.lengths)
    assert best > 0.75
    assert (answer.argmax(1) == test.targets).mean() > best - 0.04
    np.testing.assert_allclose(np.exp(answer).sum(1), 1)


def test_the_end_of_a_sequence_counts():
    """The class is the last symbol that is not a filler: no order-free model can tell."""
    rng = np.random.default_rng(6)

    def examples(size):
        x = np.where(rng.random((size, 12)) < 0.5, 0, rng.integers(1, 3, (size, 12)))
        x[:, 0] = rng.integers(1, 3, size)
        last = 11 - (x[:, ::-1] > 0).argmax(1)
        return Examples.of(x, x[np.arange(size), last] - 1)

    model = HMM(WRITTEN, max_states=4)
    test = examples(500)
    model.fit(examples(1000), examples(200), 0)
    assert (model.predict(test.inputs, test.lengths).argmax(1) == test.targets).mean() > 0.95


@pytest.mark.parametrize("use", USES)
def test_padding_never_matters(use):
    model, _, examples = fitted(use)
    filled = examples.inputs.copy()
    padding = np.arange(filled.shape[1]) >= examples.lengths[:, None]
    assert padding.any()
    filled[padding] = -7 if filled.dtype.kind == "i" else np.nan
    batch = model.predict(filled, examples.lengths)
    for row in range(20):
        length = examples.lengths[row]
        alone = model.predict(examples.inputs[row : row + 1, :length], np.array([length]))[0]
        together = batch[row] if use.startswith("classify") else batch[row, :length]
        np.testing.assert_allclose(together, alone, atol=1e-9)


@pytest.mark.parametrize("use", ["tag", "tag-causal", "continue", "forecast"])
def test_causal_answers_do_not_see_the_future(use):
    model, _, examples = fitted(use)
    lengths = np.full(len(examples), examples.inputs.shape[1])
    changed = examples.inputs.copy()
    changed[:, 10:] = changed[::-1, 10:]
    before, after = (model.predict(x, lengths)[:, :10] for x in (examples.inputs, changed))
    assert np.allclose(before, after, atol=1e-9) == (use != "tag")


@pytest.mark.parametrize("use", USES)
def test_a_seed_decides_everything_and_models_pickle(use):
    one, chosen, examples = fitted(use)
    two, again, _ = fitted(use)
    assert chosen == again
    answer = one.predict(examples.inputs, examples.lengths)
    np.testing.assert_array_equal(answer, two.predict(examples.inputs, examples.lengths))
    copied = pickle.loads(pickle.dumps(one))
    np.testing.assert_array_equal(answer, copied.predict(examples.inputs, examples.lengths))
    arrays = one.arrays()
    assert arrays and all(array.dtype == np.float64 for array in arrays.values())
    assert one.parameter_count() > 0


def test_another_seed_is_another_start():
    assert not np.array_equal(
        fitted("continue", 0)[0].chains[0].emissions, fitted("continue", 1)[0].chains[0].emissions
    )


@pytest.mark.parametrize("use", ["classify", "continue", "forecast"])
@pytest.mark.parametrize("states", [1, 2, 6])
def test_a_number_of_states_that_is_given_is_not_searched(use, states):
    use = next(name for name in USES if name.startswith(use))
    model, chosen, _ = fitted(use, states=states, restarts=2)
    assert all(len(chain.start) == states for chain in model.chains)
    assert chosen["states"] == states
    kinds = 1 if states == 1 else 2 + use.startswith("classify")  # left to right beside restarts
    assert chosen["candidates"] == kinds


def test_a_number_of_states_below_nought_is_refused():
    with pytest.raises(ValueError, match="states=-1"):
        HMM(NEXT, states=-1)


def test_free_parameters():
    assert SYMBOLS.parameter_count() == 2 + 3 * 2 + 3 * 3
    assert VECTORS.parameter_count() == 1 + 2 * 1 + 8
    assert replace(SYMBOLS, left_to_right=True).parameter_count() == 2 + 3 * 3
    model, chosen, _ = fitted("forecast")
    states = chosen["states"]
    assert model.parameter_count() == states * states - 1 + 4 * states + 2 * states


@pytest.mark.parametrize("use", [use for use in USES if "vectors" not in USES[use].inputs])
def test_symbols_never_seen_in_training(use):
    training, validation = example_sets(use.removesuffix("-causal"), np.random.default_rng(7))
    wide = replace(USES[use], input_size=6)
    if use == "continue":
        wide = replace(wide, output_size=6)
    model = HMM(wide, max_states=2, iterations=5)
    model.fit(training, validation, 0)
    answer = model.predict(np.array([[5, 5, 0, 4]]), np.array([4]))
    assert np.isfinite(answer).all()
    np.testing.assert_allclose(np.exp(answer).sum(-1), 1)


def test_the_last_target_is_learned_too():
    """An end of the text stands only among the targets."""
    x = np.tile([0, 1, 0, 1], (200, 1))
    y = np.tile([1, 0, 1, 3], (200, 1))
    model = HMM(NEXT, max_states=5)
    model.fit(Examples.of(x, y), Examples.of(x[:50], y[:50]), 0)
    assert np.exp(model.predict(x[:1], np.array([4])))[0, 3, 3] > 0.4


def test_only_scored_steps_teach_labels():
    rng = np.random.default_rng(8)
    training, validation = example_sets("tag", rng)
    scored = training.loss_mask & (rng.random(training.loss_mask.shape) < 0.7)
    nonsense = np.where(scored, training.targets, 0)
    one, two = HMM(TAGS), HMM(TAGS)
    one.fit(replace(training, loss_mask=scored), validation, 0)
    two.fit(replace(training, loss_mask=scored, targets=nonsense), validation, 0)
    np.testing.assert_array_equal(one.chains[0].emissions, two.chains[0].emissions)
    np.testing.assert_array_equal(one.chains[0].transitions, two.chains[0].transitions)


def test_a_class_without_examples_is_unlikely_not_an_error():
    training, validation = example_sets("classify-vectors", np.random.default_rng(9))
    model = HMM(replace(SPOKEN, output_size=3), max_states=2)
    model.fit(training, validation, 0)
    answer = model.predict(validation.inputs, validation.lengths)
    assert np.isfinite(answer).all() and not (answer.argmax(1) == 2).any()


def test_a_class_ruled_out_is_not_minus_infinity():
    model, _, examples = fitted("classify-vectors")
    far = 40 * np.sign(examples.inputs)
    answer = model.predict(far, examples.lengths)
    assert answer.min() < np.log(1e-11) and np.isfinite(answer).all()


def test_left_to_right_stays_so():
    rng = np.random.default_rng(10)
    _, x = draw(VECTORS, rng, 40, 20)
    lengths = np.full(40, 20)
    spread = np.ones(2)
    first = initialise(x, lengths, 3, None, True, rng, spread)
    chain, _ = baum_welch(first, x, lengths, 10, spread, 5.0)
    assert np.tril(chain.transitions, -1).max() < 1e-6
    assert chain.transitions[0, 2] < 1e-6 and chain.start[0] > 1 - 1e-6


def test_convergence_is_told():
    rng = np.random.default_rng(11)
    _, x = draw(SYMBOLS, rng, 100, 20)
    lengths = np.full(100, 20)
    first = initialise(x, lengths, 3, 4, False, rng)
    assert not baum_welch(first, x, lengths, 2)[1]
    assert baum_welch(initialise(x, lengths, 1, 4, False, rng), x, lengths, 20)[1]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"outputs": "reals", "problem": "many-to-one", "horizon": None}, "real numbers"),
        ({"outputs": "reals", "horizon": None}, "real numbers"),
        ({"outputs": "tokens", "inputs": "tokens", "horizon": None}, r"vocabulary\^n"),
        ({"inputs": "tokens"}, "reals from tokens"),
        ({"outputs": "classes", "problem": "sequence-to-sequence", "horizon": None}, "sequence-to"),
    ],
)
def test_refusals_have_reasons(changes, reason):
    signature = replace(AHEAD, **changes)
    assert HMM.refuses(AHEAD) is None
    with pytest.raises(ValueError, match=reason):
        HMM(signature)


def test_a_cell_takes_seconds():
    """16,000 sequences of 60 steps, though hmmlearn alone would take minutes over them."""
    rng = np.random.default_rng(12)
    _, x = draw(SYMBOLS, rng, 16_000, 61)
    training = Examples.of(x[:, :-1], x[:, 1:])
    began = time.process_time()
    HMM(NEXT).fit(training, training.take(slice(0, 512)), 0)
    assert time.process_time() - began < 20
