"""Look up a value by its key."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.task import Classes, Examples, Problem, Synthetic, Vectors, accuracy_of, majority, task


@task("associative_recall")
@dataclass(frozen=True)
class AssociativeRecall(Synthetic):
    """Read pairs of key and value, one pair a step, then a key; answer with its value.

    With 3 pairs:  ``c9 a4 f1 a?  ->  4``. The keys of a sequence are distinct, keys and values are
    bound anew in every sequence. A step is the one-hot key beside the one-hot value, which is
    zero for the query. Inputs ``(batch, pairs + 1, keys + values)``, targets ``(batch,)``; chance
    1 / values, and who remembers the values but not the bindings does a little better (Graves,
    Wayne & Danihelka 2014; Ba et al. 2016).
    """

    pairs: int = 10
    keys: int = 10
    values: int = 8

    problem = Problem.MANY_TO_ONE
    metric = "accuracy"
    readout_forced = True
    tags = ("recall",)
    tiny = {"pairs": 4, "keys": 6, "values": 4}
    source = "Graves, Wayne & Danihelka 2014; Ba et al. 2016"

    @property
    def inputs(self) -> Vectors:
        return Vectors(self.keys + self.values)

    @property
    def outputs(self) -> Classes:
        return Classes(self.values)

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        keys = rng.permuted(np.tile(np.arange(self.keys), (size, 1)), axis=1)[:, : self.pairs]
        values = rng.integers(self.values, size=keys.shape)
        asked = rng.integers(self.pairs, size=(size, 1))
        steps = np.zeros((size, self.pairs + 1, self.keys + self.values))
        steps[:, :-1, : self.keys] = np.eye(self.keys)[keys]
        steps[:, :-1, self.keys :] = np.eye(self.values)[values]
        steps[:, -1, : self.keys] = np.eye(self.keys)[np.take_along_axis(keys, asked, 1)[:, 0]]
        return Examples.of(steps, np.take_along_axis(values, asked, 1)[:, 0])

    def floor(self) -> float:
        test = self.examples("test")
        return accuracy_of(majority(test), test)

    def ceiling(self) -> float:
        return 1.0
