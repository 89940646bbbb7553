"""What followed this token the last time?"""

from dataclasses import dataclass

import numpy as np

from tasks.task import Classes, Examples, Problem, Synthetic, Tokens, task


@task("induction")
@dataclass(frozen=True)
class Induction(Synthetic):
    """Name the token that followed the last one when it stood there before.

    ``4 1 ! 6 2 7 3 !  ->  6``: the last token came once before, at a random place, and the token
    after it there is the answer. With ``marker`` the token asked for is always the same special
    one; without, it is any token, another in every sequence, so that it is known only at the end.
    Inputs ``(batch, length)``, targets ``(batch,)``; chance 1 / symbols, and naming the commonest
    token of the sequence, which needs no order, does better: that is the floor. ``beyond``: tested
    on up to so many times the length (with marker: Gu & Dao 2023; without: Olsson et al. 2022).
    """

    length: int = 30
    symbols: int = 8
    marker: bool = True
    beyond: int = 1

    problem = Problem.MANY_TO_ONE
    metric = "accuracy"
    readout_forced = True
    tags = ("recall",)
    grows = ("length",)
    tiny = {"length": 8, "symbols": 4}
    source = "Olsson et al. 2022 (induction heads); Gu & Dao 2023 (Mamba)"

    def __post_init__(self) -> None:
        if self.length < 3 or self.symbols < 2:
            raise ValueError(f"induction needs length > 2, symbols > 1: {self}")

    @property
    def inputs(self) -> Tokens:
        return Tokens(self.symbols + 1)

    @property
    def outputs(self) -> Classes:
        return Classes(self.symbols + 1)

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        every = self.symbols + 1
        asked = rng.integers(every, size=(size, 1))
        if self.marker:
            asked[:] = self.symbols
        others = (asked + 1 + rng.integers(self.symbols, size=(size, self.length))) % every
        place = rng.integers(self.length - 2, size=(size, 1))
        np.put_along_axis(others, place, asked, 1)
        others[:, -1:] = asked
        return Examples.of(others, np.take_along_axis(others, place + 1, 1)[:, 0])

    def floor(self, split: str = "test") -> float:
        """The token that the sequence holds most often, the one asked for left out."""
        held_out = self.examples(split)
        tokens, asked = held_out.inputs, held_out.inputs[:, -1:]
        counts = (tokens[:, :, None] == np.arange(self.symbols + 1)).sum(1)
        np.put_along_axis(counts, asked, 0, 1)
        return float((counts.argmax(1) == held_out.targets).mean())
