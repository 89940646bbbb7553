"""Write down again what was read."""

from dataclasses import dataclass

import numpy as np

from tasks.task import Examples, Problem, Synthetic, Tokens, task


@task("copy")
@dataclass(frozen=True)
class Copy(Synthetic):
    """Read ``items`` tokens, wait for ``lag`` steps, then write them in the same order.

    With items 3 and lag 2:  ``5 2 7 . . ! . .  ->  _ _ _ _ _ 5 2 7``: ``.`` is a blank, ``!`` the
    sign to begin. Inputs and targets ``(batch, 2 items + lag)``; only the last ``items`` steps
    are scored. Without memory the best is a guess, 1 / symbols. ``beyond``: tested on up to so many
    times the items and the lag (Hochreiter & Schmidhuber 1997; Arjovsky, Shah & Bengio 2016).
    """

    items: int = 4
    lag: int = 10
    symbols: int = 8
    beyond: int = 1

    problem = Problem.MANY_TO_MANY
    metric = "accuracy"
    causal = True
    tags = ("memory", "recall")
    grows = ("items", "lag")
    dependency = "lag"
    tiny = {"items": 2, "lag": 2, "symbols": 4}
    source = "Hochreiter & Schmidhuber 1997; Arjovsky, Shah & Bengio 2016"

    @property
    def inputs(self) -> Tokens:
        return Tokens(self.symbols + 2)

    @property
    def outputs(self) -> Tokens:
        return Tokens(self.symbols)

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        items = rng.integers(self.symbols, size=(size, self.items))
        inputs = np.full((size, 2 * self.items + self.lag), self.symbols)
        inputs[:, : self.items] = items
        inputs[:, self.items + self.lag] = self.symbols + 1
        targets = np.zeros_like(inputs)
        targets[:, -self.items :] = items
        loss_mask = np.zeros(inputs.shape, bool)
        loss_mask[:, -self.items :] = True
        return Examples.of(inputs, targets, loss_mask=loss_mask)
