"""Remember n bits."""

from dataclasses import dataclass

import numpy as np

from tasks.task import Examples, Problem, Synthetic, Tokens, task


@task("bits")
@dataclass(frozen=True)
class Bits(Synthetic):
    """Remember ``n`` bits over a lag and say them again, as prediction of the next symbol.

    With n 3 and lag 4:  ``1 0 1 . , , . ! 1 0  ->  _ _ _ _ _ _ _ 1 0 1``: the lag holds random
    distractors, ``!`` the sign to begin; a bit once predicted is read before the next is asked.
    Inputs and targets ``(batch, 2 n + lag)``; only the last ``n`` steps are scored, in bits a
    symbol. A fair coin, the floor, needs 1, perfect memory 0: skill is the share of the n bits
    that was kept. What a hidden Markov model tells the second half of the first passes through
    one of N states, at most log2 N bits, so that its share is log2(N) / n at best: it needs 2^n
    states for what n units can hold (Ghahramani & Jordan 1997).
    """

    n: int = 4
    lag: int = 10
    distractors: int = 4

    problem = Problem.MANY_TO_MANY
    metric = "bits"
    causal = True
    horizon = 1
    tags = ("memory",)
    dependency = "lag"
    tiny = {"n": 2, "lag": 5}
    source = "Ghahramani & Jordan 1997 (factorial hidden Markov models)"

    @property
    def inputs(self) -> Tokens:
        return Tokens(3 + self.distractors)

    outputs = inputs

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        bits = rng.integers(2, size=(size, self.n))
        lag = 3 + rng.integers(self.distractors, size=(size, self.lag))
        text = np.concatenate([bits, lag, np.full((size, 1), 2), bits], 1)
        inputs, targets = text[:, :-1], text[:, 1:]
        loss_mask = np.broadcast_to(
            np.arange(2 * self.n + self.lag) >= self.n + self.lag, inputs.shape
        )
        return Examples.of(inputs, targets, loss_mask=loss_mask)

    def floor(self, split: str = "test") -> float:
        return 1.0
