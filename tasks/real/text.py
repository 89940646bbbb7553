"""What the text tasks share: reading, numbering, padding, thinning out a long split, n-grams."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from tasks.task import package_folder


def lines(package: str, *path: str) -> list[str]:
    """The lines of a text file in a package's folder, blanks around them taken off."""
    with open(os.path.join(package_folder(package, package), *path), encoding="utf-8") as file:
        return [line.strip() for line in file]


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


def ngrams(ids: np.ndarray, size: int, order: int) -> list[np.ndarray]:
    """Probabilities of a symbol given none, one, ... ``order - 1`` before it, ``(size,) * n`` each.

    Each order is mixed with the one below it after Witten and Bell (1991): the more kinds of
    symbols followed a context, the likelier is one that never did.
    """
    tables = [np.full(size, 1 / size)]
    for n in range(1, order + 1):
        grams = np.stack([ids[k : len(ids) - n + 1 + k] for k in range(n)])
        flat = np.ravel_multi_index(tuple(grams), (size,) * n)
        counts = np.bincount(flat, minlength=size**n).reshape((size,) * n)
        kinds = np.maximum((counts > 0).sum(-1, keepdims=True), 1)
        mixed = (counts + kinds * tables[-1]) / (counts.sum(-1, keepdims=True) + kinds)
        tables.append(mixed)
    return tables[1:]
