"""Add two marked numbers."""

from dataclasses import dataclass

import numpy as np

from tasks.task import Examples, Problem, Reals, Synthetic, Vectors, task


@task("adding")
@dataclass(frozen=True)
class Adding(Synthetic):
    """Add the two numbers that carry a mark.

    With length 6:  ``(.3 0) (.9 1) (.1 0) (.5 0) (.2 1) (.7 0)  ->  1.1``: a number in [0, 1) and
    a mark at each step, one mark in each half. Inputs ``(batch, length, 2)``, targets
    ``(batch, 1)``, the metric is the mean squared error. Always guessing the mean, 1, scores
    1/6 (Hochreiter & Schmidhuber 1997, experiment 4, in the form of Bai et al. 2018).
    """

    length: int = 30

    problem = Problem.MANY_TO_ONE
    inputs = Vectors(2)
    outputs = Reals(1)
    metric = "mse"
    readout_forced = True
    tags = ("memory", "arithmetic")
    dependency = "length"
    tiny = {"length": 6}
    source = "Hochreiter & Schmidhuber 1997; Bai, Kolter & Koltun 2018"

    def __post_init__(self) -> None:
        if self.length < 2:
            raise ValueError(f"adding needs length > 1: {self}")

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        numbers = rng.random((size, self.length))
        half = self.length // 2
        rows = np.arange(size)
        first, second = rng.integers(half, size=size), rng.integers(half, self.length, size=size)
        marks = np.zeros_like(numbers)
        marks[rows, first] = marks[rows, second] = 1
        total = numbers[rows, first] + numbers[rows, second]
        return Examples.of(np.stack([numbers, marks], -1), total[:, None])

    def floor(self, split: str = "test") -> float:
        return float(((self.examples(split).targets - 1.0) ** 2).mean())
