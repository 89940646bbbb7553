"""Which bracket must close next?"""

from dataclasses import dataclass

import numpy as np

from tasks.task import Classes, Examples, Problem, Synthetic, Tokens, accuracy_of, task


@task("brackets")
@dataclass(frozen=True)
class Brackets(Synthetic):
    """Say at each step which kind of bracket would have to close next.

    ``( [ { } ( { } )  ->  _ _ _ [ _ _ ( [``: well-nested brackets of several ``kinds``, never more
    than ``depth`` open. The first two stay open, so that there is always an answer and mostly a
    choice. Only the steps at which a bracket closes are scored: elsewhere the answer is the
    bracket just read. How deep one stands says nothing of the kind; how many of each kind are
    open, without their order, gets a good half right (``references``); and what opened within it,
    a window sees. Inputs and targets ``(batch, length)``; chance 1 / kinds. ``beyond``: tested on
    up to so many times the length, no deeper (Dyck languages: Suzgun et al. 2019; of bounded
    depth: Hewitt et al. 2020).
    """

    kinds: int = 4
    depth: int = 6
    length: int = 30
    beyond: int = 1

    problem = Problem.MANY_TO_MANY
    metric = "accuracy"
    causal = True  # the brackets that close later give the answer away
    tags = ("state tracking", "hierarchy")
    grows = ("length",)
    tiny = {"kinds": 3, "depth": 4, "length": 10}
    source = "Suzgun et al. 2019; Hewitt et al. 2020"

    def __post_init__(self) -> None:
        if self.kinds < 2 or self.depth < 3 or self.length <= self.depth:
            raise ValueError(f"brackets needs kinds > 1, depth > 2, length > depth: {self}")

    @property
    def inputs(self) -> Tokens:
        return Tokens(2 * self.kinds)

    @property
    def outputs(self) -> Classes:
        return Classes(self.kinds)

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        kinds = rng.integers(self.kinds, size=(size, self.length))
        wants = rng.random((size, self.length)) < 0.5
        inputs, targets = np.empty_like(kinds), np.empty_like(kinds)
        rows, level = np.arange(size), np.zeros(size, np.int64)
        stack = np.zeros((size, self.depth + 1), np.int64)
        for step in range(self.length):
            opens = (wants[:, step] & (level < self.depth)) | (level < 3)
            inputs[:, step] = np.where(opens, kinds[:, step], self.kinds + stack[rows, level - 1])
            stack[rows, level] = np.where(opens, kinds[:, step], stack[rows, level])
            level += np.where(opens, 1, -1)
            targets[:, step] = stack[rows, level - 1]
        return Examples.of(inputs, targets, loss_mask=inputs >= self.kinds)

    def references(self) -> dict[str, float]:
        test = self.examples("test")
        tokens, kinds = test.inputs[:, :, None], np.arange(self.kinds)
        still_open = ((tokens == kinds).astype(int) - (tokens == kinds + self.kinds)).cumsum(1)
        return {"the kind most often open": accuracy_of(still_open.argmax(2), test)}
