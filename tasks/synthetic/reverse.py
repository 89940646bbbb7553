"""Write a sequence backwards."""

from dataclasses import dataclass

import numpy as np

from tasks.task import END, Examples, Problem, Synthetic, Tokens, accuracy_of, task


@task("reverse")
@dataclass(frozen=True)
class Reverse(Synthetic):
    """Write the sequence backwards, then end.

    ``5 2 7  ->  7 2 5 END``. Trained on lengths from 1 to ``length``; validated and tested on the
    upper half, length / 2 < steps <= length, and with ``beyond`` on the same half of 2, 4, ...
    times the length, where every sequence is longer than any in training. Inputs
    ``(batch, length)`` of symbols 1 to ``symbols``, targets ``(batch, length + 1)``; accuracy
    counts place by place, END too. Chance: 1 / symbols; the floor is one symbol all the way with
    END at the right place, as if the length were known (Deletang et al. 2023).
    """

    length: int = 10
    symbols: int = 8
    beyond: int = 1

    problem = Problem.SEQUENCE_TO_SEQUENCE
    metric = "accuracy"
    tags = ("memory", "order")
    grows = ("length",)
    dependency = "length"
    tiny = {"length": 5, "symbols": 4}
    source = "Deletang et al. 2023 (neural networks and the Chomsky hierarchy)"

    @property
    def inputs(self) -> Tokens:
        return Tokens(self.symbols + 1)

    outputs = inputs

    @property
    def longest_output(self) -> int:
        return self.beyond * self.length + 1

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        return self._reversed(rng, rng.integers(1, self.length + 1, size=size))

    def draw_held_out(self, rng: np.random.Generator, size: int) -> Examples:
        return self._reversed(rng, rng.integers(self.length // 2 + 1, self.length + 1, size=size))

    def _reversed(self, rng: np.random.Generator, lengths: np.ndarray) -> Examples:
        inputs = rng.integers(1, self.symbols + 1, size=(len(lengths), self.length))
        inputs *= np.arange(self.length) < lengths[:, None]
        rows = zip(inputs, lengths, strict=True)
        return Examples.pairs(inputs, [row[:steps][::-1].tolist() for row, steps in rows], lengths)

    def alignment(self, inputs: np.ndarray) -> np.ndarray:
        """The input step that each output step copies from, for one example's inputs without
        padding; -1 for the closing ``END``, which copies from none."""
        return np.arange(len(inputs) - 1, -2, -1)

    def floor(self, split: str = "test") -> float:
        """The symbol that training writes most often, as many times as it must be written."""
        drawn, held_out = self.floor_examples(), self.examples(split)
        counts = np.bincount(drawn.targets[drawn.loss_mask], minlength=2)
        usual = 1 + counts[1:].argmax()
        return accuracy_of(np.where(held_out.targets == END, END, usual), held_out)
