"""N-grams: the next symbol from counts of what followed the last few."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from architectures.architecture import Data, Estimator, Signature, architecture

NUMBERS = 8_000_000
"""Probabilities worked on at a time, which bounds the memory."""


@architecture("ngram", problems=("many-to-many",), neural=False, baseline=True)
class NGram(Estimator):
    """Interpolated n-gram model (Witten and Bell 1991): counts of what followed the last symbols.

    Each order is mixed with the one below it, the more strongly the more kinds of symbols
    followed a context for its number of occurrences; below single symbols stands the uniform
    distribution. Where fewer symbols came before, as at the start of a sequence, or a context
    is new, the lower orders are all there is.

    ``max_order``: the order (the last ``order - 1`` symbols are looked at) is chosen on validation
    up to this one, by the log-probability of the next symbol.
    """

    def __init__(self, signature: Signature, *, max_order: int = 5):
        super().__init__(signature)
        if max_order < 1:
            raise ValueError(f"ngram[max_order={max_order}]: must be at least 1")
        self.base = max(signature.input_size, 2)
        # contexts are numbered by 64-bit integers
        self.order = min(max_order, 1 + int(62 / np.log2(self.base)))
        self.levels: list[Level] = []

    @staticmethod
    def refuses(signature: Signature) -> str | None:
        if signature.inputs != "tokens" or signature.outputs != "tokens":
            spaces = f"{signature.outputs} from {signature.inputs}"
            return f"it predicts symbols from symbols, not {spaces}"
        if signature.problem != "many-to-many" or signature.horizon is None:
            return "it predicts the symbols that follow; here they are not what is asked for"
        return None

    def fit(self, training: Data, validation: Data, seed: int) -> dict[str, Any]:
        known = training.targets[training.loss_mask]
        for contexts in self._contexts(training.inputs, training.loss_mask):
            there = contexts >= 0
            if there.any():
                self.levels.append(Level.counted(contexts[there], known[there]))
        self.order = len(self.levels)
        right = validation.targets[validation.loss_mask]
        judged = self._contexts(validation.inputs, validation.loss_mask)
        scores = np.zeros(self.order)
        for rows in self._parts(len(right)):
            for place, mixed in enumerate(self._ladder([level[rows] for level in judged])):
                likelihoods = mixed[np.arange(len(mixed)), right[rows]]
                scores[place] += np.log(likelihoods).sum(dtype=float) / len(right)
        self.order = int(scores.argmax()) + 1
        self.levels = self.levels[: self.order]
        return {"order": self.order, "validation": float(scores.max())}

    def predict(self, inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        contexts = self._contexts(inputs, np.ones(inputs.shape, bool))
        log = np.empty((inputs.size, self.signature.output_size), np.float32)
        for rows in self._parts(len(log)):
            *_, highest = self._ladder([level[rows] for level in contexts])
            np.log(highest, out=log[rows])
        return log.reshape(*inputs.shape, -1)

    def _contexts(self, inputs: np.ndarray, which: np.ndarray) -> list[np.ndarray]:
        """For each order, the number of the context that ends at each step in question, -1 where
        the sequence is too young for it."""
        number = np.zeros_like(inputs)
        contexts = [number[which]]
        for lag in range(self.order - 1):
            earlier = np.pad(inputs, ((0, 0), (lag, 0)))[:, : inputs.shape[1]]
            number = number * self.base + earlier
            young = np.arange(inputs.shape[1]) < lag
            contexts.append(np.where(young, -1, number)[which])
        return contexts

    def _ladder(self, contexts: list[np.ndarray]) -> Iterator[np.ndarray]:
        """Probabilities of what follows, ``(rows, size)``, by one order after another; the same
        array each time."""
        size = self.signature.output_size
        single = np.full((1, size), 1 / size, np.float32)
        self.levels[0].mix_into(single, contexts[0][:1])
        mixed = np.repeat(single, len(contexts[0]), 0)  # without context all rows are alike
        yield mixed
        for level, numbers in zip(self.levels[1:], contexts[1:], strict=True):
            level.mix_into(mixed, numbers)
            yield mixed

    def _parts(self, rows: int) -> list[slice]:
        step = max(1, NUMBERS // self.signature.output_size)
        return [slice(at, at + step) for at in range(0, rows, step)]

    def arrays(self) -> dict[str, np.ndarray]:
        return {
            f"order_{order}/{name}": array
            for order, level in enumerate(self.levels, 1)
            for name, array in vars(level).items()
        }

    def parameter_count(self) -> int:
        """Number of different n-grams counted, of all orders."""
        return sum(len(level.counts) for level in self.levels)


@dataclass(frozen=True)
class Level:
    """What followed each context of one length: those of context ``i`` are
    ``symbols[starts[i] : starts[i + 1]]``, so often ``counts[...]``."""

    contexts: np.ndarray
    """their numbers, sorted"""
    starts: np.ndarray
    symbols: np.ndarray
    counts: np.ndarray

    @staticmethod
    def counted(contexts: np.ndarray, symbols: np.ndarray) -> "Level":
        """From occurrences: the context before, the symbol after."""
        kinds, which = np.unique(contexts, return_inverse=True)
        size = int(symbols.max(initial=0)) + 1
        pairs, counts = np.unique(which * size + symbols, return_counts=True)
        starts = np.searchsorted(pairs, np.arange(len(kinds) + 1) * size)
        return Level(
            kinds, starts.astype(np.int32), (pairs % size).astype(np.int32), counts.astype(np.int32)
        )

    def mix_into(self, lower: np.ndarray, numbers: np.ndarray) -> None:
        """Turn the lower order's probabilities ``(rows, size)`` into this one's, in place;
        rows with a context never seen stay as they are."""
        place = np.searchsorted(self.contexts, numbers).clip(max=len(self.contexts) - 1)
        (rows,) = np.nonzero(self.contexts[place] == numbers)
        place = place[rows]
        first, kinds = self.starts[place], np.diff(self.starts)[place]
        total = np.add.reduceat(self.counts, self.starts[:-1])[place]
        share = np.ones((len(lower), 1), lower.dtype)
        share[rows, 0] = kinds / (total + kinds)
        lower *= share
        # one entry for each symbol that ever followed the row's context
        row = np.repeat(np.arange(len(rows)), kinds)
        entry = np.arange(len(row)) + (first - np.cumsum(kinds) + kinds)[row]
        lower[rows[row], self.symbols[entry]] += self.counts[entry] / (total + kinds)[row]
