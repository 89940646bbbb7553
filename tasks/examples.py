"""Padded examples: what a task gives, and what a model is trained and scored on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

END = 0
"""The output symbol that ends every target sequence of a problem that is not aligned."""


@dataclass(frozen=True)
class Examples:
    """A padded batch of examples.

    ``inputs``: ``(batch, time)`` int64 for tokens, ``(batch, time, dim)`` float32 for vectors.
    ``lengths``: ``(batch,)`` int64, the true number of steps; what lies beyond is padding.
    ``targets``: one for an example ``(batch,)`` int64 or ``(batch, dim)`` float32;
    many-to-many ``(batch, time)`` int64 or ``(batch, time, dim)`` float32;
    one-to-many and sequence-to-sequence ``(batch, output time)`` int64, each closed by ``END``.
    ``loss_mask``: bool, ``(batch,)`` or as long as the targets: which of them count. Never padding.
    ``target_lengths``: ``(batch,)`` int64, the closing ``END`` included, where targets have a
    length of their own; None elsewhere.
    ``variants``: ``(batch, n, output time)`` int64: further right answers, each closed by
    ``END``; a row of nothing but ``END`` is no answer. None where there is only one.
    """

    inputs: np.ndarray
    lengths: np.ndarray
    targets: np.ndarray
    loss_mask: np.ndarray
    target_lengths: np.ndarray | None = None
    variants: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.lengths)

    def take(self, rows: np.ndarray | slice) -> "Examples":
        """The chosen examples, cut to the longest among them."""
        lengths, ends, variants = self.lengths[rows], self.target_lengths, self.variants
        if ends is not None:
            ends = ends[rows]
        targets: tuple[np.ndarray | slice, ...] = (rows,)
        if self.loss_mask.ndim == 2:
            steps = lengths if ends is None else ends
            targets = (rows, slice(int(steps.max(initial=1))))
        return Examples(
            self.inputs[rows, : int(lengths.max(initial=1))],
            lengths,
            self.targets[targets],
            self.loss_mask[targets],
            ends,
            None if variants is None else variants[rows],
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays there are, by name of the field."""
        return {name: array for name, array in vars(self).items() if array is not None}

    @staticmethod
    def of(
        inputs: np.ndarray,
        targets: np.ndarray,
        lengths: np.ndarray | None = None,
        loss_mask: np.ndarray | None = None,
    ) -> "Examples":
        """Examples with the usual defaults: full length, every real step scored.

        Whether there is one target per step is read off ``targets``: integer targets with two
        axes and real targets with three are per step.
        """
        batch, time = inputs.shape[:2]
        if lengths is None:
            lengths = np.full(batch, time)
        if loss_mask is None:
            per_step = targets.ndim == (2 if targets.dtype.kind in "iu" else 3)
            loss_mask = np.arange(time) < lengths[:, None] if per_step else np.ones(batch, bool)
        return Examples(
            inputs.astype(np.int64 if inputs.dtype.kind in "iu" else np.float32),
            np.asarray(lengths, np.int64),
            targets.astype(np.int64 if targets.dtype.kind in "iu" else np.float32),
            np.asarray(loss_mask, bool),
        )

    @staticmethod
    def pairs(
        inputs: np.ndarray,
        targets: Sequence[Sequence[int]],
        lengths: np.ndarray | None = None,
        variants: Sequence[Sequence[Sequence[int]]] | None = None,
    ) -> "Examples":
        """Examples whose outputs are sequences of their own, given without the closing ``END``.

        variants: for each example its further right answers, without ``END``.
        """
        plain = Examples.of(inputs, np.zeros(len(inputs), np.int64), lengths)
        target_lengths = np.array([len(target) + 1 for target in targets], np.int64)
        padded = np.full((len(targets), target_lengths.max(initial=1)), END, np.int64)
        for row, target in zip(padded, targets, strict=True):
            row[: len(target)] = target
        others = None
        if variants is not None and any(variants):
            steps = max(len(answer) + 1 for answers in variants for answer in answers)
            most = max(len(answers) for answers in variants)
            others = np.full((len(targets), most, steps), END, np.int64)
            for rows, answers in zip(others, variants, strict=True):
                for row, answer in zip(rows, answers, strict=False):
                    row[: len(answer)] = answer
        loss_mask = np.arange(padded.shape[1]) < target_lengths[:, None]
        return Examples(plain.inputs, plain.lengths, padded, loss_mask, target_lengths, others)


def joined(parts: Sequence[Examples]) -> Examples:
    """Examples of one kind put together, padded to the longest among them."""
    columns = [part.arrays() for part in parts]
    return Examples(**{name: _stacked([each[name] for each in columns]) for name in columns[0]})


def _stacked(arrays: list[np.ndarray]) -> np.ndarray:
    """Arrays one below the other, with zeros behind where others are longer."""
    shape = np.max([array.shape for array in arrays], 0)
    missing = [[(0, 0), *((0, n) for n in (shape - array.shape)[1:])] for array in arrays]
    return np.concatenate([np.pad(*pair) for pair in zip(arrays, missing, strict=True)])


def edits(answers: Iterable[Sequence[int]], examples: Examples) -> tuple[np.ndarray, np.ndarray]:
    """From each answer, without ``END``, to the nearest right one: insertions, deletions and
    substitutions (Levenshtein 1966), and the length of that right one, both ``(batch,)``."""
    from rapidfuzz.distance import Levenshtein

    found = []
    for row, answer in enumerate(answers):
        right = [until_end(examples.targets[row])]
        if examples.variants is not None:
            right += [until_end(other) for other in examples.variants[row] if other[0] != END]
        pairs = ((Levenshtein.distance(answer, each), len(each)) for each in right)
        found.append(min(pairs, key=lambda pair: pair[0]))
    distances, lengths = np.array(found, float).reshape(-1, 2).T
    return distances, lengths


def until_end(symbols: np.ndarray) -> list[int]:
    """What stands before the first ``END``."""
    (ends,) = np.nonzero(symbols == END)
    return symbols[: ends[0] if len(ends) else None].tolist()


def accuracy_of(guess: np.ndarray | int, examples: Examples) -> float:
    """Share of scored targets that a guess (one label, or one for each target) gets right."""
    return float((examples.targets == guess)[examples.loss_mask].mean())


def usual_labels(examples: Examples, inputs: int, labels: int) -> np.ndarray:
    """The most frequent label of each of so many input symbols, ``(inputs,)``; that of all where
    a symbol is never scored."""
    counts = np.zeros((inputs, labels), np.int64)
    mask = examples.loss_mask
    np.add.at(counts, (examples.inputs[mask], examples.targets[mask]), 1)
    return np.where(counts.any(1), counts.argmax(1), counts.sum(0).argmax())


def majority(examples: Examples) -> int:
    """The most frequent scored label."""
    return int(np.bincount(examples.targets[examples.loss_mask]).argmax())
