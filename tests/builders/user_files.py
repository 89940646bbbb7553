"""Files of users, made for tests, the tasks declared on them, and records of such a task."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from harness.errors import UserError
from harness.experiment.record import Record
from harness.experiment.registry import make_task, spec_of
from harness.experiment.request import Request
from harness.experiment.store import Store
from harness.experiment.user_data import choose, opened

SPLIT = ["train"] * 4 + ["val"] * 2 + ["test"] * 2
"""Splits of eight sequences, where a test gives them itself."""


def maker(tmp_path):
    """A function that writes a file there, unless it is to be left as it is, and declares a task
    on it; it returns the task and, if there is one, its control row."""

    def make(name: str, content: object = None, **settings):
        path = tmp_path / name
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        elif isinstance(content, pd.DataFrame):
            content.to_parquet(path) if path.suffix == ".parquet" else content.to_csv(
                path, index=False
            )
        elif isinstance(content, list):
            path.write_text("\n".join(json.dumps(row) for row in content))
        elif isinstance(content, dict):
            np.savez(path, **content)
        chosen = choose(Request(user_data={"path": str(path), **settings}))
        specs = [spec_of(t, "task", "test") for t in chosen.tasks]
        made = [make_task(spec) for spec in opened(specs)]
        return made[0] if len(made) == 1 else made

    return make


def refused(make, *arguments, **settings) -> str:
    """The message that a file or its settings are refused with."""
    with pytest.raises(UserError) as caught:
        make(*arguments, **settings)
    return str(caught.value)


def facts(task) -> dict[str, str]:
    return task.contents.facts


def long_table() -> pd.DataFrame:
    """Eight machines of two to nine hours, rows in no order; the label is a machine's."""
    rng = np.random.default_rng(0)
    rows = [
        {"machine": f"m{m}", "hour": hour, "speed": 10 * m + hour, "heat": rng.normal(),
         "failed": "yes" if m % 2 else "no", "part": SPLIT[m]}
        for m in range(8) for hour in range(2 + m)
    ]  # fmt: skip
    return pd.DataFrame(rows).sample(frac=1, random_state=1)


LONG = {"kind": "classification", "target": "failed", "time": "hour", "group": "machine",
        "split": "part"}  # fmt: skip


def series(n: int = 40, groups: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    return pd.DataFrame([
        {"shop": shop, "day": f"2024-01-{day + 1:02d}" if day < 31 else f"2024-02-{day - 30:02d}",
         "sales": 100 * g + rng.normal(), "promo": day % 7}
        for g, shop in enumerate("ABC"[:groups]) for day in range(n)
    ])  # fmt: skip


FORECAST = {"kind": "forecast", "target": "sales", "time": "day", "group": "shop"}


def store_of(tmp_path, scores: dict, metric: str = "accuracy", **more) -> Store:
    """Records of a task and its control: ``scores[order, architecture]`` has a row of right (1)
    and wrong (0) test examples for each seed."""
    store = Store(tmp_path / "out")
    store.create()
    cells = []
    for (order, architecture), seeds in scores.items():
        for seed, right in enumerate(seeds):
            name = f"{len(cells):012x}"
            label = "mine" if order == "kept" else f"mine[order={order}]"
            key = {"task": {"name": "mine", "parameters": {"kind": "text", "order": order}}}
            record = Record(
                name, key, label, architecture, seed, baseline=architecture == "logistic",
                metric=metric, floor=0.5, ceiling=1.0, ceiling_is_ideal=True,
                skill=2 * np.mean(right) - 1,
                scores={"test": {metric: np.mean(right)}, "validation": {metric: np.mean(right)}},
                seconds={"training": {"gru": 9.0, "cnn": 2.0}.get(architecture, 0.1)},
                parameters=1000, facts={"kind": "text", "trivial": "always 'no'"} | more,
                per_example={"score": np.array(right), "weight": np.ones(len(right))},
            )  # fmt: skip
            store.put(record)
            row = {"id": name, "task": label, "architecture": architecture, "seed": seed}
            cells.append(row | {"kind": "score"})
    store.put_plan({"matrix": "mine", "description": "", "budget": {}, "cells": cells,
                    "command": "harness run --task mine.toml"})  # fmt: skip
    return store


def right(share: float, seeds: int = 3, n: int = 200) -> list[np.ndarray]:
    """For each seed the test examples that are right: nearly the same ones, a few less."""
    return [(np.arange(n) < round(share * n) - seed).astype(float) for seed in range(seeds)]
