"""What is predicted from whole sequences: a class, a number, tags, or another sequence."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.examples import edits, usual_labels
from tasks.sources.text import padded
from tasks.task import Classes, Examples, Reals, Tokens, Vectors, accuracy_of, majority
from tasks.user_data.examples import SPLITS, WRITTEN, Contents, unknown, vocabulary
from tasks.user_data.messages import listed, percent, plural
from tasks.user_data.sequences import Sequences
from tasks.user_data.settings import TaskSettings
from tasks.user_data.table import Table

Parts = dict[str, Sequences]
Made = tuple[dict[str, Examples], Contents]


@dataclass(frozen=True)
class Inputs:
    """The inputs of all splits, ready for a model."""

    arrays: dict[str, np.ndarray]
    """``(n, time)`` symbols or ``(n, time, dim)`` numbers"""
    lengths: dict[str, np.ndarray]
    space: Tokens | Vectors
    symbols: tuple[str, ...]
    fact: str

    def examples(self, split: str, targets: np.ndarray) -> Examples:
        """The examples of a split with these targets."""
        return Examples.of(self.arrays[split], targets, self.lengths[split])


def classes(table: Table, settings: TaskSettings, parts: Parts, inputs: Inputs) -> Made:
    """One class for each sequence; floor: the accuracy of the largest one in training."""
    number = _numbered(label for part in parts.values() for label in part.targets)
    splits = {
        name: inputs.examples(name, np.array([number[label] for label in part.targets]))
        for name, part in parts.items()
    }
    largest = majority(splits["training"])
    facts = {
        "target": f"{settings.target!r}, {len(number)} classes; shares of the training split: "
        + _shares(parts["training"].targets),
        "trivial": f"always {list(number)[largest]!r}, the largest class of the training split",
    }
    floors = {name: accuracy_of(largest, splits[name]) for name in SPLITS}
    outputs = Classes(len(number))
    return splits, Contents(inputs.space, outputs, floors, facts, inputs.symbols)


def numbers(table: Table, settings: TaskSettings, parts: Parts, inputs: Inputs) -> Made:
    """One number for each sequence, scaled; floor: the RMSE of the training mean."""
    training = np.array(parts["training"].targets)
    mean, deviation = float(training.mean()), float(training.std())
    if not deviation > 0:
        message = f"is {mean:g} in all of the training split; there is nothing to predict"
        raise table.refused(f"column {settings.target!r} {message}")
    splits = {
        name: inputs.examples(name, (np.array(part.targets)[:, None] - mean) / deviation)
        for name, part in parts.items()
    }
    floors = {
        name: deviation * float(np.sqrt((part.targets.astype(float) ** 2).mean()))
        for name, part in splits.items()
    }
    facts = {
        "target": f"{settings.target!r}, {training.min():g} to {training.max():g} in the training "
        f"split, mean {mean:g}, deviation {deviation:g}",
        "trivial": f"always {mean:g}, the training mean",
    }
    outputs = Reals(1, scale=deviation)
    return splits, Contents(inputs.space, outputs, floors, facts, inputs.symbols)


def tags(table: Table, settings: TaskSettings, parts: Parts, inputs: Inputs) -> Made:
    """A tag for each step; floor: the accuracy of each symbol's most frequent tag."""
    number = _numbered(tag for part in parts.values() for row in part.targets for tag in row)
    if len(number) < 2:
        raise table.refused(
            f"every step has the tag {list(number)[0]!r}; there is nothing to predict"
        )
    splits = {
        name: inputs.examples(
            name, padded([[number[tag] for tag in row] for row in part.targets])[0]
        )
        for name, part in parts.items()
    }
    training = [tag for row in parts["training"].targets for tag in row]
    known = set(training)
    new = sum(tag not in known for row in parts["test"].targets for tag in row)
    each = "each symbol's" if inputs.symbols else "always the"
    facts = {
        "target": f"{settings.target!r}, {len(number)} tags; shares of the training split: "
        + _shares(training),
        "trivial": f"{each} most frequent tag of the training split",
    }
    if new:
        facts["new tags"] = f"{plural(new, 'test step')} with a tag that training never shows"
    floors = {name: _tag_floor(splits["training"], splits[name], len(number)) for name in SPLITS}
    outputs = Classes(len(number))
    return splits, Contents(inputs.space, outputs, floors, facts, inputs.symbols)


def _tag_floor(training: Examples, part: Examples, number: int) -> float:
    """Accuracy of each symbol's most frequent tag; of the most frequent of all for vectors."""
    if training.inputs.ndim == 3:
        return accuracy_of(majority(training), part)
    size = max(int(training.inputs.max()), int(part.inputs.max())) + 1
    return accuracy_of(usual_labels(training, size, number)[part.inputs], part)


def sequences(table: Table, settings: TaskSettings, parts: Parts, inputs: Inputs) -> Made:
    """A sequence for each sequence; floor: the error rate of the best of three simple answers."""
    known = vocabulary(parts["training"].targets, WRITTEN)
    other = len(known) + 1  # stands for any other symbol

    def coded(rows: Iterable[Iterable[str]]) -> list[list[int]]:
        return [[known.get(symbol, other) for symbol in row] for row in rows]

    targets = {name: coded(part.targets) for name, part in parts.items()}
    splits = {
        name: Examples.pairs(inputs.arrays[name], targets[name], inputs.lengths[name])
        for name in SPLITS
    }
    commonest = Counter(map(tuple, targets["training"])).most_common(1)[0][0]

    def rates(name: str) -> dict[str, float]:
        sources = parts[name].inputs
        answers: dict[str, Sequence[Any]] = {
            "an empty answer": [()] * len(sources),
            "always the commonest training target": [commonest] * len(sources),
            "the source copied": coded(sources),
        }
        return {what: _error_rate(said, splits[name]) for what, said in answers.items()}

    in_training = rates("training")
    trivial = min(in_training, key=lambda answer: in_training[answer])
    floors = {name: rates(name)[trivial] for name in parts}
    lengths = {len(target) for part in targets.values() for target in part}
    facts = {
        "target": f"{settings.target!r}, {plural(len(known), 'symbol')}, {min(lengths)} to "
        f"{max(lengths)} in a target; others are one more symbol: "
        + unknown([[n % other for n in target] for target in targets["test"]])
        + " of the test's",
        "trivial": f"{trivial}: in training the best of an empty answer, the commonest target "
        "and a copy",
    }
    longest = max(map(len, targets["training"]))
    return splits, Contents(
        inputs.space, Tokens(other + 1), floors, facts, inputs.symbols,
        written=tuple(known), longest=longest + longest // 4 + 1,
    )  # fmt: skip


def _error_rate(answers: Iterable[Any], part: Examples) -> float:
    """Edits for each symbol of the targets."""
    wrong, symbols = edits(answers, part)
    return float(wrong.sum() / symbols.sum())


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """Names in their natural order, each with its place."""
    return {name: place for place, name in enumerate(sorted(set(names), key=_natural))}


def _natural(name: str) -> tuple[float, str]:
    """Numbers by size, then words."""
    try:
        return float(name), name
    except ValueError:
        return float("inf"), name


def _shares(names: Iterable[str]) -> str:
    counts = Counter(names)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], _natural(pair[0])))
    return listed([f"{name} {percent(n, counts.total())}" for name, n in ranked], 10)


TARGETS: dict[str, Callable[[Table, TaskSettings, Parts, Inputs], Made]] = {
    "classification": classes,
    "regression": numbers,
    "tagging": tags,
    "text": classes,
    "pairs": sequences,
}
