"""Write out what was counted."""

from dataclasses import dataclass

import numpy as np

from tasks.task import END, Examples, Problem, Synthetic, Tokens, Vectors, task


@task("run_length")
@dataclass(frozen=True)
class RunLength(Synthetic):
    """Write out a run-length code, all of which is read at once.

    ``(2 x 5, 1 x 3, 3 x 8)  ->  5 5 3 8 8 8 END``: ``runs`` symbols, each with a count from 1 to
    ``longest``. The one input step holds, run by run, the one-hot symbol beside the one-hot count.
    Inputs ``(batch, 1, runs (symbols + longest))``, targets ``(batch, runs longest + 1)``, padded;
    accuracy counts place by place, END too. Chance: 1 / symbols; the floor is the best answer that
    is always the same, one symbol over and over and then END (Golomb 1966).
    """

    runs: int = 3
    longest: int = 4
    symbols: int = 8

    problem = Problem.ONE_TO_MANY
    metric = "accuracy"
    tags = ("counting",)
    tiny = {"runs": 2, "longest": 3, "symbols": 6}
    source = "after Golomb 1966 (run-length encodings)"

    @property
    def inputs(self) -> Vectors:
        return Vectors(self.runs * (self.symbols + self.longest))

    @property
    def outputs(self) -> Tokens:
        return Tokens(self.symbols + 1)

    @property
    def longest_output(self) -> int:
        return self.runs * self.longest + 1

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        symbols = rng.integers(self.symbols, size=(size, self.runs))
        counts = rng.integers(self.longest, size=(size, self.runs))
        code = np.concatenate([np.eye(self.symbols)[symbols], np.eye(self.longest)[counts]], -1)
        rows = zip(symbols + 1, counts + 1, strict=True)
        return Examples.pairs(code.reshape(size, 1, -1), [np.repeat(*row).tolist() for row in rows])

    def floor(self, split: str = "test") -> float:
        """One symbol, a number of times: the answer that is right at most places in training."""
        drawn = self.floor_examples()
        places = np.where(drawn.loss_mask, drawn.targets, -1)
        ends = (places == END).sum(0)[::-1].cumsum()[::-1]
        right = {}
        for symbol in range(1, self.symbols + 1):
            hits = (places == symbol).sum(0)
            # A symbol so many times: its hits, and an END there or later.
            for times, count in enumerate(np.cumsum(hits) - hits + ends):
                right[symbol, times] = count
        symbol, times = max(right, key=lambda answer: right[answer])
        held_out = self.examples(split)
        guess = np.where(np.arange(held_out.targets.shape[1]) < times, symbol, END)
        return float((guess == held_out.targets)[held_out.loss_mask].mean())
