"""A label that depends on what comes later."""

from dataclasses import dataclass

import numpy as np

from tasks.task import Classes, Examples, Problem, Synthetic, Tokens, task


@task("future_context")
@dataclass(frozen=True)
class FutureContext(Synthetic):
    """Label each step with the token that comes ``ahead`` steps later.

    With ahead 2:  ``5 1 7 3 2  ->  7 3 2 _ _``; the last ``ahead`` steps are not scored. Tokens are
    independent, so a model that reads from left to right can only guess, 1 / symbols. Inputs and
    targets ``(batch, length)``. After the argument for bidirectional networks in Schuster &
    Paliwal (1997).
    """

    ahead: int = 3
    length: int = 30
    symbols: int = 8

    problem = Problem.MANY_TO_MANY
    metric = "accuracy"
    tags = ("both directions",)
    dependency = "ahead"
    tiny = {"ahead": 1, "length": 6, "symbols": 4}
    source = "Schuster & Paliwal 1997 (bidirectional recurrent networks)"

    @property
    def inputs(self) -> Tokens:
        return Tokens(self.symbols)

    @property
    def outputs(self) -> Classes:
        return Classes(self.symbols)

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        tokens = rng.integers(self.symbols, size=(size, self.length))
        loss_mask = np.broadcast_to(np.arange(self.length) < self.length - self.ahead, tokens.shape)
        return Examples.of(tokens, np.roll(tokens, -self.ahead, 1), loss_mask=loss_mask)
