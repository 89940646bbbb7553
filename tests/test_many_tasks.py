"""A report of more tasks than anybody looks at: all are told, some are drawn."""

from __future__ import annotations

import pytest
from builders.stores import TASKS, make

from reports.build import build
from reports.sections import tasks, updates


@pytest.mark.parametrize("many", [2, 1])
def test_tasks_beyond_the_most_are_told_and_not_drawn(tmp_path, monkeypatch, many):
    monkeypatch.setattr(tasks, "DRAWN", many)
    skills = {(task, a): [0.9, 0.8, 0.7] for task in TASKS for a in ("lstm", "rnn")}
    page = build(make(tmp_path, skills))
    text, drawn = page.read_text(), [f.stem for f in page.parent.glob("figures/seeds-*.svg")]
    assert len(drawn) == many
    assert (f"The first {many} of 2 tasks are drawn" in text) == (many < 2)
    assert all(f'id="task-{slug}"' in text for slug in ("recall-lag-9", "adding"))


@pytest.mark.parametrize("many", [2, 1])
def test_panels_beyond_the_most_are_in_the_table(tmp_path, monkeypatch, many):
    monkeypatch.setattr(updates, "MOST", many)
    skills = {(task, a): [0.9, 0.8, 0.7] for task in TASKS for a in ("lstm", "rnn")}
    store = make(tmp_path, skills)
    for name in store.ids():
        record = store.get(name)
        for point in record.curve:
            point["skill"] = point["step"] / 30
        store.put(record)
    page = build(store)
    assert (f"Drawn: the first {many} of 2 tasks." in page.read_text()) == (many < 2)
    rows = (page.parent / "data" / "updates.csv").read_text()
    assert all(f"\n{task}," in rows for task in TASKS)
