"""Is the number of ones odd?"""

from dataclasses import dataclass

import numpy as np

from tasks.task import Classes, Examples, Problem, Synthetic, Tokens, task


@task("parity")
@dataclass(frozen=True)
class Parity(Synthetic):
    """Tell whether a string of bits holds an odd number of ones.

    ``1 0 1 1  ->  odd``. Trained on lengths from 1 to ``length``, so that short strings teach the
    rule that long ones need; tested at ``length``. Every bit matters and no part of the string
    gives a hint: the model must carry one bit of state and update it at every step. Inputs
    ``(batch, length)``, targets ``(batch,)``; chance 1/2. ``beyond``: tested on up to so
    many times the length (Deletang et al. 2023, a regular language).
    """

    length: int = 20
    beyond: int = 1

    problem = Problem.MANY_TO_ONE
    inputs = Tokens(2)
    outputs = Classes(2)
    metric = "accuracy"
    readout_forced = True
    tags = ("state tracking",)
    grows = ("length",)
    tiny = {"length": 8}
    source = "Deletang et al. 2023 (neural networks and the Chomsky hierarchy)"

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        return self._strings(rng, rng.integers(1, self.length + 1, size=size))

    def draw_held_out(self, rng: np.random.Generator, size: int) -> Examples:
        return self._strings(rng, np.full(size, self.length))

    def _strings(self, rng: np.random.Generator, lengths: np.ndarray) -> Examples:
        bits = rng.integers(2, size=(len(lengths), self.length))
        bits *= np.arange(self.length) < lengths[:, None]
        return Examples.of(bits, bits.sum(1) % 2, lengths)
