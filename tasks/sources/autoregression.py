"""Forecasts of one series by its own past: what they share, and least squares, which they should
beat."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from tasks.task import Problem, Reals, Stored


class Forecast(Stored):
    """At each step of a window how the series, the first input channel, changes after it: give
    ``outputs``, ``load`` and ``order``. Targets are changes in ``outputs.scale``."""

    order: ClassVar[int]
    """How many of the last values least squares sees."""
    problem = Problem.MANY_TO_MANY
    metric = "rmse"
    causal = True
    tags = ("forecasting", "real data")

    @property
    @abstractmethod
    def outputs(self) -> Reals: ...

    def floor(self, split: str = "test") -> float:
        """That nothing changes: its error in the target's unit."""
        part = self.splits()[split]
        return self._rmse(part.targets[part.loss_mask][:, 0])

    def references(self) -> dict[str, float]:
        """Least squares, fitted on the training windows, on a constant and the last ``order``
        values, that of the step itself included."""
        past, following = self._lags("training")
        weights = np.linalg.lstsq(past, following, rcond=None)[0]
        past, following = self._lags("test")
        return {f"AR({self.order})": self._rmse(following - past @ weights)}

    def _lags(self, split: str) -> tuple[np.ndarray, np.ndarray]:
        """Of each step that is scored, ``(steps, order + 1)`` and the target ``(steps,)``."""
        part = self.splits()[split]
        series = part.inputs[:, :, 0].astype(float)
        past = np.lib.stride_tricks.sliding_window_view(series, self.order, 1)
        past, following = past[part.loss_mask[:, self.order - 1 :]], part.targets[part.loss_mask]
        return np.column_stack([past, np.ones(len(past))]), following[:, 0]

    def _rmse(self, error: np.ndarray) -> float:
        return float(np.sqrt(np.mean(error.astype(float) ** 2)) * self.outputs.scale)
