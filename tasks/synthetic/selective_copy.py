"""Write down the tokens that stood among blanks."""

from dataclasses import dataclass

import numpy as np

from tasks.task import Examples, Problem, Synthetic, Tokens, task


@task("selective_copy")
@dataclass(frozen=True)
class SelectiveCopy(Synthetic):
    """Read ``items`` tokens at random places among blanks, then write them in order.

    With items 3 and length 7:  ``. 5 . 2 7 . . ! . .  ->  _ _ _ _ _ _ _ 5 2 7``: ``.`` is a blank,
    ``!`` the sign to begin. The places change from sequence to sequence, so a fixed delay, which
    serves ``copy``, does not serve here: what to keep depends on what is read. Inputs and targets
    ``(batch, length + items)``; only the last ``items`` steps are scored. Without memory the best
    is a guess, 1 / symbols. ``beyond``: tested on up to so many times the items and the length
    (Gu & Dao 2023).
    """

    items: int = 4
    length: int = 20
    symbols: int = 8
    beyond: int = 1

    problem = Problem.MANY_TO_MANY
    metric = "accuracy"
    causal = True
    tags = ("memory", "recall")
    grows = ("items", "length")
    dependency = "length"
    tiny = {"items": 2, "length": 8, "symbols": 4}
    source = "Gu & Dao 2023 (Mamba)"

    def __post_init__(self) -> None:
        if not 1 <= self.items <= self.length:
            raise ValueError(f"selective_copy needs items from 1 to length: {self}")

    @property
    def inputs(self) -> Tokens:
        return Tokens(self.symbols + 2)

    @property
    def outputs(self) -> Tokens:
        return Tokens(self.symbols)

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        items = rng.integers(self.symbols, size=(size, self.items))
        places = np.sort(rng.random((size, self.length)).argsort(1)[:, : self.items], 1)
        inputs = np.full((size, self.length + self.items), self.symbols)
        np.put_along_axis(inputs, places, items, 1)
        inputs[:, self.length] = self.symbols + 1
        targets = np.zeros_like(inputs)
        targets[:, self.length :] = items
        loss_mask = np.broadcast_to(np.arange(inputs.shape[1]) >= self.length, inputs.shape)
        return Examples.of(inputs, targets, loss_mask=loss_mask)
