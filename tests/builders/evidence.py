"""Evidence made of invented records, to test claims that nothing was trained for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import numpy as np

from harness.experiment.record import Record
from harness.experiment.registry import (
    at_lag,
    spec_of,
)
from harness.experiment.store import Store
from reports.analysis.evidence import Evidence, gather

Row = tuple[str, str, int, Mapping[str, Any] | None]
"""Task, architecture, seed, and fields of the record; None: the cell has not run yet."""

SEEDS = (0, 1, 2, 3, 4)


def evidence(
    parts: Mapping[str, Iterable[Row]],
    probe: Mapping[str, str] | None = None,
    lags: Mapping[str, Sequence[int]] | None = None,
) -> Evidence:
    """The evidence in records with these fields, by part; ``""`` is the matrix's own.

    Besides the fields of ``Record``, a row may give ``updates`` (arrays by name) and ``lag``.
    probe: of the parts that have one. lags: the grid of a part that seeks a horizon.
    """
    return gather(cast(Store, _Store(parts, probe or {}, lags or {})))


def each(task: str, architecture: str, values: Sequence[float], field: str = "skill") -> list[Row]:
    """A row a seed, from seed 0 on, with one number each."""
    return [(task, architecture, seed, {field: value}) for seed, value in enumerate(values)]


def climb(task: str, architecture: str, horizons: Sequence[int], lags: Sequence[int]) -> list[Row]:
    """Rows of a search for a horizon: each seed, from 0 on, learns all lags up to its horizon."""
    spec = spec_of(task, "task", "made up")
    labels = {lag: at_lag(spec, lag, "made up").label for lag in lags}
    return [
        (label, architecture, seed, {"lag": lag, "skill": float(lag <= horizon)})
        for lag, label in labels.items()
        for seed, horizon in enumerate(horizons)
    ]


def rows(task: str, architecture: str, mean: float, seeds: int, **fields: Any) -> list[Row]:
    """A row a seed, with skills around a mean, and the same further fields."""
    return [
        (task, architecture, seed, {"skill": value, **fields})
        for seed, value in enumerate(around(mean, seeds=seeds))
    ]


def around(mean: float, spread: float = 0.01, seeds: int = 5) -> list[float]:
    """Numbers with this mean, evenly spread over ``mean`` plus or minus ``spread``."""
    return [mean + offset for offset in np.linspace(-spread, spread, seeds)]


class _Store:
    """As much of a store as the reading of a matrix asks for."""

    corrupted: tuple[str, ...] = ()

    def __init__(
        self,
        parts: Mapping[str, Iterable[Row]],
        probe: Mapping[str, str],
        lags: Mapping[str, Sequence[int]],
    ):
        self.records: dict[str, Record] = {}
        self.arrays: dict[str, dict[str, np.ndarray]] = {}
        self.cells: list[dict[str, Any]] = []
        self.parts = [
            {"name": name, "probe": probe.get(name, ""), "lags": list(lags.get(name, ()))}
            for name in parts
            if name
        ]
        for part, rows in parts.items():
            for row in rows:
                self._add(part, *row)

    def _add(
        self, part: str, task: str, architecture: str, seed: int, fields: Mapping[str, Any] | None
    ) -> None:
        name = "|".join((part, task, architecture, str(seed)))
        given = dict(fields or {})
        cell = {"id": name, "kind": "score", "task": task, "architecture": architecture}
        self.cells.append(cell | {"seed": seed, "part": part, "lag": given.pop("lag", None)})
        if fields is None:
            return
        self.arrays[name] = given.pop("updates", {})
        if "skill" in given:
            given.setdefault("metric", "accuracy")
            given.setdefault("scores", {"test": {given["metric"]: given["skill"]}})
        key = {"task": _spec(task, "task"), "seed": seed}
        key["architecture"] = _spec(architecture, "architecture")
        self.records[name] = Record(name, key, task, architecture, seed, **given)

    def plan(self, matrix: str | None = None) -> dict[str, Any]:
        return {"matrix": matrix or "claims", "cells": self.cells, "parts": self.parts}

    def get(self, cell: str) -> Record | None:
        return self.records.get(cell)

    def environment(self, name: str) -> dict[str, Any]:
        return {}

    def updates(self, cell: str) -> dict[str, np.ndarray]:
        return self.arrays.get(cell, {})


def _spec(label: str, kind: str) -> dict[str, Any]:
    """``recall[lag=5]`` as it stands in a record's key, with the parameters it leaves out."""
    spec = spec_of(label, kind, "made up")
    return {"name": spec.name, "parameters": dict(spec.parameters)}
