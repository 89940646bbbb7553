"""Drawn tasks: what the right answer is, told by other means, and their bounds recomputed."""

from __future__ import annotations

import collections
import itertools
import math
import re

import numpy as np
import pytest

from tasks.synthetic.associative_recall import AssociativeRecall
from tasks.synthetic.bits import Bits
from tasks.synthetic.brackets import Brackets
from tasks.synthetic.counting import Counting
from tasks.synthetic.induction import Induction
from tasks.synthetic.oscillator import Oscillator
from tasks.synthetic.reference import Reference
from tasks.synthetic.selective_copy import SelectiveCopy
from tasks.synthetic.static import Static
from tasks.synthetic.switching import Switching

LONG = 30000
"""Examples enough for a share to be off by less than 0.01."""


def drawn(task, size=200, seed=0):
    return next(task.batches(np.random.default_rng(seed), size))


def rows(examples):
    """Inputs, targets, and which count, as lists of each example's true steps."""
    for inputs, length, targets, scored in zip(
        examples.inputs, examples.lengths, examples.targets, examples.loss_mask, strict=True
    ):
        yield inputs[:length].tolist(), targets[:length].tolist(), scored[:length].tolist()


# -- aligned -----------------------------------------------------------------------------------


def test_selective_copy_by_hand():
    for inputs, targets, scored in rows(drawn(SelectiveCopy(items=3, length=7, symbols=5))):
        read, written = inputs[:7], inputs[7:]
        assert written == [6, 5, 5]
        assert [token for token in read if token != 5] == targets[7:]
        assert scored == [False] * 7 + [True] * 3


def test_selective_copy_puts_items_everywhere_alike():
    inputs = drawn(SelectiveCopy(items=3, length=7, symbols=5), LONG).inputs[:, :7]
    assert (inputs < 5).mean(0) == pytest.approx(np.full(7, 3 / 7), abs=0.02)


def test_brackets_by_hand():
    task = Brackets(kinds=3, depth=5, length=25)
    levels = set()
    for inputs, targets, scored in rows(drawn(task)):
        still_open: list[int] = []
        for token, target, counts in zip(inputs, targets, scored, strict=True):
            if token < 3:
                still_open.append(token)
            else:
                assert still_open.pop() == token - 3
                levels.add(len(still_open))
            assert still_open[-1] == target
            assert counts == (token >= 3)
        assert any(scored)
    assert levels == {2, 3, 4}


def test_brackets_cannot_be_told_by_counting():
    """How many are open tells nothing; how many of each kind no more than their shares."""
    task = Brackets(kinds=2, depth=4, length=8)
    by_level = collections.defaultdict(collections.Counter)
    by_counts = collections.defaultdict(collections.Counter)
    for inputs, targets, scored in rows(task.draw(np.random.default_rng(0), LONG)):
        for step in np.flatnonzero(scored):
            read = collections.Counter(inputs[: step + 1])
            counts = tuple(read[kind] - read[kind + 2] for kind in range(2))
            by_level[step, sum(counts)][targets[step]] += 1
            by_counts[counts][targets[step]] += 1
    for answers in by_level.values():
        assert max(answers.values()) / answers.total() < 0.53
    right = {counts: max(n.values()) / n.total() for counts, n in by_counts.items()}
    assert set(right) == {(2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3)}
    for counts, share in right.items():
        assert share == pytest.approx(max(counts) / sum(counts), abs=0.02)


def test_brackets_reference_by_hand():
    hits = total = 0
    for inputs, targets, scored in rows(Brackets().examples("test")):
        for step in np.flatnonzero(scored):
            read = collections.Counter(inputs[: step + 1])
            hits += max(range(4), key=lambda k: read[k] - read[k + 4]) == targets[step]  # noqa: B023
            total += 1
    assert Brackets().references() == {"the kind most often open": pytest.approx(hits / total)}


def test_brackets_floor_is_a_guess():
    assert Brackets(length=100).floor() == pytest.approx(1 / 4, abs=0.01)


