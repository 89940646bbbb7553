"""Least squares on the last values of a series: what a forecast should beat."""

from __future__ import annotations

import numpy as np

from tasks.task import Examples


def rmse(error: np.ndarray, scale: float) -> float:
    """Root mean squared error in the target's unit, of errors that are in ``scale`` of it."""
    return float(np.sqrt(np.mean(error.astype(float) ** 2)) * scale)


def no_change(part: Examples, scale: float) -> float:
    """Error of the forecast that nothing changes, where targets are changes."""
    return rmse(part.targets[part.loss_mask][:, 0], scale)


def autoregression(training: Examples, test: Examples, order: int, scale: float) -> float:
    """Error on ``test`` of least squares, fitted on ``training``, on a constant and on the last
    ``order`` values of the first input channel, that of the step itself included."""
    past, following = _lags(training, order)
    weights = np.linalg.lstsq(past, following, rcond=None)[0]
    past, following = _lags(test, order)
    return rmse(following - past @ weights, scale)


def _lags(part: Examples, order: int) -> tuple[np.ndarray, np.ndarray]:
    """Of each step that is scored, ``(steps, order + 1)`` and the target ``(steps,)``."""
    series = part.inputs[:, :, 0].astype(float)
    past = np.lib.stride_tricks.sliding_window_view(series, order, 1)
    past, following = past[part.loss_mask[:, order - 1 :]], part.targets[part.loss_mask]
    return np.column_stack([past, np.ones(len(past))]), following[:, 0]
