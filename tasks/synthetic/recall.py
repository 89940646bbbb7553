"""Remember the first token."""

from dataclasses import dataclass

import numpy as np

from tasks.task import Classes, Examples, Problem, Synthetic, Tokens, task


@task("recall")
@dataclass(frozen=True)
class Recall(Synthetic):
    """Name the first token after ``lag`` distractors.

    With lag 5:  ``3 | 9 8 8 11 9  ->  3``: the first token is one of ``symbols``, the others are
    drawn from as many distractors. Only memory across exactly ``lag`` steps helps: a model that
    sees the last w steps is at chance for w <= lag. Inputs ``(batch, lag + 1)``, targets
    ``(batch,)``; chance 1 / symbols. ``beyond``: tested on up to so many times the lag. The
    simplest case of the latching problem of Bengio, Simard & Frasconi (1994).
    """

    lag: int = 30
    symbols: int = 8
    beyond: int = 1

    problem = Problem.MANY_TO_ONE
    metric = "accuracy"
    readout_forced = True
    tags = ("memory",)
    grows = ("lag",)
    dependency = "lag"
    tiny = {"lag": 5, "symbols": 4}
    source = "Bengio, Simard & Frasconi 1994 (latching problem)"

    @property
    def inputs(self) -> Tokens:
        return Tokens(2 * self.symbols)

    @property
    def outputs(self) -> Classes:
        return Classes(self.symbols)

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        first = rng.integers(self.symbols, size=(size, 1))
        distractors = self.symbols + rng.integers(self.symbols, size=(size, self.lag))
        return Examples.of(np.concatenate([first, distractors], 1), first[:, 0])

    def alignment(self, inputs: np.ndarray) -> np.ndarray:
        """The input step that the answer is read off."""
        return np.zeros(1, np.int64)
