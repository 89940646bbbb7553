"""The contract of an architecture: a family of sequence models.

A neural architecture is an ``nn.Module`` in one file: ``__init__(features, width, signature, *,
parameters...)`` and ``forward(x, lengths)``, which maps ``(batch, time, features)`` and
``(batch,)`` lengths to ``(batch, time, hidden)``. ``width`` is what the size solver turns to
match the parameter budget; ``hidden`` is ``width`` unless the module has an attribute
``out_features``. Further attributes, where there is need of them: ``backward_features``, how many
of the hidden features, the trailing ones, read the sequence backwards, so that they are final at
its first step; ``receptive_field``, where it is finite, the number of steps an output sees;
``same_at_every_step``, true where operations are so many for each step, and counted over a few of
them; ``without_gradient``, parameters that by mathematics get none, each with the reason.
Everything around the module is shared by all and is
not its business: the embedding of tokens, the readout, the output layer, the training loop.

A decoder, which serves the problems whose output is a sequence of its own, has two methods
instead of ``forward``. ``encode(x, lengths)`` reads the input into a state: a dictionary of
tensors, batch first. ``decode(previous, state)`` takes embeddings of the output symbols so far,
``(batch, steps, signature.embedding)``, the first standing for the beginning, and returns hidden
vectors ``(batch, steps, hidden)`` for the symbols that follow, and the state after them. It is
called with all steps at once in training (teacher forcing) and with one at a time in use, and
must give the same both ways.

An architecture that is not neural (``neural=False``) is a class with ``__init__(signature, *,
parameters...)``, ``fit`` and ``predict``; see ``Estimator``.

Its parameters are the keyword-only arguments that have a default: a number, a text, true or
false. ``Literal[...]`` says which values are allowed. A class with ``**shared`` has those of the
class it inherits from as well.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

_C = TypeVar("_C", bound=type)


def architecture(
    name: str,
    *,
    problems: tuple[str, ...] = ("one-to-one", "many-to-one", "many-to-many"),
    both_directions: bool = False,
    readout: str | None = None,
    neural: bool = True,
    baseline: bool = False,
) -> Callable[[_C], _C]:
    """Declare a class as an architecture.

    name: as used in matrix files and on the command line.
    problems: the problem structures it can serve.
    both_directions: it always reads the sequence backwards too, and is refused where an output
    must not see the future.
    readout: the pooling over time it is known for, used where the task does not force one.
    neural: it is an ``nn.Module`` trained by gradient descent.
    baseline: it knows nothing of sequences, or next to nothing: what any sequence model should
    beat, and is compared with.
    """

    def declare(cls: _C) -> _C:
        cls.declared = {  # type: ignore[attr-defined]
            "name": name,
            "problems": problems,
            "both_directions": both_directions,
            "readout": readout,
            "neural": neural,
            "baseline": baseline,
        }
        return cls

    return declare


@dataclass(frozen=True)
class Signature:
    """What a model knows of its task when it is built."""

    problem: str
    """one-to-one, one-to-many, many-to-one, many-to-many or sequence-to-sequence"""
    inputs: str
    """tokens or vectors"""
    input_size: int
    """size of the vocabulary, or numbers a step"""
    outputs: str
    """classes, reals, tokens or binary"""
    output_size: int
    causal: bool
    """no output may depend on a later input"""
    readout: str
    """last, mean, max, per-step or decoder"""
    horizon: int | None = None
    """targets are the inputs' own future, this many steps ahead; None: they are not"""
    embedding: int = 16
    """numbers that stand for a token, on the input's side and on the output's"""
    steps: int | None = None
    """of the longest input sequence on validation; None: not known"""
    dependency: int | None = None
    """how far back an answer depends on the inputs, in steps, where the task says so"""


class Refused(Exception):
    """An architecture is none with these settings, or does not make sense; the message says what
    does not go, why, and what would. Its cells are not applicable, and have not failed."""


class Data(Protocol):
    """Padded examples; see ``tasks.task.Examples`` for the shapes."""

    @property
    def inputs(self) -> np.ndarray: ...
    @property
    def lengths(self) -> np.ndarray: ...
    @property
    def targets(self) -> np.ndarray: ...
    @property
    def loss_mask(self) -> np.ndarray: ...


class Estimator(ABC):
    """Base of the architectures that are not neural. Their parameters are keyword-only."""

    def __init__(self, signature: Signature):
        if reason := self.refuses(signature):
            raise ValueError(reason)
        self.signature = signature

    @staticmethod
    @abstractmethod
    def refuses(signature: Signature) -> str | None:
        """Why no honest model of this kind exists for such a task; None: one does."""

    @abstractmethod
    def fit(self, training: Data, validation: Data, seed: int) -> dict[str, Any]:
        """Fit, choosing between settings on ``validation``; returns what was chosen."""

    @abstractmethod
    def predict(self, inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Log-probabilities ``(batch[, time], classes)``, reals ``(batch[, time], dim)``, or, where
        outputs are binary, log-odds ``(batch[, time], dim)``."""

    @abstractmethod
    def arrays(self) -> dict[str, np.ndarray]:
        """The fitted numbers by name, to be stored beside the record."""

    @abstractmethod
    def parameter_count(self) -> int:
        """Number of free parameters."""