@pytest.mark.parametrize("letters", [2, 3])
def test_counting_by_hand(letters):
    task = Counting(longest=6, letters=letters, strings=3)
    spelling = "abc"[:letters]
    every = set()
    for inputs, targets, scored in rows(drawn(task, 500)):
        text = "".join((spelling + "$")[token] for token in [*inputs, targets[-1]])
        strings = re.findall("".join(f"({letter}+)" for letter in spelling) + r"\$", text)
        assert len(strings) == 3 and len(text) == sum(letters * len(s[0]) + 1 for s in strings)
        for string in strings:
            (n,) = {len(run) for run in string}
            every.add(n)
        assert targets == [(spelling + "$").index(letter) for letter in text[1:]]
        assert scored == [letter in "bc" for letter in text[:-1]]
    assert every == set(range(1, 7))


def test_counting_is_tested_on_large_n():
    task = Counting(longest=10, strings=4, beyond=4)
    for split, factor in (("validation", 1), ("test", 1), ("test@2x", 2), ("test@4x", 4)):
        every = {
            len(run)
            for inputs, _, _ in rows(task.examples(split))
            for run in re.findall("a+", "".join("ab$"[token] for token in inputs))
        }
        assert every == set(range(5 * factor + 1, 10 * factor + 1))


def test_counting_floor_by_hand():
    """Repeating the symbol errs once in each run that is scored."""
    task = Counting(longest=10, letters=3)
    text = [
        "".join("abc$"[token] for token in inputs) for inputs, *_ in rows(task.examples("test"))
    ]
    runs = [len(run) for row in text for run in re.findall("b+|c+", row)]
    assert task.floor() == pytest.approx(1 - len(runs) / sum(runs))
    assert task.outputs.size == 4 and task.horizon == 1


def test_bits_by_hand():
    for inputs, targets, scored in rows(drawn(Bits(n=3, lag=4, distractors=2))):
        assert len(inputs) == 10
        assert set(inputs[:3]) <= {0, 1} and set(inputs[3:7]) <= {3, 4} and inputs[7] == 2
        assert targets[:-1] == inputs[1:]
        assert [t for t, counts in zip(targets, scored, strict=True) if counts] == inputs[:3]
        assert scored == [False] * 7 + [True] * 3


def test_bits_bounds():
    """A fair coin needs a bit for each; what is to be said is as random as a coin."""
    task = Bits()
    held_out = task.examples("test")
    said = held_out.targets[held_out.loss_mask]
    coin = np.where(said == 1, 0.5, 0.5)
    assert task.floor() == -np.log2(coin).mean() and task.ceiling() == 0
    words = held_out.inputs[:, :4] @ [8, 4, 2, 1]
    assert np.bincount(words) / len(words) == pytest.approx(np.full(16, 1 / 16), abs=0.03)


def test_bits_through_n_states():
    """No hidden Markov model with N states says n bits again at less than n - log2 N bits."""
    n, words = 3, np.array(list(itertools.product((0, 1), repeat=3)))
    rng = np.random.default_rng(0)
    for states in (1, 2, 3, 4):
        for sharpness in (0.05, 0.3):
            belief = rng.dirichlet(np.full(states, sharpness), len(words))  # after each word
            says = rng.dirichlet(np.full(len(words), sharpness), states)  # from each state
            bits = -np.log2((belief @ says).diagonal() + 1e-300).mean()
            assert bits >= n - math.log2(states)
    # and it can be reached: each state stands for as many words
    belief = np.eye(4).repeat(2, 0)
    says = np.eye(4).repeat(2, 1) / 2
    assert -np.log2((belief @ says).diagonal()).mean() == pytest.approx(n - 2)


@pytest.mark.parametrize("cue", [True, False])
def test_switching_by_hand(cue):
    changes = collections.Counter()
    for inputs, targets, scored in rows(drawn(Switching(length=12, symbols=5, cue=cue), 2000)):
        if cue:
            switch = inputs.index(5)
            assert not scored[switch] and sum(scored) == 11
        else:
            assert max(inputs) < 5 and all(scored)
            switch = next(s for s in range(12) if targets[s] != inputs[s])
        changes[switch] += 1
        for step in range(12):
            if inputs[step] != 5:
                assert targets[step] == (inputs[step] + (step >= switch)) % 5
    assert set(changes) == {3, 4, 5, 6, 7, 8}
    assert max(changes.values()) < 1.3 * min(changes.values())


