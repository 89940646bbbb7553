"""Forecast noisy sines or a chaotic series."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tasks.task import Examples, Problem, Reals, Synthetic, Vectors, task


@task("oscillator")
@dataclass(frozen=True)
class Oscillator(Synthetic):
    """Forecast a series ``horizon`` steps ahead.

    ``.31 .80 1.02 .77  ->  .80 1.02 .77 .12``. Three kinds: ``sines``, the sum of two sines of unit
    amplitude, periods of 5 to 30 steps, random phases; ``logistic``, the chaotic map
    x' = 4 x (1 - x); ``mackey_glass``, x' = 0.9 x + 0.2 y / (1 + y^10) with y = x 17 steps ago,
    whose chaos needs memory. Each is scaled to mean 0 and variance 1 and observed through white
    noise of standard deviation ``noise``. Inputs and targets ``(batch, length, 1)``, of which
    those of the second half count; the metric is the mean squared error. Floor: the mean or
    persistence, whichever is better in training. Ceiling: the noise of the target itself,
    noise^2, all that a predictor who knows the true state must miss (May 1976; Mackey & Glass
    1977).
    """

    kind: Literal["sines", "logistic", "mackey_glass"] = "sines"
    horizon: int = 1  # type: ignore[misc]  # a parameter here, a constant of the class elsewhere
    length: int = 60
    noise: float = 0.1

    problem = Problem.MANY_TO_MANY
    inputs = Vectors(1)
    outputs = Reals(1)
    metric = "mse"
    causal = True
    ceiling_is_ideal = True
    tags = ("forecasting",)
    tiny = {"length": 12}
    source = "May 1976 (logistic map); Mackey & Glass 1977"

    def __post_init__(self) -> None:
        if self.horizon < 1 or self.length < 2:
            raise ValueError(f"oscillator needs horizon > 0, length > 1: {self}")

    def draw(self, rng: np.random.Generator, size: int) -> Examples:
        make = {"sines": _sines, "logistic": _logistic, "mackey_glass": _mackey_glass}[self.kind]
        series = make(rng, size, self.length + self.horizon)
        series = series + self.noise * rng.standard_normal(series.shape)
        late = np.arange(self.length) >= self.length // 2
        return Examples.of(
            series[:, : self.length, None],
            series[:, self.horizon :, None],
            loss_mask=np.broadcast_to(late, (size, self.length)),
        )

    def floor(self, split: str = "test") -> float:
        drawn = self.floor_examples()
        mean = drawn.targets[drawn.loss_mask].mean()

        def errors(part: Examples) -> tuple[float, float]:
            """Mean squared errors of the training mean and of persistence."""
            now, later = (a[part.loss_mask] for a in (part.inputs, part.targets))
            return float(((later - mean) ** 2).mean()), float(((later - now) ** 2).mean())

        better = int(np.argmin(errors(drawn)))
        return errors(self.examples(split))[better]

    def ceiling(self, split: str = "test") -> float:
        return self.noise**2


def _sines(rng: np.random.Generator, size: int, steps: int) -> np.ndarray:
    """Two sines a row, ``(size, steps)``."""
    periods = rng.uniform(5, 30, (size, 2, 1))
    phases = rng.uniform(0, 2 * np.pi, (size, 2, 1))
    return np.sin(2 * np.pi * np.arange(steps) / periods + phases).sum(1)


def _logistic(rng: np.random.Generator, size: int, steps: int) -> np.ndarray:
    """Orbits of the logistic map from points of its invariant distribution, ``(size, steps)``."""
    x = np.empty((steps, size))
    x[0] = np.sin(np.pi / 2 * rng.random(size)) ** 2
    for step in range(1, steps):
        x[step] = 4 * x[step - 1] * (1 - x[step - 1])
    return (x.T - 0.5) * np.sqrt(8)


def _mackey_glass(rng: np.random.Generator, size: int, steps: int) -> np.ndarray:
    """Series from random pasts, once they have settled, ``(size, steps)``."""
    delay, settle = 17, 300
    x = np.empty((settle + steps, size))
    x[: delay + 1] = rng.uniform(0.5, 1.3, (delay + 1, size))
    for step in range(delay + 1, len(x)):
        past = x[step - 1 - delay]
        x[step] = 0.9 * x[step - 1] + 0.2 * past / (1 + past**10)
    return (x[settle:].T - 0.926) / 0.235  # its mean and deviation over a million steps
