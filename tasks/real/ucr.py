"""Any classification set of the UCR and UEA archives, by its name."""

import os
import zlib
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tasks.sources.scaling import filled, scale, scaled
from tasks.sources.ts_file import channels_and_classes, read_ts
from tasks.task import (
    Classes,
    Examples,
    Problem,
    Stored,
    Unavailable,
    Vectors,
    package_folder,
    task,
)
from tasks.user_data.messages import nearest

FOLDER = "HARNESS_UCR_FOLDER"


@task("ucr")
@dataclass(frozen=True)
class Ucr(Stored):
    """A classification set of the UCR and UEA archives, by its ``name``.

    Example: the power that Italy drew in each of 24 hours -> 0, a day of October to March.

    The package sktime brings ItalyPowerDemand (24 steps, 2 classes), OSULeaf (leaf outlines, 427
    steps, 6), GunPoint (150, 2), ArrowHead (251, 3), ACSF1 (1460, 10), PLAID (up to 1344, 11),
    BasicMotions (6 channels, 100, 4), JapaneseVowels (12 channels, 7 to 29, 9) and UnitTest (24,
    2). More come from a folder of yours, named in the environment variable HARNESS_UCR_FOLDER,
    with files as the archive unpacks them: ``NAME/NAME_TRAIN.ts`` and ``NAME/NAME_TEST.ts``.

    Shapes: inputs ``(batch, time, channels)``, each channel with the mean and deviation of the
    training cases taken out; a missing value repeats the last one, or is the mean where there is
    none. Targets ``(batch,)``, numbered as in the file's header.
    Chance level: the largest class, 50 % of ItalyPowerDemand and 18 % of OSULeaf.

    Source: Dau et al., The UCR time series archive, 2019; Bagnall et al., The UEA multivariate
    archive, 2018. Published, of InceptionTime: ItalyPowerDemand 96.6 %, OSULeaf 92.1 %.
    Split: the given one; a fifth of each class's training cases are for validation.
    Traps: training sets are small (ItalyPowerDemand: 53 without validation), so seeds differ much.
    Training cases that are in the test, too, are left out: five of PLAID.
    """

    name: str = "ItalyPowerDemand"  # type: ignore[misc]  # the set's; the class keeps the task's

    problem = Problem.MANY_TO_ONE
    metric = "accuracy"
    readout = "mean"
    tags = ("real data", "time series")
    tiny: ClassVar = {"name": "UnitTest"}
    source = "UCR and UEA archives (Dau et al. 2019, Bagnall et al. 2018), of which sktime brings 9"
    packages = ("sktime",)

    @property
    def inputs(self) -> Vectors:
        return Vectors(self._facts()[0])

    @property
    def outputs(self) -> Classes:
        return Classes(len(self._facts()[1]))

    def load(self) -> dict[str, Examples]:
        _, classes = self._facts()
        (given, labels), (test, test_labels) = (_cases(path, classes) for path in self._paths())
        tested = {case.tobytes() for case in test}
        kept = [row for row, case in enumerate(given) if case.tobytes() not in tested]
        if not kept:
            raise ValueError(f"{self.name}: every case of the training file is in the test file")
        given, labels = [given[row] for row in kept], labels[kept]
        rng, held_out = np.random.default_rng(0), np.zeros(len(labels), bool)
        for label in range(len(classes)):
            rows = rng.permutation(np.flatnonzero(labels == label))
            held_out[rows[: round(len(rows) / 5) or len(rows) // 2]] = True
        of_training = scale(given[row] for row in np.flatnonzero(~held_out))
        whole = _examples(given, labels, *of_training)
        return {
            "training": whole.take(np.flatnonzero(~held_out)),
            "validation": whole.take(np.flatnonzero(held_out)),
            "test": _examples(test, test_labels, *of_training),
        }

    def references(self) -> dict[str, float]:
        """The label of the nearest training case, the archive's own yardstick; shorter cases are
        filled up with means."""
        from sklearn.neighbors import KNeighborsClassifier

        training, test = self.splits()["training"], self.splits()["test"]
        steps = max(training.inputs.shape[1], test.inputs.shape[1])
        flat = [
            np.pad(part.inputs, ((0, 0), (0, steps - part.inputs.shape[1]), (0, 0)))
            for part in (training, test)
        ]
        model = KNeighborsClassifier(1).fit(flat[0].reshape(len(training), -1), training.targets)
        score = model.score(flat[1].reshape(len(test), -1), test.targets)
        return {"1 nearest neighbour": float(score)}

    def data_version(self) -> str:
        """The package's version, or a checksum of files of one's own."""
        try:
            paths = self._paths()
        except Unavailable:
            return f"{self.name} missing"
        if not paths[0].startswith(os.environ.get(FOLDER) or os.devnull):
            return super().data_version()
        checksum = 0
        for path in paths:
            with open(path, "rb") as file:
                checksum = zlib.crc32(file.read(), checksum)
        return f"{self.name} {checksum:08x}"

    def _facts(self) -> tuple[int, tuple[str, ...]]:
        path = self._paths()[0]
        channels, classes = channels_and_classes(path)
        if not classes:
            raise Unavailable(f"{self.name} is no classification set: {path} gives no classes")
        return channels, classes

    def _paths(self) -> tuple[str, str]:
        """The set's two files; raises Unavailable with the names most like the wrong one."""
        local = os.environ.get(FOLDER)
        if local and not os.path.isdir(local):
            raise Unavailable(f"{FOLDER}: there is no folder {local}")
        known = _sets(local) if local else {}
        if self.name not in known:
            shipped = os.path.join(package_folder("sktime", "sktime"), "datasets", "data")
            known = _sets(shipped) | known
        if self.name in known:
            return known[self.name]
        raise Unavailable(
            f"no set {self.name!r} in sktime{f' or in {local}' if local else ''}; "
            f"{nearest(self.name, sorted(known))} "
            f"(a folder with NAME/NAME_TRAIN.ts and NAME_TEST.ts can be named in {FOLDER})"
        )


def _sets(folder: str) -> dict[str, tuple[str, str]]:
    files = {n: os.path.join(folder, n, n) for n in os.listdir(folder)}
    pairs = {name: (f"{start}_TRAIN.ts", f"{start}_TEST.ts") for name, start in files.items()}
    return {name: pair for name, pair in pairs.items() if all(map(os.path.isfile, pair))}


def _cases(path: str, classes: tuple[str, ...]) -> tuple[list[np.ndarray], np.ndarray]:
    """The series of a file, and their labels as places among the classes of the training file."""
    series, labels, names = read_ts(path)
    if labels is None or not set(names) <= set(classes):
        known = ", ".join(classes)
        raise ValueError(f"{path}: its classes {', '.join(names)} are not all among {known}")
    return series, np.array([classes.index(names[label]) for label in labels], np.int64)


def _examples(
    series: list[np.ndarray], labels: np.ndarray, mean: np.ndarray, deviation: np.ndarray
) -> Examples:
    inputs, lengths = scaled([filled(steps) for steps in series], mean, deviation)
    return Examples.of(inputs, labels, lengths)
