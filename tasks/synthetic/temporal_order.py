"""In which order did two signals come?"""

from dataclasses import dataclass

import numpy as np

from tasks.task import Classes, Examples, Problem, Synthetic, Tokens, task


@task("temporal_order")
@dataclass(frozen=True)
class TemporalOrder(Synthetic):
    """Tell the order of two signals that stand far apart among distractors.

    ``E b X a d c Y c a B  ->  XY``, one of the four classes XX, XY, YX, YY. The sequence opens
    with E and closes with B; the first signal stands between 10 % and 20 %, the second between
    50 % and 60 % of the length; the rest is drawn from a, b, c, d. Inputs ``(batch, length)``,
    targets ``(batch,)``; chance 1/4 (Hochreiter & Schmidhuber 1997, experiment 6a, where the
    length is 100 to 110).
    """

    length: int = 30

    problem = Problem.MANY_TO_ONE
    inputs = Tokens(8)  # a b c d X Y E B
    outputs = Classes(4)
    metric = "accuracy"
    readout_forced = True
    tags = ("memory", "order")
    dependency = "length"
    tiny = {"length": 10}
    source = "Hochreiter & Schmidhuber 1997, experiment 6a"

    def __post_init__(self) -> None:
        if self.length < 5:
            raise ValueError(f"temporal_order needs length > 4: {self}")

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        tokens = rng.integers(4, size=(size, self.length))
        tokens[:, 0], tokens[:, -1] = 6, 7
        signals = rng.integers(2, size=(size, 2))
        for signal, (start, end) in zip(signals.T, ((0.1, 0.2), (0.5, 0.6)), strict=True):
            low, high = int(start * self.length), int(end * self.length)
            place = rng.integers(max(low, 1), max(high, low + 1) + 1, size=size)
            tokens[np.arange(size), place] = 4 + signal
        return Examples.of(tokens, 2 * signals[:, 0] + signals[:, 1])
