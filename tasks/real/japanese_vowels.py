"""Who says these two vowels? One of nine speakers from a short run of speech frames."""

import os
from dataclasses import dataclass

import numpy as np

from tasks.sources.scaling import scaled
from tasks.sources.ts_file import read_ts
from tasks.task import Classes, Examples, Problem, Stored, Vectors, package_folder, task


@task("japanese_vowels")
@dataclass(frozen=True)
class JapaneseVowels(Stored):
    """Nine men say the Japanese vowels "ae"; tell from 12 cepstral coefficients a frame who.

    Example: 20 frames ``[1.86, -0.21, 0.26, ...], [1.89, ...], ...`` -> speaker 0.

    Shapes: inputs ``(batch, 29, 12)``, 7 to 29 real frames, each coefficient with the mean and
    deviation of the training frames taken out; targets ``(batch,)``.
    Chance level: 8 %, guessing the first speaker (training is balanced, the test is not).

    Source: Kudo, Toyama and Shimbo, Pattern Recognition Letters 20, 1999; files of sktime.
    Split: the given 270 / 370; 6 of each speaker's 30 training utterances are for validation.
    Trap: the average frame gives the speaker away, so this says nothing about memory.
    """

    problem = Problem.MANY_TO_ONE
    inputs = Vectors(12)
    outputs = Classes(9)
    metric = "accuracy"
    readout = "mean"
    tags = ("real data", "speech")
    source = "sktime, JapaneseVowels (Kudo, Toyama and Shimbo 1999)"
    packages = ("sktime",)

    def load(self) -> dict[str, Examples]:
        given, test, rng = self._read("TRAIN"), self._read("TEST"), np.random.default_rng(0)
        speakers = [rng.permutation(np.flatnonzero(given.targets == k)) for k in range(9)]
        training = given.take(np.sort(np.concatenate([rows[6:] for rows in speakers])))
        validation = given.take(np.sort(np.concatenate([rows[:6] for rows in speakers])))
        frames = training.inputs[_real(training)]
        mean, deviation = frames.mean(0), frames.std(0)
        splits = {"training": training, "validation": validation, "test": test}
        for part in splits.values():
            part.inputs[:] = (part.inputs - mean) / deviation * _real(part)[:, :, None]
        return splits

    def references(self) -> dict[str, float]:
        """Logistic regression on each utterance's mean and deviation: no order, no length."""
        from sklearn.linear_model import LogisticRegression

        def summary(part: Examples) -> np.ndarray:
            utterances = [x[:n] for x, n in zip(part.inputs, part.lengths, strict=True)]
            return np.array([np.concatenate([x.mean(0), x.std(0)]) for x in utterances])

        training, test = self.splits()["training"], self.splits()["test"]
        model = LogisticRegression(max_iter=1000).fit(summary(training), training.targets)
        return {"order-free logistic regression": float(model.score(summary(test), test.targets))}

    def _read(self, part: str) -> Examples:
        folder = os.path.join(package_folder("sktime", "sktime"), "datasets/data/JapaneseVowels")
        frames, speakers, _ = read_ts(f"{folder}/JapaneseVowels_{part}.ts")
        assert speakers is not None
        inputs, lengths = scaled(frames, np.zeros(12), np.ones(12))
        return Examples.of(inputs, speakers, lengths)


def _real(part: Examples) -> np.ndarray:
    """Which frames are no padding, ``(batch, time)``."""
    return np.arange(part.inputs.shape[1]) < part.lengths[:, None]
