"""Predict what a hidden Markov model says next."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tasks.task import Examples, Problem, Synthetic, Tokens, task


@task("hmm_source")
@dataclass(frozen=True)
class HMMSource(Synthetic):
    """Predict the next symbol of a sequence drawn from a hidden Markov model.

    ``2 2 5 2 7 7  ->  2 5 2 7 7 1``. One fixed source with ``states`` that tend to stay (0.9) or
    else move to any other, each with its own taste in symbols (drawn once from a Dirichlet of
    0.3). The metric is bits a symbol. Floor: the frequencies of symbols. Ceiling: the
    Bayes-optimal prediction, by the forward algorithm with the true parameters (Rabiner 1989).
    ``sequences``: how many different ones there are to train on; 0: each is a new one.
    Inputs and targets ``(batch, length)``.
    """

    states: int = 4
    symbols: int = 8
    length: int = 40
    sequences: int = 0

    problem = Problem.MANY_TO_MANY
    metric = "bits"
    causal = True
    horizon = 1
    tags = ("hidden state",)
    tiny = {"states": 2, "symbols": 4, "length": 8}
    source = "Rabiner 1989"

    @property
    def inputs(self) -> Tokens:
        return Tokens(self.symbols)

    outputs = inputs

    def parameters(self) -> tuple[np.ndarray, np.ndarray]:
        """Transitions ``(states, states)`` and emissions ``(states, symbols)``."""
        move = 0.1 / max(self.states - 1, 1)
        transitions = np.full((self.states, self.states), move)
        np.fill_diagonal(transitions, 1 - move * (self.states - 1))
        rng = np.random.default_rng(1989)
        return transitions, rng.dirichlet(np.full(self.symbols, 0.3), self.states)

    def training(self, rng: np.random.Generator, size: int) -> Examples:
        if not self.sequences:
            return super().training(rng, size)
        return self._pool.take(rng.permutation(self.sequences)[:size])

    @cached_property
    def _pool(self) -> Examples:
        return super().training(np.random.default_rng(self.sequences), self.sequences)

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        transitions, emissions = (np.cumsum(p, 1) for p in self.parameters())
        state = rng.integers(self.states, size=size)  # the stationary distribution is uniform
        drawn = np.empty((size, self.length + 1), np.int64)
        for step in range(self.length + 1):
            drawn[:, step] = (rng.random((size, 1)) > emissions[state, :-1]).sum(1)
            state = (rng.random((size, 1)) > transitions[state, :-1]).sum(1)
        return Examples.of(drawn[:, :-1], drawn[:, 1:])

    def floor(self, split: str = "test") -> float:
        frequencies = self.parameters()[1].mean(0)
        return float(-np.log2(frequencies[self.examples(split).targets]).mean())

    def ceiling(self, split: str = "test") -> float:
        transitions, emissions = self.parameters()
        held_out = self.examples(split)
        belief = np.full((len(held_out), self.states), 1 / self.states)
        bits = 0.0
        for seen, following in zip(held_out.inputs.T, held_out.targets.T, strict=True):
            belief = belief * emissions[:, seen].T
            belief = belief / belief.sum(1, keepdims=True) @ transitions
            bits -= np.log2((belief * emissions[:, following].T).sum(1)).mean()
        return float(bits / self.length)