def test_switching_without_a_cue_has_the_clock_as_its_ceiling():
    """The best rule at each step, found by counting, comes to what is told as the ceiling."""
    task = Switching(length=24, cue=False)
    examples = drawn(task, LONG)
    after = (examples.inputs != examples.targets).mean(0)  # share for which the rule has changed
    counted = np.maximum(after, 1 - after).mean()
    assert counted == pytest.approx(7 / 8, abs=0.005)
    for split in ("validation", "test"):
        assert task.ceiling(split) == pytest.approx(counted, abs=0.01)
        changed = (task.examples(split).inputs != task.examples(split).targets).mean()
        assert task.floor(split) == pytest.approx(max(changed, 1 - changed))
    assert Switching(length=24, cue=True).ceiling() == 1


def test_switching_tells_nothing_beforehand():
    """Before and after the switch the tokens are alike: all of them equally frequent."""
    examples = drawn(Switching(length=12, symbols=4, cue=False), LONG)
    after = examples.inputs != examples.targets
    for part in (after, ~after):
        shares = np.bincount(examples.inputs[part], minlength=4) / part.sum()
        assert shares == pytest.approx(np.full(4, 0.25), abs=0.01)


def test_switching_may_know_a_few_examples_alone():
    """The same ones in each batch, and others with another seed."""

    def seen(seed: int, pool: int) -> set[bytes]:
        batches = Switching(length=8, pool=pool).batches(np.random.default_rng(seed), 16)
        return {row.tobytes() for _ in range(20) for row in next(batches).inputs}

    assert len(seen(0, 0)) > 100 and len(seen(0, 8)) == 8
    assert not seen(0, 8) & seen(1, 8)
    assert len(Switching(pool=8).training(np.random.default_rng(0), 100)) == 8


# -- one answer --------------------------------------------------------------------------------


@pytest.mark.parametrize("marker", [True, False])
def test_induction_by_hand(marker):
    asked, places = set(), set()
    for inputs, target in zip(
        *(lambda e: (e.inputs.tolist(), e.targets))(drawn(Induction(9, 5, marker), 2000)),
        strict=True,
    ):
        *before, last = inputs
        assert before.count(last) == 1
        place = before.index(last)
        assert before[place + 1] == target != last
        asked.add(last)
        places.add(place)
    assert asked == ({5} if marker else {0, 1, 2, 3, 4, 5})
    assert places == set(range(7))


@pytest.mark.parametrize("marker", [True, False])
@pytest.mark.parametrize("length", [6, 30])  # of few, the one asked for is the commonest
def test_induction_floor_by_hand(marker, length):
    task = Induction(length, marker=marker)
    held_out = task.examples("test")
    hits = 0
    for inputs, target in zip(held_out.inputs.tolist(), held_out.targets, strict=True):
        others = [token for token in inputs if token != inputs[-1]]
        hits += max(sorted(set(others)), key=others.count) == target
    assert task.floor() == hits / len(held_out)
    assert task.floor() > 1 / task.symbols


def test_reference_by_hand():
    task = Reference(distance=3, names=5, words=2)
    mr, mrs, he, she = range(4)
    seen = set()
    for inputs, target in zip(
        *(lambda e: (e.inputs.tolist(), e.targets))(drawn(task)), strict=True
    ):
        title, name, other_title, other_name, *words, pronoun = inputs
        assert {title, other_title} == {mr, mrs} and name != other_name
        assert all(4 <= n < 9 for n in (name, other_name)) and len(words) == 3
        assert all(9 <= word < 11 for word in words)
        person = {title: name, other_title: other_name}
        assert target == person[{he: mr, she: mrs}[pronoun]] - 4
        seen.add((title, pronoun))
    assert seen == {(mr, he), (mr, she), (mrs, he), (mrs, she)}


