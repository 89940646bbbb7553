"""Count one letter, write as many of the next."""

from dataclasses import dataclass

import numpy as np

from tasks.task import Examples, Problem, Synthetic, Tokens, task


@task("counting")
@dataclass(frozen=True)
class Counting(Synthetic):
    """Predict the next symbol of strings a^n b^n, one after another.

    ``a a b b $ a b $ a a a b b b  ->  _ _ b $ _ _ $ _ _ _ _ b b $``: only the steps at which the
    next symbol is certain and not trivial are scored, those from the first b on up to the end of
    the string, which is part of the answer. With 3 ``letters`` the strings are a^n b^n c^n, and
    so on. Trained on n from 1 to ``longest``; validated and tested on the upper half,
    longest / 2 < n <= longest, and with ``beyond`` on the same half of 2, 4, ... times
    ``longest``. Inputs and targets ``(batch, strings * (letters * longest + 1) - 1)``, padded.
    Floor: the same symbol once more, right (n - 1) times in n (Gers & Schmidhuber 2001).
    """

    longest: int = 10
    letters: int = 2
    strings: int = 6
    beyond: int = 1

    problem = Problem.MANY_TO_MANY
    metric = "accuracy"
    causal = True
    horizon = 1
    tags = ("counting", "state tracking")
    grows = ("longest",)
    tiny = {"longest": 5, "strings": 5}
    source = "Gers & Schmidhuber 2001"

    def __post_init__(self) -> None:
        if self.letters < 2 or self.strings < 1 or self.longest < 2:
            raise ValueError(f"counting needs letters > 1, strings > 0, longest > 1: {self}")

    @property
    def inputs(self) -> Tokens:
        return Tokens(self.letters + 1)

    outputs = inputs

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        return self._strings(rng.integers(1, self.longest + 1, size=(size, self.strings)))

    def draw_held_out(self, rng: np.random.Generator, size: int) -> Examples:
        low = self.longest // 2 + 1
        return self._strings(rng.integers(low, self.longest + 1, size=(size, self.strings)))

    def _strings(self, n: np.ndarray) -> Examples:
        alphabet = np.arange(self.letters + 1)  # a, b, ..., each n times; the end, once
        runs = np.where(alphabet < self.letters, n[:, :, None], 1)
        lengths = runs.sum((1, 2)) - 1
        width = self.strings * (self.letters * self.longest + 1)
        text = np.zeros((len(n), width), np.int64)
        text[np.arange(width) <= lengths[:, None]] = np.repeat(
            np.tile(alphabet, n.size), runs.ravel()
        )
        inputs, targets = text[:, :-1], text[:, 1:]
        counted = (inputs > 0) & (inputs < self.letters)
        return Examples.of(inputs, targets, lengths, counted)

    def floor(self, split: str = "test") -> float:
        held_out = self.examples(split)
        return float((held_out.inputs == held_out.targets)[held_out.loss_mask].mean())
