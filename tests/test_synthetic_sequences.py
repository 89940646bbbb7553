"""Drawn sequences to be decoded, series, and test splits longer than the training: recomputed."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

from tasks.synthetic.brackets import Brackets
from tasks.synthetic.copy import Copy
from tasks.synthetic.induction import Induction
from tasks.synthetic.oscillator import Oscillator
from tasks.synthetic.parity import Parity
from tasks.synthetic.recall import Recall
from tasks.synthetic.reverse import Reverse
from tasks.synthetic.run_length import RunLength
from tasks.synthetic.selective_copy import SelectiveCopy
from tasks.synthetic.sort import Sort
from tasks.synthetic.static import Static


def drawn(task, size=200, seed=0):
    return next(task.batches(np.random.default_rng(seed), size))


def rows(examples):
    """Inputs, targets, and which count, as lists of each example's true steps."""
    for inputs, length, targets, scored in zip(
        examples.inputs, examples.lengths, examples.targets, examples.loss_mask, strict=True
    ):
        yield inputs[:length].tolist(), targets[:length].tolist(), scored[:length].tolist()


def pairs(examples):
    """Inputs and answers without END, as lists."""
    for inputs, length, targets, end in zip(
        examples.inputs, examples.lengths, examples.targets, examples.target_lengths, strict=True
    ):
        assert targets[end - 1] == 0
        yield inputs[:length].tolist(), targets[: end - 1].tolist()


# -- decoded -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "task, answer",
    [(Reverse(7, 5), lambda read: read[::-1]), (Sort(7, 5), lambda read: sorted(read))],
    ids=["reverse", "sort"],
)
def test_sequences_by_hand(task, answer):
    lengths = set()
    for read, written in pairs(drawn(task)):
        assert written == answer(read) and set(read) <= {1, 2, 3, 4, 5}
        lengths.add(len(read))
    assert lengths == {1, 2, 3, 4, 5, 6, 7}
    for split in ("validation", "test"):
        held_out = list(pairs(task.examples(split)))
        assert all(written == answer(read) for read, written in held_out)
        assert {len(read) for read, _ in held_out} == {4, 5, 6, 7}


