"""Write a sequence in ascending order."""

from dataclasses import dataclass

import numpy as np

from tasks.task import END, Examples, Problem, Synthetic, Tokens, task


@task("sort")
@dataclass(frozen=True)
class Sort(Synthetic):
    """Write the symbols in ascending order, then end.

    ``5 2 7 2  ->  2 2 5 7 END``. Trained on lengths from 1 to ``length``; validated and tested on
    the upper half, length / 2 < steps <= length, and with ``beyond`` on the same half of 2, 4, ...
    times the length, where every sequence is longer than any in training. Inputs
    ``(batch, length)`` of symbols 1 to ``symbols``, targets ``(batch, length + 1)``; accuracy
    counts place by place, END too. Much is known without looking: the first is most likely a 1.
    The floor writes at each place the likeliest symbol for a sequence of that length, and END
    where it belongs (Graves, Wayne & Danihelka 2014; Deletang et al. 2023, bucket sort).
    """

    length: int = 10
    symbols: int = 8
    beyond: int = 1

    problem = Problem.SEQUENCE_TO_SEQUENCE
    metric = "accuracy"
    tags = ("counting", "order")
    grows = ("length",)
    tiny = {"length": 5, "symbols": 4}
    source = "Graves, Wayne & Danihelka 2014 (priority sort); Deletang et al. 2023 (bucket sort)"

    @property
    def inputs(self) -> Tokens:
        return Tokens(self.symbols + 1)

    outputs = inputs

    @property
    def longest_output(self) -> int:
        return self.beyond * self.length + 1

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        return self._sorted(rng, rng.integers(1, self.length + 1, size=size))

    def draw_held_out(self, rng: np.random.Generator, size: int) -> Examples:
        return self._sorted(rng, rng.integers(self.length // 2 + 1, self.length + 1, size=size))

    def _sorted(self, rng: np.random.Generator, lengths: np.ndarray) -> Examples:
        inputs = rng.integers(1, self.symbols + 1, size=(len(lengths), self.length))
        inputs *= np.arange(self.length) < lengths[:, None]
        rows = zip(inputs, lengths, strict=True)
        return Examples.pairs(
            inputs, [sorted(row[:steps].tolist()) for row, steps in rows], lengths
        )

    def floor(self, split: str = "test") -> float:
        held_out = self.examples(split)
        guess = np.full_like(held_out.targets, END)
        for steps in np.unique(held_out.lengths):
            guess[held_out.lengths == steps, :steps] = self._likeliest(steps)
        return float((guess == held_out.targets)[held_out.loss_mask].mean())

    def _likeliest(self, steps: int) -> np.ndarray:
        """The likeliest symbol at each place of a sorted sequence, ``(steps,)``."""
        from scipy.stats import binom

        share = np.arange(self.symbols + 1) / self.symbols
        # A place holds at most s if more symbols than stand before it are at most s.
        at_most = binom.sf(np.arange(steps)[:, None], steps, share)
        return 1 + np.diff(at_most, axis=1).argmax(1)
