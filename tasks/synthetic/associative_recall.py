"""Look up a value by its key."""

from dataclasses import dataclass

import numpy as np

from tasks.task import Classes, Examples, Problem, Synthetic, Tokens, Vectors, task


@task("associative_recall")
@dataclass(frozen=True)
class AssociativeRecall(Synthetic):
    """Read pairs of key and value, then a key; answer with its value.

    With 3 pairs:  ``c9 a4 f1 a?  ->  4``. The keys of a sequence are distinct, keys and values are
    bound anew in every sequence. A step is a pair, the one-hot key beside the one-hot value,
    which is zero for the query; inputs ``(batch, pairs + 1, keys + values)``. ``interleaved``: keys
    and values come as tokens in turn, ``c 9 a 4 f 1 a  ->  4``, and who is to answer must first
    bring the two of a pair together; inputs ``(batch, 2 pairs + 1)``. Targets ``(batch,)``; chance
    1 / values, and who remembers the values but not the bindings does a little better (Graves,
    Wayne & Danihelka 2014; Ba et al. 2016, whose pairs are interleaved).
    """

    pairs: int = 10
    keys: int = 10
    values: int = 8
    interleaved: bool = False

    problem = Problem.MANY_TO_ONE
    metric = "accuracy"
    readout_forced = True
    tags = ("recall",)
    tiny = {"pairs": 4, "keys": 6, "values": 4}
    source = "Graves, Wayne & Danihelka 2014; Ba et al. 2016"

    @property
    def inputs(self) -> Tokens | Vectors:
        size = self.keys + self.values
        return Tokens(size) if self.interleaved else Vectors(size)

    @property
    def outputs(self) -> Classes:
        return Classes(self.values)

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        keys = rng.permuted(np.tile(np.arange(self.keys), (size, 1)), axis=1)[:, : self.pairs]
        values = rng.integers(self.values, size=keys.shape)
        asked = rng.integers(self.pairs, size=(size, 1))
        query = np.take_along_axis(keys, asked, 1)
        answers = np.take_along_axis(values, asked, 1)[:, 0]
        if self.interleaved:
            pairs = np.stack([keys, self.keys + values], 2).reshape(size, -1)
            return Examples.of(np.concatenate([pairs, query], 1), answers)
        steps = np.zeros((size, self.pairs + 1, self.keys + self.values))
        steps[:, :-1, : self.keys] = np.eye(self.keys)[keys]
        steps[:, :-1, self.keys :] = np.eye(self.values)[values]
        steps[:, -1, : self.keys] = np.eye(self.keys)[query[:, 0]]
        return Examples.of(steps, answers)

    def alignment(self, inputs: np.ndarray) -> np.ndarray:
        """The input step that holds the value asked for, of one example."""
        if self.interleaved:
            return np.flatnonzero(inputs[:-1:2] == inputs[-1])[:1] * 2 + 1
        return np.flatnonzero(inputs[:-1, : self.keys] @ inputs[-1, : self.keys])
