"""Find a local pattern, wherever it stands."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tasks.task import Classes, Examples, Problem, Synthetic, Tokens, task


@task("keyword")
@dataclass(frozen=True)
class Keyword(Synthetic):
    """Tell whether the keyword ``0 1 2`` occurs anywhere in the sequence.

    ``7 4 0 1 2 9  ->  yes``,  ``7 4 2 0 1 9  ->  no``. Half of the sequences get the keyword at a
    random place, the other half the same tokens in another order, so that counting tokens does
    not help; the label is then read off the sequence. Tokens are drawn from ``symbols``. Inputs
    ``(batch, length)``, targets ``(batch,)``; chance 1/2. The home ground of convolution with
    max-pooling (Collobert et al. 2011; Kim 2014).

    ``place=early``: the keyword or its scramble stands in the first half, and no keyword stands
    elsewhere, in training, validation and ``test``; in ``test@late`` all that is true of the
    second half. ``late`` is the reverse, with ``test@early``. Who knows the pattern apart from
    its place does equally well on both.

    ``noise``: the share of the training examples, drawn at random, whose label is the wrong one;
    those held out are all labelled right.
    """

    length: int = 30
    symbols: int = 10
    place: Literal["anywhere", "early", "late"] = "anywhere"
    noise: float = 0.0

    problem = Problem.MANY_TO_ONE
    outputs = Classes(2)
    metric = "accuracy"
    readout = "max"
    tags = ("local pattern",)
    tiny = {"length": 8, "symbols": 4}
    source = "Kim 2014 (n-gram filters with max-over-time pooling)"

    def __post_init__(self) -> None:
        least = 3 if self.place == "anywhere" else 6
        if self.length < least or self.symbols < 3:
            raise ValueError(f"keyword needs length >= {least}, symbols > 2: {self}")
        if not 0 <= self.noise < 0.5:
            raise ValueError(f"keyword needs a noise of 0 or more, below 0.5: {self}")

    @property
    def inputs(self) -> Tokens:
        return Tokens(self.symbols)

    @property
    def test_splits(self) -> tuple[str, ...]:
        other = {"early": ("test@late",), "late": ("test@early",)}
        return ("test", *other.get(self.place, ()))

    def elsewhere(self, name: str) -> "Keyword":
        return replace(self, place=name)  # type: ignore[arg-type]  # one of test_splits

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        drawn = self.draw_held_out(rng, size)
        if self.noise:
            drawn.targets[rng.random(size) < self.noise] ^= 1
        return drawn

    def draw_held_out(self, rng: np.random.Generator, size: int) -> Examples:
        first, last = 0, self.length - 2  # where the keyword may begin, and from where no longer
        if self.place == "early":
            last = self.length // 2 - 2
        elif self.place == "late":
            first = self.length - self.length // 2
        tokens, left = np.empty((size, self.length), int), np.arange(size)
        while len(left):
            tokens[left] = self._planted(rng, len(left), first, last)
            begins = self._begins(tokens[left])
            left = left[begins[:, :first].any(1) | begins[:, last:].any(1)]
        return Examples.of(tokens, self._begins(tokens).any(1).astype(int))

    def _planted(self, rng: np.random.Generator, size: int, first: int, last: int) -> np.ndarray:
        """Sequences with the keyword or its scramble at a random place, ``(size, length)``."""
        tokens = rng.integers(self.symbols, size=(size, self.length))
        scrambled = np.array([[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
        planted = scrambled[rng.integers(len(scrambled), size=size)]
        planted[rng.random(size) < 0.5] = (0, 1, 2)
        place = rng.integers(first, last, size=(size, 1)) + np.arange(3)
        np.put_along_axis(tokens, place, planted, 1)
        return tokens

    def _begins(self, tokens: np.ndarray) -> np.ndarray:
        triples = np.lib.stride_tricks.sliding_window_view(tokens, 3, axis=1)
        return (triples == (0, 1, 2)).all(-1)
