"""Files as tables: CSV, Parquet, JSON lines, NPZ and UCR ``.ts``.

Nothing is guessed from content here: a CSV file gives strings, the others what they hold. Where
something is wrong the message names the file, and row and column where there are any.
"""

import csv
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.sources.ts_file import read_ts
from tasks.user_data.messages import Refused, nearest


@dataclass(frozen=True)
class Table:
    """Columns of equal length. A nested column holds a sequence in each row."""

    path: str
    columns: dict[str, np.ndarray]
    rows: np.ndarray
    """``(rows,)`` the number of each row: its line in CSV (the header is 1) and JSON lines, its
    place counted from 1 in Parquet and ``.ts``, from 0 in NPZ."""

    def __len__(self) -> int:
        return len(self.rows)

    def refused(self, message: str, row: int | None = None, column: str = "") -> Refused:
        """The refusal of the file, or of a row, which counts from 0, or of a value in it."""
        return Refused(message, self.path, None if row is None else self.rows[row], column)

    def need(self, column: str, setting: str) -> np.ndarray:
        """A column that a setting names; raises Refused with the nearest names."""
        if column not in self.columns:
            message = f"there is no such column; {nearest(column, self.columns)}"
            raise self.refused(f"{setting} = {column!r}: {message}")
        return self.columns[column]


def digest(path: str) -> str:
    """What the data depends on: the format, and a hash of the content."""
    with open(path, "rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return f"{os.path.splitext(path)[1][1:].lower()} {content[:16]}"


def read(path: str) -> Table:
    """The table in a file, by the ending of its name; raises Refused."""
    ending = os.path.splitext(path)[1].lower()
    if ending not in READERS:
        known = f"one of {', '.join(READERS)}, or .txt for a language model"
        raise Refused(f"{ending or 'no ending'} is not read; {known}", path)
    table = READERS[ending](path)
    if not len(table):
        raise Refused("holds no row of data", path)
    return table


def _csv(path: str) -> Table:
    csv.field_size_limit(2**31 - 1)
    records: list[list[str]] = []
    lines: list[int] = []
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            delimiter = max(",;\t|", key=first.count) if not path.endswith(".tsv") else "\t"
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            line = 1
            for record in reader:
                if record:
                    records.append(record)
                    lines.append(line)
                line = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8 text (byte {error.start}); save it so", path) from None
    except csv.Error as error:
        raise Refused(f"{error}", path, reader.line_num) from None
    if not records:
        raise Refused("is empty", path)
    header = [name.strip() for name in records[0]]
    _check_header(path, header)
    for record, line in zip(records, lines, strict=True):
        if len(record) != len(header):
            fields = f"{len(record)} fields, where the header has {len(header)}"
            raise Refused(fields, path, line)
    columns = dict(zip(header, zip(*records[1:], strict=True), strict=False))
    named = {name: np.array(column, object) for name, column in columns.items() if name}
    return Table(path, named, np.array(lines[1:]))


def _check_header(path: str, header: list[str]) -> None:
    numeric = [name for name in header if _is_number(name)]
    counting = [[str(start + i) for i in range(len(numeric))] for start in (0, 1)]
    if numeric and (len(numeric) < 2 or numeric not in counting):
        message = "is a number, where the names of the columns should stand; give the file a header"
        raise Refused(f"{numeric[0]!r} {message}", path, 1)
    for name in header:
        if name and header.count(name) > 1:
            raise Refused(f"two columns are called {name!r}", path, 1)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _parquet(path: str) -> Table:
    import pandas

    try:
        frame = pandas.read_parquet(path)
    except Exception as error:  # pyarrow raises its own kinds for what is no Parquet file
        raise Refused(f"{str(error).splitlines()[0]}", path) from None
    if any(frame.index.names):
        frame = frame.reset_index()
    columns = {}
    for name in frame:
        column = frame[name]
        plain = isinstance(column.dtype, np.dtype)
        columns[str(name)] = column.to_numpy() if plain else _objects(column.astype(object))
    return Table(path, columns, np.arange(len(frame)) + 1)


def _json_lines(path: str) -> Table:
    objects: list[dict[str, Any]] = []
    rows: list[int] = []
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError as error:
                raise Refused(f"not JSON: {error}", path, number) from None
            if not isinstance(value, dict):
                raise Refused("not an object like {...}", path, number)
            objects.append(value)
            rows.append(number)
    names = dict.fromkeys(name for value in objects for name in value)
    columns = {name: _objects([value.get(name) for value in objects]) for name in names}
    return Table(path, columns, np.array(rows, int))


def _npz(path: str) -> Table:
    """Arrays ``X (n, time[, dim])``, ``y (n,)`` or ``(n, time)``, ``lengths (n,)``, and others of
    n values as further columns."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
    except (ValueError, OSError) as error:
        raise Refused(f"{error}", path) from None
    x = arrays.pop("X", None)
    if x is None or x.ndim not in (2, 3):
        what = f"array 'X' of shape {x.shape}" if x is not None else "no array 'X'"
        raise Refused(f"{what}; it should hold X (n, time[, dim]), y and lengths", path)
    n, time = x.shape[:2]
    lengths = arrays.pop("lengths", np.full(n, time))
    for name, array in (arrays | {"lengths": lengths}).items():
        if array.shape[:1] != (n,):
            raise Refused(f"{name!r} has shape {array.shape}, and X {x.shape}", path)
    wrong = np.flatnonzero((lengths < 1) | (lengths > time))
    if len(wrong):
        raise Refused(f"{lengths[wrong[0]]} is not from 1 to {time}", path, wrong[0], "lengths")
    columns = {"X": _objects([row[:length] for row, length in zip(x, lengths, strict=True)])}
    for name, array in arrays.items():
        if array.ndim == 2 and array.shape[1] == time:
            columns[name] = _objects([r[:k] for r, k in zip(array, lengths, strict=True)])
        else:
            columns[name] = array.reshape(n, -1)[:, 0]
    return Table(path, columns, np.arange(n))


def _ts(path: str) -> Table:
    try:
        file = read_ts(path)
    except ValueError as error:  # has file and line already
        raise Refused(str(error)) from None
    columns = {"X": _objects(file.series)}
    if file.labels is not None:
        numbers = file.labels.dtype.kind == "f"
        columns["y"] = file.labels if numbers else np.array(file.classes, object)[file.labels]
    return Table(path, columns, np.arange(len(file.series)) + 1)


def _objects(values: Any) -> np.ndarray:
    """A column that holds each value as it is, sequences too."""
    return np.fromiter(values, object, len(values))


READERS: dict[str, Callable[[str], Table]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".parquet": _parquet,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".npz": _npz,
    ".ts": _ts,
}
