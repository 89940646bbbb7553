"""The rule changes midway."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tasks.task import Classes, Examples, Problem, Synthetic, Tokens, accuracy_of, task


@task("switching")
@dataclass(frozen=True)
class Switching(Synthetic):
    """Label each token by a rule that changes once, midway.

    ``3 1 5 ! 2 7  ->  3 1 5 _ 3 0``: at first the label is the token itself, after the switch it
    is the next one in the alphabet (0 follows the last). The switch comes at random, evenly over
    the middle half of the sequence. With ``cue`` a sign marks it, whose step is not scored; one
    bit of memory solves that. Without, nothing in the tokens tells: the best that can be done is
    to know the time and to take the rule likelier by then, which is right in the first and last
    quarter and about 3 times in 4 between, 7/8 in all; that predictor, scored on the split, is
    the ceiling. Inputs and targets ``(batch, length)``. Floor: one rule throughout, about 1/2.
    ``pool``: different examples to train on, again and again; 0: they are new each time.
    """

    length: int = 24
    symbols: int = 8
    cue: bool = True
    pool: int = 0

    problem = Problem.MANY_TO_MANY
    metric = "accuracy"
    tags = ("changing rule", "state tracking")
    tiny = {"length": 8, "symbols": 4}
    source = "after the task-switching paradigm of Rogers & Monsell 1995"

    def __post_init__(self) -> None:
        if self.symbols < 2 or self.length < 4 or self.pool < 0:
            raise ValueError(f"switching needs symbols > 1, length > 3, pool >= 0: {self}")

    @property
    def inputs(self) -> Tokens:
        return Tokens(self.symbols + 1)

    @property
    def outputs(self) -> Classes:
        return Classes(self.symbols)

    @property
    def span(self) -> tuple[int, int]:
        """The first step at which the rule may change, and the first at which no longer."""
        return self.length // 4, self.length - self.length // 4

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        tokens = rng.integers(self.symbols, size=(size, self.length))
        switch = rng.integers(*self.span, size=(size, 1))
        steps = np.arange(self.length)
        labels = (tokens + (steps >= switch)) % self.symbols
        signs = (steps == switch) & self.cue
        return Examples.of(np.where(signs, self.symbols, tokens), labels, loss_mask=~signs)

    def training(self, rng: np.random.Generator, size: int) -> Examples:
        return super().training(rng, min(size, self.pool or size))

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[Examples]:
        if not self.pool:
            yield from super().batches(rng, size)
        pool = super().training(rng, self.pool)
        while True:
            yield pool.take(rng.integers(self.pool, size=size))

    def floor(self, split: str = "test") -> float:
        """One of the two rules throughout, the one that is right more often in training."""

        def shares(part: Examples) -> list[float]:
            return [accuracy_of((part.inputs + shift) % self.symbols, part) for shift in (0, 1)]

        better = int(np.argmax(shares(self.floor_examples())))
        return shares(self.examples(split))[better]

    def ceiling(self, split: str = "test") -> float:
        if self.cue:
            return 1.0
        held_out = self.examples(split)
        first, last = self.span
        changed = (np.arange(self.length) - first + 1) / (last - first)  # odds of it, from 0 to 1
        return accuracy_of((held_out.inputs + (changed > 0.5)) % self.symbols, held_out)
