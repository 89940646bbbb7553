"""Stores of made-up records, and what the report says of them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from harness.experiment.record import Record
from harness.experiment.store import Store
from reports.analysis.results import read

TASKS = {
    "recall[lag=9]": dict(metric="accuracy", floor=0.25, ceiling=1.0, tags=["memory"]),
    "adding": dict(metric="mse", floor=0.2, ceiling=0.0, higher_is_better=False,
                   tags=["memory", "regression"], ceiling_is_ideal=True,
                   references={"linear": 0.15}),
}  # fmt: skip


def make(out: Path, skills: dict, seeds: int = 3, tasks: dict | None = None, **plan) -> Store:
    """A store whose cells end as ``skills[task, architecture]`` says.

    A list holds one skill for each seed, where None is a cell without a record, and a dict a
    cell that ended otherwise. One number stands for all seeds.
    """
    store = Store(out)
    store.create()
    environment = store.put_environment({"cpu": "Test CPU", "libraries": {"numpy": "2.4"}})
    cells = []
    for (task, architecture), ends in skills.items():
        facts = (tasks or TASKS)[task]
        for seed in range(seeds):
            end = ends[seed] if isinstance(ends, list) else ends
            name = f"{len(cells):012x}"
            cells.append(
                dict(id=name, task=task, architecture=architecture, seed=seed, kind="score")
            )
            if end is None:
                continue
            record = Record(name, {}, task, architecture, seed, environment=environment, **facts)
            if isinstance(end, dict):
                for field, value in end.items():
                    setattr(record, field, value)
            else:
                floor, ceiling = facts["floor"], facts["ceiling"]
                score = 0.5 if floor is None else floor + end * (ceiling - floor)
                record.skill = None if floor is None else end
                record.scores = {"test": {facts["metric"]: score}}
                record.seconds = {"training": 12.0 + seed, "total": 15.0}
                record.parameters, record.matched_parameters = 10_050, 9_990
                record.curve = [
                    dict(step=s, examples=s, seconds=1.0, loss=1.0, validation=score * s / 30)
                    for s in (10, 20, 30)
                ]
            store.put(record)
    budget = {"steps": 300, "parameters": 10_000, "schedule": None}
    store.put_plan(dict(matrix="made", description="", budget=budget, cells=cells) | plan)
    return store


def two_by_two(out: Path, lstm=(0.9, 0.91, 0.92), elman=(0.2, 0.21, 0.22), **plan) -> Store:
    """Both tasks, each with a good and a bad architecture."""
    pairs = {}
    for task in TASKS:
        pairs |= {(task, "lstm"): list(lstm), (task, "elman"): list(elman)}
    return make(out, pairs, **plan)


def with_examples(out: Path, of: dict, metric: str = "recall[lag=9]", **weights) -> Store:
    """One task; ``of`` gives each architecture's scores of its test examples, alike for seeds."""
    store = make(out, {(metric, a): float(np.mean(v)) for a, v in of.items()}, seeds=2)
    for name in store.ids():
        record = store.get(name)
        scores = np.asarray(of[record.architecture], float)
        record.scores["test"][record.metric] = float(scores.mean())
        weight = weights.get(record.architecture, np.ones(len(scores)))
        record.per_example = {"score": scores, "weight": weight}
        store.put(record)
    return store


def holey(out: Path) -> Store:
    """With every kind of hole."""
    refused = dict(outcome="not-applicable", reason="reads the future")
    failed = dict(
        outcome="failed", reason="ValueError: <b>&bad", traceback="File <script>alert(1)</script>"
    )
    return make(
        out,
        {
            ("recall[lag=9]", "lstm"): [0.7, 0.8, failed],
            ("recall[lag=9]", "bilstm"): refused,
            ("recall[lag=9]", "cnn"): failed,
            ("adding", "lstm"): [0.5, None, None],
            ("adding", "bilstm"): 0.6,
            ("adding", "cnn"): None,
        },
    )


def text_of(store: Store) -> str:
    """The page, with single spaces."""
    from reports.build import build

    return re.sub(r"\s+", " ", build(store).read_text())


def words_of(store: Store) -> str:
    """The verdict."""
    from reports.sections import answer, header

    results = read(store)
    said = [*answer.first(results), *answer.more(results), *header.shortfalls(results)]
    return " ".join(said)
