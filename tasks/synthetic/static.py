"""One vector, one label: no sequence at all."""

from dataclasses import dataclass

import numpy as np

from tasks.task import Classes, Examples, Problem, Synthetic, Vectors, accuracy_of, task


@task("static")
@dataclass(frozen=True)
class Static(Synthetic):
    """Classify a single vector of independent features.

    ``(0.9, -1.2, 0.3, ...)  ->  0``: whether x1 x2 + (x3 - x4) / 2 is positive, the sign of a
    product, which is the exclusive-or of two signs, shifted by a linear term; the other features
    say nothing. Features are standard normal. Inputs ``(batch, 1, features)``, targets
    ``(batch,)``; chance 1/2. No linear classifier beats the sign of the linear term alone, about
    77 %, which ``references`` gives (after the XOR of Minsky & Papert 1969).
    """

    features: int = 8

    problem = Problem.ONE_TO_ONE
    outputs = Classes(2)
    metric = "accuracy"
    tags = ("no order",)
    tiny = {"features": 4}
    source = "after Minsky & Papert 1969 (XOR)"

    def __post_init__(self) -> None:
        if self.features < 4:
            raise ValueError(f"static needs 4 features or more: {self}")

    @property
    def inputs(self) -> Vectors:
        return Vectors(self.features)

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        x = rng.standard_normal((size, 1, self.features))
        a, b, c, d = x[:, 0, :4].T
        return Examples.of(x, (a * b + (c - d) / 2 > 0).astype(int))

    def references(self) -> dict[str, float]:
        test = self.examples("test")
        linear = test.inputs[:, 0, 2] > test.inputs[:, 0, 3]
        return {"best linear classifier": accuracy_of(linear.astype(int), test)}