@pytest.mark.parametrize("make", [Reverse, Sort])
def test_sequences_beyond_what_was_trained(make):
    task = make(length=7, beyond=4)
    for factor in (2, 4):
        held_out = task.examples(f"test@{factor}x")
        assert set(held_out.lengths) == set(range(7 * factor // 2 + 1, 7 * factor + 1))
        assert held_out.lengths.min() > 7 * factor / 2 >= 7
    assert task.longest_output == 29


def test_reverse_floor_by_hand():
    task = Reverse(beyond=2)
    for split in ("validation", "test", "test@2x"):
        written = [answer for _, answer in pairs(task.examples(split))]
        total = sum(len(answer) + 1 for answer in written)
        usual = statistics.mode(s for _, answer in pairs(task.floor_examples()) for s in answer)
        right = sum(answer.count(usual) for answer in written)
        assert task.floor(split) == pytest.approx((right + len(written)) / total)


def test_sort_floor_by_hand():
    """The likeliest symbol at each place, by counting many sorted draws of each length."""
    task = Sort(length=6, symbols=5)
    rng = np.random.default_rng(0)
    likeliest = {}
    for steps in (4, 5, 6):
        draws = np.sort(rng.integers(1, 6, size=(200_000, steps)), 1)
        likeliest[steps] = [np.bincount(column).argmax() for column in draws.T]
    hits = total = 0
    for read, written in pairs(task.examples("test")):
        guess = likeliest[len(read)]
        hits += 1 + sum(a == b for a, b in zip(guess, written, strict=True))
        total += 1 + len(written)
    assert task.floor() == pytest.approx(hits / total, abs=0.002)


def test_run_length_by_hand():
    task = RunLength(runs=3, longest=4, symbols=5)
    examples = drawn(task, 500)
    assert examples.inputs.shape == (500, 1, 27)
    spans = set()
    for (step,), written in pairs(examples):
        answer = []
        for run in range(3):
            symbol, count = np.split(np.array(step[9 * run : 9 * run + 9]), [5])
            assert sorted(symbol) == [0, 0, 0, 0, 1] and sorted(count) == [0, 0, 0, 1]
            answer += [symbol.tolist().index(1) + 1] * (count.tolist().index(1) + 1)
        assert written == answer
        spans.add(len(answer))
    assert spans == set(range(3, 13)) and task.longest_output == 13


def test_run_length_floor_by_hand():
    """The best in training of all answers of one symbol and any length, scored in plain code."""
    task = RunLength(runs=2, longest=3, symbols=4)

    def score(guess, examples):
        written = [answer + [0] for _, answer in pairs(examples)]
        hits = (g == w for answer in written for g, w in zip(guess, answer, strict=False))
        return sum(hits) / sum(map(len, written))

    guesses = [[symbol] * steps + [0] * (9 - steps) for symbol in range(1, 5) for steps in range(8)]
    best = max(guesses, key=lambda guess: score(guess, task.floor_examples()))
    assert task.floor() == pytest.approx(score(best, task.examples("test")))


# -- series ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sines", "logistic", "mackey_glass"])
@pytest.mark.parametrize("horizon", [1, 3])
def test_oscillator_targets_are_the_inputs_later(kind, horizon):
    examples = drawn(Oscillator(kind, horizon=horizon, length=20))
    assert np.array_equal(examples.targets[:, :-horizon], examples.inputs[:, horizon:])
    assert not examples.loss_mask[:, :10].any() and examples.loss_mask[:, 10:].all()


@pytest.mark.parametrize("kind", ["sines", "logistic", "mackey_glass"])
def test_oscillator_is_scaled(kind):
    inputs = drawn(Oscillator(kind, noise=0.0), 3000).inputs
    assert inputs.mean() == pytest.approx(0, abs=0.03)
    assert inputs.std() == pytest.approx(1, abs=0.03)


def test_sines_obey_their_recurrence():
    """A sum of two sines is told exactly by its last four values; the rest is noise."""
    clean = drawn(Oscillator("sines", noise=0.0, length=60), 50).inputs[:, :, 0].astype(float)
    for series in clean:
        past = np.stack([series[i : len(series) - 4 + i] for i in range(4)], 1)
        weights = np.linalg.lstsq(past, series[4:], rcond=None)[0]
        assert past @ weights == pytest.approx(series[4:], abs=2e-3)


def test_logistic_map_by_hand():
    examples = drawn(Oscillator("logistic", noise=0.0, length=30))
    x = examples.inputs.astype(float) / math.sqrt(8) + 0.5
    following = examples.targets / math.sqrt(8) + 0.5
    assert following == pytest.approx(4 * x * (1 - x), abs=1e-5)


def test_mackey_glass_by_hand():
    series = drawn(Oscillator("mackey_glass", noise=0.0, length=60), 50).inputs[:, :, 0]
    x = series.astype(float) * 0.235 + 0.926
    past = x[:, :-18]
    assert x[:, 18:] == pytest.approx(0.9 * x[:, 17:-1] + 0.2 * past / (1 + past**10), abs=1e-6)


def test_mackey_glass_is_chaotic():
    """Neighbours part exponentially: a billionth grows many thousandfold, but not at once."""
    from tasks.synthetic.oscillator import _mackey_glass

    class Nudged:
        def __init__(self, by):
            self.rng, self.by = np.random.default_rng(0), by

        def uniform(self, low, high, shape):
            return self.rng.uniform(low, high, shape) + self.by

    one, other = (_mackey_glass(Nudged(by), 100, 1500) for by in (0.0, 1e-9))
    apart = np.abs(one - other).mean(0)
    assert apart[1400:].mean() > 1000 * apart[:100].mean()


@pytest.mark.parametrize("kind", ["sines", "logistic", "mackey_glass"])
@pytest.mark.parametrize("horizon", [1, 6])
def test_oscillator_bounds_by_hand(kind, horizon):
    task = Oscillator(kind, horizon=horizon, noise=0.2)
    test = task.examples("test")
    series = np.concatenate([test.inputs, test.targets[:, -horizon:]], 1)[:, :, 0].astype(float)
    later = series[:, 30 + horizon :]
    persistence = np.mean((later - series[:, 30:-horizon]) ** 2)
    mean = np.mean((later - later.mean()) ** 2)
    assert task.floor() == pytest.approx(min(persistence, mean), rel=1e-4)
    assert task.ceiling() == pytest.approx(0.04)


def test_oscillator_ceiling_is_the_noise():
    """What is left when the clean series is taken from the noisy one of the same generator."""
    clean, noisy = (
        Oscillator("sines", noise=noise).draw(np.random.default_rng(0), 1000).targets
        for noise in (0.0, 0.1)
    )
    assert np.mean((noisy - clean) ** 2) == pytest.approx(Oscillator().ceiling(), rel=0.02)


# -- longer than in training -------------------------------------------------------------------


@pytest.mark.parametrize(
    "task, steps",
    [
        (Recall(lag=5, beyond=4), lambda k: 5 * k + 1),
        (Parity(length=8, beyond=4), lambda k: 8 * k),
        (Copy(items=2, lag=3, symbols=4, beyond=4), lambda k: 7 * k),
        (SelectiveCopy(items=2, length=6, symbols=4, beyond=4), lambda k: 8 * k),
        (Induction(length=8, symbols=4, beyond=4), lambda k: 8 * k),
        (Brackets(kinds=3, depth=4, length=10, beyond=4), lambda k: 10 * k),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_stretched_splits_are_as_long_as_they_say(task, steps):
    assert task.test_splits == ("test", "test@2x", "test@4x")
    for split, factor in (("test", 1), ("test@2x", 2), ("test@4x", 4)):
        held_out = task.examples(split)
        assert held_out.inputs.shape[1] == steps(factor)
        assert 0 < len(np.unique(held_out.inputs, axis=0)) == len(held_out) <= 1024
        assert set(held_out.lengths) == {steps(factor)}
        assert task.floor(split) < task.ceiling(split) == 1


def test_stretched_answers_are_right():
    parity = Parity(length=8, beyond=2).examples("test@2x")
    assert [sum(row) % 2 for row in parity.inputs.tolist()] == parity.targets.tolist()
    recall = Recall(lag=5, beyond=2).examples("test@2x")
    assert np.array_equal(recall.inputs[:, 0], recall.targets)
    for inputs, targets, scored in rows(Copy(items=2, lag=3, beyond=2).examples("test@2x")):
        assert inputs[:4] == targets[10:] and scored == [False] * 10 + [True] * 4
    selective = SelectiveCopy(items=2, length=6, symbols=4, beyond=2).examples("test@2x")
    for inputs, targets, scored in rows(selective):
        assert [token for token in inputs if token < 4] == targets[12:] and sum(scored) == 4


def test_a_task_of_one_length_refuses_to_be_stretched():
    with pytest.raises(NotImplementedError, match="one length"):
        Static().stretched(2)
