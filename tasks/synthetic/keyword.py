"""Find a local pattern, wherever it stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.task import Classes, Examples, Problem, Synthetic, Tokens, accuracy_of, majority, task


@task("keyword")
@dataclass(frozen=True)
class Keyword(Synthetic):
    """Tell whether the keyword ``0 1 2`` occurs anywhere in the sequence.

    ``7 4 0 1 2 9  ->  yes``,  ``7 4 2 0 1 9  ->  no``. Half of the sequences get the keyword at a
    random place, the other half the same tokens in another order, so that counting tokens does
    not help; the label is then read off the sequence. Tokens are drawn from ``symbols``. Inputs
    ``(batch, length)``, targets ``(batch,)``; chance 1/2. The home ground of convolution with
    max-pooling (Collobert et al. 2011; Kim 2014).
    """

    length: int = 30
    symbols: int = 10

    problem = Problem.MANY_TO_ONE
    metric = "accuracy"
    readout = "max"
    tags = ("local pattern",)
    tiny = {"length": 8, "symbols": 4}
    source = "Kim 2014 (n-gram filters with max-over-time pooling)"

    @property
    def inputs(self) -> Tokens:
        return Tokens(self.symbols)

    @property
    def outputs(self) -> Classes:
        return Classes(2)

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        tokens = rng.integers(self.symbols, size=(size, self.length))
        scrambled = np.array([[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
        planted = scrambled[rng.integers(len(scrambled), size=size)]
        planted[rng.random(size) < 0.5] = (0, 1, 2)
        place = rng.integers(self.length - 2, size=(size, 1)) + np.arange(3)
        np.put_along_axis(tokens, place, planted, 1)
        triples = np.lib.stride_tricks.sliding_window_view(tokens, 3, axis=1)
        return Examples.of(tokens, (triples == (0, 1, 2)).all(-1).any(-1).astype(int))

    def floor(self, split: str = "test") -> float:
        held_out = self.examples(split)
        return accuracy_of(majority(held_out), held_out)

    def ceiling(self, split: str = "test") -> float:
        return 1.0
