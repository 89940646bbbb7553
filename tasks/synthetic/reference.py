"""Whom does the pronoun mean?"""

from dataclasses import dataclass

import numpy as np

from tasks.task import Classes, Examples, Problem, Synthetic, Tokens, accuracy_of, task


@task("reference")
@dataclass(frozen=True)
class Reference(Synthetic):
    """Name the one whom a far-off pronoun means.

    With distance 3:  ``Mr Ott Mrs Lee goes far away he  ->  Ott``: a man and a woman, in either
    order, then ``distance`` words about nothing, then ``he`` or ``she``. Any name goes with
    either title, so both must be remembered, and which is whose. Inputs ``(batch, distance + 5)``,
    targets ``(batch,)``; chance 1 / names. Who remembers both names but not the titles gets half
    right, and so does ``references``' nearer name (after Hobbs 1978).
    """

    distance: int = 20
    names: int = 8
    words: int = 8

    problem = Problem.MANY_TO_ONE
    metric = "accuracy"
    readout_forced = True
    tags = ("memory", "recall", "language")
    dependency = "distance"
    tiny = {"distance": 4, "names": 4, "words": 4}
    source = "after Hobbs 1978 (resolving pronoun references)"

    def __post_init__(self) -> None:
        if self.names < 2:
            raise ValueError(f"reference needs names > 1: {self}")

    @property
    def inputs(self) -> Tokens:
        return Tokens(4 + self.names + self.words)  # Mr Mrs he she, names, words

    @property
    def outputs(self) -> Classes:
        return Classes(self.names)

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        pool = np.tile(np.arange(self.names), (size, 1))
        names = rng.permuted(pool, axis=1)[:, :2]
        first = rng.integers(2, size=size)  # the title of the first: 0 Mr, 1 Mrs
        words = 4 + self.names + rng.integers(self.words, size=(size, self.distance))
        meant = rng.integers(2, size=size)
        pronoun = 2 + (first + meant) % 2
        ahead = np.stack([first, 4 + names[:, 0], 1 - first, 4 + names[:, 1]], 1)
        inputs = np.concatenate([ahead, words, pronoun[:, None]], 1)
        return Examples.of(inputs, names[np.arange(size), meant])

    def references(self) -> dict[str, float]:
        test = self.examples("test")
        return {"the nearer name": accuracy_of(test.inputs[:, 3] - 4, test)}
