"""Sequences as rows of numbers, for models that know nothing of time.

Tokens give sparse rows (``scipy.sparse``), vectors dense ones. Padding is never looked at.
"""

from typing import Any

import numpy as np


def flattened(inputs: np.ndarray, lengths: np.ndarray, size: int, steps: int) -> Any:
    """All steps side by side, ``(batch, steps * size)``: tokens as indicators; zeros after the
    end of a sequence. Sequences longer than ``steps`` are cut off.

    size: of the vocabulary, or numbers a step.
    """
    inputs = inputs[:, :steps]
    present = np.arange(inputs.shape[1]) < lengths[:, None]
    if inputs.ndim == 2:
        rows, at = np.nonzero(present)
        return _counts(rows, at * size + inputs[rows, at], (len(inputs), steps * size))
    wide = np.zeros((len(inputs), steps, size))
    wide[:, : inputs.shape[1]] = np.where(present[..., None], inputs, 0)
    return wide.reshape(len(inputs), -1)


def pooled(inputs: np.ndarray, lengths: np.ndarray, size: int) -> Any:
    """How often each token occurs, ``(batch, size)``; of vectors the mean and the standard
    deviation over the steps, ``(batch, 2 * size)``."""
    present = np.arange(inputs.shape[1]) < lengths[:, None]
    if inputs.ndim == 2:
        rows, at = np.nonzero(present)
        return _counts(rows, inputs[rows, at], (len(inputs), size))
    steps = lengths[:, None].astype(float)
    mean = np.where(present[..., None], inputs, 0).sum(1, dtype=float) / steps
    off = np.where(present[..., None], inputs - mean[:, None], 0)
    return np.concatenate([mean, np.sqrt((off**2).sum(1) / steps)], 1)


def _counts(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> Any:
    from scipy.sparse import csr_matrix

    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape)
