"""Columns read as numbers, labels, texts, symbols or times; each refusal names row and column."""

import math
from itertools import islice
from typing import Any

import numpy as np

from tasks.user_data.table import Table

MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "?"))
"""What stands for a missing number, in any case."""


def nested(table: Table, column: str) -> bool:
    """Whether the rows of a column hold sequences, as the first that holds anything tells."""
    values = table.columns[column]
    if values.dtype != object:
        return False
    some = (v for v in values if isinstance(v, list | np.ndarray) or not missing(v))
    return isinstance(next(some, None), list | np.ndarray)


def numeric(table: Table, column: str) -> bool:
    """Whether a column is one of numbers: at least half of the first thousand values that are
    there can be read so."""
    values = table.columns[column]
    if values.dtype.kind in "biuf":
        return True
    if values.dtype != object or nested(table, column):
        return False
    present = list(islice((value for value in values if not missing(value)), 1000))
    readable = sum(not math.isnan(_number(value)) for value in present)
    return bool(present) and 2 * readable >= len(present)


def missing(value: Any) -> bool:
    """Whether nothing is there, in a place where a number should be."""
    if isinstance(value, str):
        return value.strip().lower() in MISSING
    return value is None or value != value


def numbers(table: Table, column: str, what: str = "finite number") -> np.ndarray:
    """A column as float64, NaN where missing; raises Refused for what is no finite number."""
    values = table.columns[column]
    if values.dtype.kind in "Mm":
        raise table.refused(f"{values[0]} is a time, not a number", 0, column)
    try:
        result = values.astype(float)
    except (TypeError, ValueError):
        result = np.array([_number(value) for value in values], float)
    for row in np.flatnonzero(~np.isfinite(result)).tolist():
        if not missing(values[row]):
            raise table.refused(f"{quoted(values[row])} is no {what}", row, column)
    return result


def steps_of(table: Table, row: int, column: str) -> np.ndarray:
    """The sequence in a row of a nested column: ``(time, dim)`` float64 with NaN where a number
    is missing, or ``(time,)`` strings."""
    value = table.columns[column][row]
    if not isinstance(value, list | np.ndarray) or not len(value):
        raise table.refused(f"{quoted(value)} is no sequence", row, column)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        whole = value.astype(float)
    elif all(isinstance(symbol, str) for symbol in value):
        return np.array(list(value), object)
    else:
        whole = _matrix(table, row, column, value)
    if np.isinf(whole).any():
        raise table.refused("holds a number that is not finite", row, column)
    return whole.reshape(len(whole), -1)


def _matrix(table: Table, row: int, column: str, value: Any) -> np.ndarray:
    steps = [step if isinstance(step, list | np.ndarray) else [step] for step in value]
    for place, step in enumerate(steps):
        if len(step) != len(steps[0]):
            message = f"step {place} has {len(step)} numbers, the first {len(steps[0])}"
            raise table.refused(message, row, column)
        for number in step:
            if math.isnan(_number(number)) and not missing(number):
                raise table.refused(f"step {place}: {quoted(number)} is no number", row, column)
    return np.array([[_number(number) for number in step] for step in steps], float)


def _number(value: Any) -> float:
    """NaN for what is missing, and for what is no number."""
    known = isinstance(value, str | bool | int | float | np.number | np.bool_)
    if not known or (isinstance(value, str) and "_" in value):  # 1_000 is a number to Python
        return math.nan
    try:
        return float(value)
    except ValueError:
        return math.nan


def texts(table: Table, column: str) -> list[str]:
    """A column as strings, empty where missing; whole numbers without a point."""
    values = table.columns[column]
    whole = values.dtype.kind == "f" and all(v != v or v == int(v) for v in values)
    return [_text(int(v) if whole and v == v else v) for v in values]


def _text(value: Any) -> str:
    if value is None or (not isinstance(value, list | np.ndarray) and value != value):
        return ""
    return str(value).strip()


def labels(table: Table, column: str) -> list[str]:
    """A column as labels; raises Refused where one is missing."""
    names = texts(table, column)
    absent = [row for row, label in enumerate(names) if not label]
    if absent:
        more = f" (and {len(absent) - 1} more)" if len(absent) > 1 else ""
        raise table.refused(f"nothing there{more}; every row needs it", absent[0], column)
    return names


def times(table: Table, column: str) -> np.ndarray:
    """A column as numbers that rise with time; raises Refused for what is no time."""
    values = table.columns[column]
    if numeric(table, column):
        stamps = numbers(table, column, "time, as the others are numbers")
        absent = np.isnan(stamps)
    else:
        import pandas

        dates = pandas.to_datetime(
            pandas.Series(values), format="ISO8601", utc=True, errors="coerce"
        )
        absent = dates.isna().to_numpy()
        stamps = dates.dt.as_unit("ns").astype("int64").to_numpy()
    if absent.any():
        row = int(np.flatnonzero(absent)[0])
        right = "write 2024-01-31, 2024-01-31 12:00 or a number"
        raise table.refused(f"{quoted(values[row])} is no time; {right}", row, column)
    return stamps


def quoted(value: Any) -> str:
    if not isinstance(value, list | np.ndarray) and missing(value):
        return "a missing value"
    text = repr(value)
    return text if len(text) < 40 else text[:37] + "..."