def test_reference_knows_no_shortcut():
    """Neither the nearer name nor a name's usual title gives the answer away."""
    examples = drawn(Reference(names=4), LONG)
    assert (examples.inputs[:, 3] - 4 == examples.targets).mean() == pytest.approx(0.5, abs=0.01)
    for pronoun in (2, 3):
        targets = examples.targets[examples.inputs[:, -1] == pronoun]
        assert np.bincount(targets) / len(targets) == pytest.approx(np.full(4, 0.25), abs=0.02)
    test = Reference().examples("test")
    nearer = [test.inputs[row, 3] - 4 == test.targets[row] for row in range(len(test))]
    assert Reference().references() == {"the nearer name": pytest.approx(np.mean(nearer))}


def test_static_by_hand():
    examples = drawn(Static(), LONG)
    assert examples.inputs.shape == (LONG, 1, 8)
    for (x,), target in zip(examples.inputs[:500].astype(float), examples.targets, strict=False):
        assert target == (2 * x[0] * x[1] + x[2] - x[3] > 0)
    assert examples.inputs.std() == pytest.approx(1, abs=0.01)
    assert examples.targets.mean() == pytest.approx(0.5, abs=0.01)


def test_static_is_not_linear():
    """Logistic regression finds what the reference says and no more; with the product, all."""
    from sklearn.linear_model import LogisticRegression

    training, test = drawn(Static(), 10000), Static().examples("test")
    x, unseen = training.inputs[:, 0], test.inputs[:, 0]
    linear = LogisticRegression().fit(x, training.targets).score(unseen, test.targets)
    assert linear == pytest.approx(Static().references()["best linear classifier"], abs=0.02)
    product = np.column_stack([x, x[:, 0] * x[:, 1]])
    unseen = np.column_stack([unseen, unseen[:, 0] * unseen[:, 1]])
    curved = LogisticRegression(C=1e4).fit(product, training.targets).score(unseen, test.targets)
    assert curved > 0.98 > 0.8 > linear


def test_interleaved_associative_recall_by_hand():
    task = AssociativeRecall(pairs=3, keys=5, values=4, interleaved=True)
    examples = drawn(task)
    assert task.inputs.size == 9 and examples.inputs.shape == (200, 7)
    for inputs, target in zip(examples.inputs.tolist(), examples.targets, strict=True):
        memory = dict(zip(inputs[:-1:2], inputs[1:-1:2], strict=True))
        assert len(memory) == 3 and all(key < 5 <= value for key, value in memory.items())
        assert memory[inputs[-1]] == target + 5


def test_interleaving_changes_the_form_only():
    """The same generator makes the same pairs and asks for the same key."""
    rng = [np.random.default_rng(0) for _ in range(2)]
    vectors = AssociativeRecall().draw(rng[0], 50)
    tokens = AssociativeRecall(interleaved=True).draw(rng[1], 50)
    assert np.array_equal(vectors.targets, tokens.targets)
    assert np.array_equal(vectors.inputs[:, :, :10].argmax(-1), tokens.inputs[:, ::2])
    assert np.array_equal(vectors.inputs[:, :-1, 10:].argmax(-1) + 10, tokens.inputs[:, 1::2])


@pytest.mark.parametrize(
    "make, parameters",
    [
        (Brackets, {"depth": 2}),
        (Brackets, {"length": 6}),
        (Brackets, {"kinds": 1}),
        (Counting, {"letters": 1}),
        (Counting, {"longest": 1}),
        (Induction, {"length": 2}),
        (Oscillator, {"horizon": 0}),
        (Reference, {"names": 1}),
        (SelectiveCopy, {"items": 21}),
        (Static, {"features": 3}),
        (Switching, {"symbols": 1}),
    ],
)
def test_parameters_that_leave_no_task_are_refused(make, parameters):
    with pytest.raises(ValueError, match=f"{make.name} needs .*{next(iter(parameters))}"):
        make(**parameters)
