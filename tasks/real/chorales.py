"""The next chord of a four-part chorale by Bach, note by note."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tasks.sources.musicxml import chorales, tunes
from tasks.task import Binary, Examples, Problem, Stored, Vectors, task


@task("chorales")
@dataclass(frozen=True)
class Chorales(Stored):
    """At every quarter note, which of the 88 keys of a piano will sound at the next?

    Example: the chord D4 A4 D5 F#5 -> the chord E4 A4 C#5 E5.

    Shapes: inputs ``(batch, length, 88)``, 1 where a key is sounding, from A0 to C8; targets the
    same a quarter later, ``(batch, length, 88)``. Longer pieces go on in the next example.
    Units: nats a step, summed over the 88 keys.
    Chance level: 11.4 nats with each key's own frequency.

    Source: Boulanger-Lewandowski, Bengio and Vincent, Modeling temporal dependencies in
    high-dimensional sequences, 2012; here the 364 four-part chorales of the music21 corpus.
    Split: 60 / 20 / 20 % of the pieces, all settings of a tune in one; 183 tunes. Published of the
    data set JSB, with its own split, for orientation: RNN 8.91, LSTM 8.45, GRU 8.43, TCN 8.10.
    Trap: Bach set many tunes several times; pieces dealt out singly put a tune into two splits.
    """

    length: int = 96

    problem = Problem.MANY_TO_MANY
    inputs = Vectors(88)
    outputs = Binary(88)
    metric = "nll"
    causal = True
    horizon = 1
    tags = ("music", "real data")
    tiny: ClassVar = {"length": 16}
    source = "music21 corpus, bach (Boulanger-Lewandowski, Bengio and Vincent 2012)"
    packages = ("music21",)

    def __post_init__(self) -> None:
        if self.length < 1:
            raise ValueError(f"chorales needs length > 0: {self}")

    def load(self) -> dict[str, Examples]:
        pieces = chorales()
        tune = tunes(pieces)
        dealt: dict[str, list[np.ndarray]] = {"training": [], "validation": [], "test": []}
        before = 0
        for number in np.random.default_rng(0).permutation(np.unique(tune)):
            settings = np.flatnonzero(tune == number)
            share = before / len(pieces)
            split = "training" if share < 0.6 else "validation" if share < 0.8 else "test"
            dealt[split] += [pieces[row].frames for row in settings]
            before += len(settings)
        return {split: self._windows(frames) for split, frames in dealt.items()}

    def _windows(self, pieces: list[np.ndarray]) -> Examples:
        cut = [
            piece[start : start + self.length + 1]
            for piece in pieces
            for start in range(0, len(piece) - 1, self.length)
        ]
        lengths = np.array([len(frames) - 1 for frames in cut])
        keys = np.zeros((2, len(cut), lengths.max(), 88), np.float32)
        for row, (frames, steps) in enumerate(zip(cut, lengths, strict=True)):
            keys[:, row, :steps] = frames[:-1], frames[1:]
        return Examples.of(keys[0], keys[1], lengths)

    def floor(self, split: str = "test") -> float:
        """Each key by its own frequency in training, whatever came before."""
        training, part = self.splits()["training"], self.splits()[split]
        return _nats(_share(training.targets[training.loss_mask]), part.targets[part.loss_mask])

    def references(self) -> dict[str, float]:
        """Each key for itself, by how often it followed its own sounding or its silence."""
        training, test = self.splits()["training"], self.splits()["test"]
        now = training.inputs[training.loss_mask] > 0
        following = training.targets[training.loss_mask]
        on, off = _share(following, now), _share(following, ~now)
        chance = np.where(test.inputs[test.loss_mask] > 0, on, off)
        return {"per-note Markov": _nats(chance, test.targets[test.loss_mask])}


def _share(following: np.ndarray, where: np.ndarray | bool = True) -> np.ndarray:
    """How often each key sounds in ``following``, ``(steps, 88)``, never quite 0 or 1."""
    among = np.broadcast_to(where, following.shape)
    return ((following * among).sum(0) + 1) / (among.sum(0) + 2)


def _nats(chance: np.ndarray, following: np.ndarray) -> float:
    surprise = -np.log(np.where(following > 0, chance, 1 - chance))
    return float(surprise.sum(1).mean())
