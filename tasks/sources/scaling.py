"""Series with gaps made ready for a model: missing numbers filled, all scaled and padded."""

from collections.abc import Iterable, Sequence

import numpy as np


def scale(training: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of each channel over all training steps, missing values aside; a channel
    that never changes has a deviation of 1, one without any value a mean of 0."""
    steps = np.concatenate(list(training))
    known = np.maximum((~np.isnan(steps)).sum(0), 1)
    mean = np.nansum(steps, 0) / known
    deviation = np.sqrt(np.nansum((steps - mean) ** 2, 0) / known)
    deviation[~(deviation > 0)] = 1
    return mean, deviation


def filled(steps: np.ndarray) -> np.ndarray:
    """Each missing value replaced by the last one before it; NaN where there is none."""
    places = np.arange(len(steps)).reshape(-1, *[1] * (steps.ndim - 1))
    last = np.maximum.accumulate(np.where(np.isnan(steps), 0, places), 0)
    return np.take_along_axis(steps, last, 0)


def scaled(
    sequences: Sequence[np.ndarray], mean: np.ndarray, deviation: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sequences scaled as one padded ``(n, time, dim)`` array, and their lengths; what is still
    missing is 0, the training mean."""
    lengths = np.array([len(steps) for steps in sequences])
    array = np.zeros((len(sequences), lengths.max(), len(mean)), np.float32)
    for row, steps in zip(array, sequences, strict=True):
        row[: len(steps)] = np.nan_to_num((steps - mean) / deviation)
    return array, lengths
