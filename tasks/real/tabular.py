"""Plain tables of measurements: no sequence at all."""

import os
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from tasks.task import Classes, Examples, Problem, Stored, Vectors, package_folder, task

FILES = {
    "breast_cancer": ("breast_cancer.csv", 30, 2),
    "wine": ("wine_data.csv", 13, 3),
    "iris": ("iris.csv", 4, 3),
}
"""File, number of measurements, number of classes."""


@task("tabular")
@dataclass(frozen=True)
class Tabular(Stored):
    """Name the class of a row of measurements: is a tumour benign, who grew a wine, which iris is
    it?

    Example: 30 measurements of cell nuclei, ``[1.10, -2.07, 1.27, ...]`` -> 0, malignant.

    A sequence of one step: what it shows is whether an architecture loses anything where there is
    no order to gain from.

    Shapes: inputs ``(batch, 1, 30)`` (``wine``: 13, ``iris``: 4), each measurement with the mean
    and deviation of the training rows taken out; targets ``(batch,)``, 2 classes (others: 3).
    Chance level: the largest class, 63 % of breast_cancer, 41 % of wine and 33 % of iris.

    Source: Street, Wolberg and Mangasarian 1993 (569 rows), Forina et al. 1991 (178 rows) and
    Fisher 1936 (150 rows), of the UCI repository; files of scikit-learn.
    Split: shuffled once with a fixed seed within each class, 60 / 20 / 20 %. ``fold``: which fifth
    is tested, so that 0 to 4 are a cross-validation; 5 to 9 another one, shuffled anew, and so on.
    Trap: the tests are small (113, 34 and 30 rows) and nearly solved; one row is 1 to 3 %.
    """

    name: Literal["breast_cancer", "wine", "iris"] = "breast_cancer"  # type: ignore[misc]
    fold: int = 0

    problem = Problem.ONE_TO_ONE
    metric = "accuracy"
    tags = ("real data", "tabular")
    tiny: ClassVar = {"name": "wine"}
    source = "scikit-learn, breast_cancer.csv, wine_data.csv and iris.csv (UCI repository)"
    packages = ("scikit-learn",)

    def __post_init__(self) -> None:
        if self.fold < 0:
            raise ValueError(f"tabular counts folds from 0: {self}")

    @property
    def inputs(self) -> Vectors:
        return Vectors(FILES[self.name][1])

    @property
    def outputs(self) -> Classes:
        return Classes(FILES[self.name][2])

    def load(self) -> dict[str, Examples]:
        folder = os.path.join(package_folder("sklearn", "scikit-learn"), "datasets", "data")
        path = os.path.join(folder, FILES[self.name][0])
        table = np.loadtxt(path, delimiter=",", skiprows=1)
        rows, labels = table[:, :-1], table[:, -1].astype(int)
        rng, parts = np.random.default_rng(self.fold // 5), np.zeros(len(rows), int)
        for label in range(self.outputs.size):
            order = rng.permutation(np.flatnonzero(labels == label))
            parts[order] = np.arange(len(order)) * 5 // len(order)  # fifths of the class
        parts = (parts + self.fold) % 5
        mean, deviation = rows[parts < 3].mean(0), rows[parts < 3].std(0)
        scaled = ((rows - mean) / deviation)[:, None]
        chosen = {"training": parts < 3, "validation": parts == 3, "test": parts == 4}
        return {split: Examples.of(scaled[which], labels[which]) for split, which in chosen.items()}

    def references(self) -> dict[str, float]:
        """Logistic regression and gradient boosting, with the settings of scikit-learn."""
        from sklearn.ensemble import GradientBoostingClassifier
        from sklearn.linear_model import LogisticRegression

        training, test = self.splits()["training"], self.splits()["test"]
        models = {
            "logistic regression": LogisticRegression(max_iter=1000),
            "gradient boosting": GradientBoostingClassifier(random_state=0),
        }
        for model in models.values():
            model.fit(training.inputs[:, 0], training.targets)
        return {n: float(m.score(test.inputs[:, 0], test.targets)) for n, m in models.items()}
