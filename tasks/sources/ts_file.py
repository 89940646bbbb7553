"""Reader of ``.ts`` files, the text format of the UCR and UEA archives of time series.

A header of lines ``@key value``, closed by ``@data``; then one case a line,
``channel:...:channel:label``, a channel being numbers with commas between and ``?`` for a missing
one. Lines that begin with ``#`` or ``%`` are remarks.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple, TextIO

import numpy as np


class TsFile(NamedTuple):
    """What is in a ``.ts`` file."""

    series: list[np.ndarray]
    """One array ``(time, channels)`` float64 for each case, NaN where a value is missing."""
    labels: np.ndarray | None
    """``(cases,)``: int64, places in ``classes``; float64 where the file gives numbers to
    predict (``@targetLabel``); None where cases have no label."""
    classes: tuple[str, ...]
    """Names of the classes, in the header's order, else sorted; empty where there are none."""


class _Header(NamedTuple):
    kind: str  # class, target or none
    classes: tuple[str, ...]
    channels: int | None


def read_ts(path: str) -> TsFile:
    """All cases of a file; raises ValueError, with file and line, for what cannot be right."""
    series: list[np.ndarray] = []
    labels: list[str] = []
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = _lines(file)
        header = _header(path, lines)
        channels = header.channels
        for number, line in lines:
            where = f"{path}, line {number}"
            texts = line.split(":")
            if header.kind != "none":
                labels.append(_label(where, texts.pop().strip(), header))
            series.append(_case(where, texts, channels))
            channels = series[0].shape[1]
    if not series:
        raise ValueError(f"{path}: no case after @data")
    if header.kind == "none":
        return TsFile(series, None, ())
    if header.kind == "target":
        return TsFile(series, np.array([_number(path, label) for label in labels]), ())
    classes = header.classes or tuple(sorted(set(labels)))
    places = {name: place for place, name in enumerate(classes)}
    return TsFile(series, np.array([places[label] for label in labels], np.int64), classes)


def channels_and_classes(path: str) -> tuple[int, tuple[str, ...]]:
    """The number of channels and the names of the classes, from no more than the head of the file
    where its header lists the classes; no names where labels are no classes."""
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = _lines(file)
        header = _header(path, lines)
        if header.kind != "class" or header.classes:
            first = next(lines, (0, ""))[1].count(":") + (header.kind == "none")
            return header.channels or first, header.classes
    whole = read_ts(path)
    return whole.series[0].shape[1], whole.classes


def _lines(file: TextIO) -> Iterator[tuple[int, str]]:
    """Lines that say something, with their numbers from 1."""
    for number, line in enumerate(file, 1):
        text = line.strip()
        if text and text[0] not in "#%":
            yield number, text


def _header(path: str, lines: Iterator[tuple[int, str]]) -> _Header:
    kind, channels = "none", None
    classes: tuple[str, ...] = ()
    for number, line in lines:
        key, *values = line.split()
        key, truth = key.lower(), bool(values) and values[0].lower() == "true"
        if key == "@data":
            return _Header(kind, classes, channels)
        if not key.startswith("@"):
            raise ValueError(f"{path}, line {number}: {line[:40]!r} comes before @data")
        if key == "@classlabel" and truth:
            kind, classes = "class", tuple(values[1:])
        elif key == "@targetlabel" and truth:
            kind = "target"
        elif key == "@timestamps" and truth:
            raise ValueError(f"{path}, line {number}: time stamps are not read; give values alone")
        elif key in ("@dimension", "@dimensions") and values and values[0].isdigit():
            channels = int(values[0])
        elif key == "@univariate" and truth:
            channels = 1
    raise ValueError(f"{path}: no line @data")


def _label(where: str, label: str, header: _Header) -> str:
    if header.classes and label not in header.classes:
        raise ValueError(f"{where}: label {label!r} is not among {', '.join(header.classes)}")
    if not label:
        raise ValueError(f"{where}: no label after the last ':'")
    if header.kind == "target":
        _number(where, label)
    return label


def _case(where: str, texts: list[str], channels: int | None) -> np.ndarray:
    """The channels of one line as an array ``(time, channels)``."""
    if len(texts) != (channels or len(texts)):
        raise ValueError(f"{where}: {len(texts)} channels instead of {channels}")
    columns = [text.split(",") for text in texts]
    lengths = sorted({len(column) for column in columns})
    if len(lengths) > 1:
        raise ValueError(f"{where}: channels of {lengths[0]} and of {lengths[-1]} values")
    return np.array([[_number(where, text) for text in column] for column in columns]).T


def _number(where: str, text: str) -> float:
    if text.strip() == "?":
        return math.nan
    try:
        number = float(text)
    except ValueError:
        raise ValueError(
            f"{where}: {text.strip()!r} is no number, nor ? for a missing one"
        ) from None
    if math.isinf(number):
        raise ValueError(f"{where}: {text.strip()!r} is not finite")
    return number
