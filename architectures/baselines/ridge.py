"""Ridge regression: forecasting by least squares."""

from operator import itemgetter
from typing import Any

import numpy as np

from architectures.architecture import Data, Estimator, Signature, architecture
from architectures.baselines.features import flattened, pooled

PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0)
WINDOWS = (1, 2, 4, 8, 16, 24, 32, 64)
NUMBERS = 8_000_000
"""Most numbers in the features that a fit sees, which bounds its memory."""
WIDEST = 1_000
"""Most features, for the fit takes the cube of them in time."""


@architecture("ridge", neural=False, baseline=True)
class Ridge(Estimator):
    """Ridge regression on the whole sequence, or on its last steps (autoregression).

    One target for a sequence: on all steps side by side, where that makes at most 1,000 numbers,
    zeros after the end (flattened), or on mean and standard deviation over time (pooled). A
    target for each step: on the last 1, 2, 4, ... or 64 steps (window), zeros before the first.
    A constant term is not penalised. Features and penalty (on the sum of squared errors) are
    chosen on validation by mean squared error.
    """

    def __init__(self, signature: Signature):
        super().__init__(signature)
        self.features: str | int = ""
        self.steps = 0
        self.weights, self.bias = np.zeros((0, 0)), np.zeros(0)

    @staticmethod
    def refuses(signature: Signature) -> str | None:
        if signature.outputs != "reals":
            return f"it gives real numbers; outputs here are {signature.outputs}"
        if signature.inputs != "vectors":
            return f"it reads numbers; inputs here are {signature.inputs}"
        return None

    def fit(self, training: Data, validation: Data, seed: int) -> dict[str, Any]:
        self.steps, fits = training.inputs.shape[1], []
        for features in self._candidates():
            self.features = features
            rows, wanted = self._examples(training)
            judged, right = self._examples(validation)
            mean, middle = rows.mean(0), wanted.mean(0)
            rows, wanted = rows - mean, wanted - middle
            values, directions = np.linalg.eigh(rows.T @ rows)
            along = directions.T @ (rows.T @ wanted)
            for penalty in PENALTIES:
                # eigenvalues of a Gram matrix are never negative but for rounding
                weights = directions @ (along / (values.clip(0) + penalty)[:, None])
                bias = middle - mean @ weights
                error = float(np.mean((judged @ weights + bias - right) ** 2))
                fits.append((error, features, penalty, weights, bias))
        error, self.features, penalty, self.weights, self.bias = min(fits, key=itemgetter(0))
        return {"features": _named(self.features), "penalty": penalty, "validation": -(error**0.5)}

    def _candidates(self) -> list[str | int]:
        size = self.signature.input_size
        if self.signature.problem == "many-to-many":
            most = max(1, min(self.steps, WIDEST // size))
            return [window for window in WINDOWS if window <= most]
        if self.signature.problem == "one-to-one":
            return ["flattened"]
        return ["pooled", "flattened"] if self.steps * size <= WIDEST else ["pooled"]

    def _examples(self, data: Data) -> tuple[np.ndarray, np.ndarray]:
        width = self._rows(data.inputs[:1], data.lengths[:1]).shape[-1]
        which = tuple(index[: NUMBERS // width] for index in np.nonzero(data.loss_mask))
        needed = slice(0, int(which[0].max(initial=0)) + 1)
        rows = self._rows(data.inputs[needed], data.lengths[needed])
        return rows[which], data.targets[which].astype(float)

    def _rows(self, inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        if isinstance(self.features, int):
            lags = [_delayed(inputs, lag) for lag in range(self.features)]
            return np.concatenate(lags, -1, dtype=float)
        if self.features == "pooled":
            return pooled(inputs, lengths, self.signature.input_size)
        return flattened(inputs, lengths, self.signature.input_size, self.steps)

    def predict(self, inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        return self._rows(inputs, lengths) @ self.weights + self.bias

    def arrays(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights, "bias": self.bias}

    def parameter_count(self) -> int:
        return self.weights.size + self.bias.size


def _delayed(inputs: np.ndarray, lag: int) -> np.ndarray:
    """The sequences ``lag`` steps later, zeros before their first step; ``(batch, time, dim)``."""
    return np.pad(inputs, ((0, 0), (lag, 0), (0, 0)))[:, : inputs.shape[1]]


def _named(features: str | int) -> str:
    return f"window of {features}" if isinstance(features, int) else features
