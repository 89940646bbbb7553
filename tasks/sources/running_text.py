"""A running text, cut into windows, whose next symbol is to be predicted: the base of its tasks."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from tasks.sources.text import bz2_bits, ngram_bits, windows
from tasks.task import Examples, Problem, Stored, Tokens


class RunningText(Stored):
    """Give ``inputs``, ``ids`` and ``decode``, and the parameters ``length`` and ``test_windows``.

    Inputs and targets are ``(batch, length)``, targets one symbol ahead. Windows do not overlap;
    of validation and test there are at most so many, evenly spaced.
    """

    length: int
    test_windows: int

    orders: ClassVar[tuple[int, ...]] = (2, 3)
    """Of the n-grams among the references."""
    packed: ClassVar[str] = ""
    """The type of number that a symbol is packed into, where bz2 is a reference."""
    validation_windows: ClassVar[int] = 256
    problem = Problem.MANY_TO_MANY
    causal = True
    horizon = 1
    tags = ("language", "local pattern", "real data")

    @property
    @abstractmethod
    def inputs(self) -> Tokens: ...

    @property
    def outputs(self) -> Tokens:
        return self.inputs

    @abstractmethod
    def ids(self) -> dict[str, np.ndarray]:
        """The text of each split as numbers, ``(symbols,)`` int64."""

    def load(self) -> dict[str, Examples]:
        most = {"validation": self.validation_windows, "test": self.test_windows}
        return {
            split: windows(ids, self.length, most.get(split)) for split, ids in self.ids().items()
        }

    def ngram(self, order: int, split: str = "test") -> float:
        """An n-gram model (Witten-Bell smoothing) of the training text, scored as models are: in
        bits a symbol, or, where that is the metric, in perplexity."""
        seen = self.ids()["training"]
        return self._in_metric(ngram_bits(seen, self.inputs.size, order, self.splits()[split]))

    def _in_metric(self, bits: np.ndarray) -> float:
        return float(2 ** bits.mean() if self.metric == "perplexity" else bits.mean())

    def references(self) -> dict[str, float]:
        """n-grams with Witten-Bell smoothing, scored as the models are. bz2, where it is asked
        for: what the test stretch adds to the compressed end of the training text, bits a
        symbol."""
        found: dict[str, float] = {}
        if self.packed:
            ids = self.ids()
            before, text = (ids[split].astype(self.packed) for split in ("training", "test"))
            found["bz2"] = bz2_bits(before.tobytes(), text.tobytes()) / len(text)
        return found | {f"{order}-gram": self.ngram(order) for order in self.orders}

    def floor(self, split: str = "test") -> float:
        """Each symbol by its frequency among the training targets."""
        seen = self.splits()["training"].targets.ravel()
        return self._in_metric(ngram_bits(seen, self.inputs.size, 1, self.splits()[split]))

    def describe(self, inputs: np.ndarray) -> str:
        return self.decode(inputs)
