"""Files of the user's own, made for tests, and the tasks declared on them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from harness.errors import UserError
from harness.experiment.registry import make_task, spec_of, task_declarations
from harness.experiment.user_data import choose

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
        chosen = choose("", flags={"path": str(path), **settings})
        made = [make_task(spec_of(t, task_declarations(), "task", "test")) for t in chosen.tasks]
        return made[0] if len(made) == 1 else made

    return make


def refused(make, *arguments, **settings) -> str:
    """The message that a file or its settings are refused with."""
    with pytest.raises(UserError) as caught:
        make(*arguments, **settings)
    return str(caught.value)


def facts(task) -> dict[str, str]:
    return dict(task.data.facts)


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
