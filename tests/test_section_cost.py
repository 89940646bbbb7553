"""What skill costs: the Pareto front, in seconds, parameters and FLOPs."""

from __future__ import annotations

import pytest
from builders.blocks import made, numbers, rows, said
from builders.stores import two_by_two

from reports.analysis.ranking import Point
from reports.analysis.results import read
from reports.analysis.statistics import Summary
from reports.sections import cost


def test_the_pareto_front_has_whom_nobody_beats():
    points = {
        name: Point(spent, Summary(3, skill))
        for name, spent, skill in (
            ("cheap", 1, 0.3), ("even", 2, 0.6), ("same", 2, 0.6), ("dear", 9, 0.6),
            ("best", 5, 0.9), ("worst", 9, 0.1),
        )
    }  # fmt: skip
    beaten = {a: {b for b, q in points.items() if q.beats(p)} for a, p in points.items()}
    assert {a for a, by in beaten.items() if not by} == {"cheap", "even", "same", "best"}
    assert beaten["dear"] == {"even", "same", "best"}  # the equals do not beat each other
    assert beaten["worst"] == {"cheap", "even", "same", "dear", "best"}


def test_each_kind_of_cost_has_its_front(tmp_path):
    store = two_by_two(tmp_path)
    seconds, flops = {"lstm": 40.0, "elman": 10.0}, {"lstm": 2e6, "elman": 8e6}
    for name in store.ids():
        record = store.get(name)
        record.seconds = {"training": seconds[record.architecture]}
        record.flops, record.steps = flops[record.architecture], 300
        store.put(record)
    document = made(cost.blocks, read(store))
    words = said(document)
    assert "Not dominated: elman (0.21 at 10 s) and lstm (0.91 at 40 s)." in words
    assert "Not dominated: lstm (0.91 at 600 MFLOPs)." in words
    assert "All cost about the same" in words  # of parameters
    assert {a: r["Pareto front"] for a, r in rows(document, "training seconds").items()} == {
        "lstm": "not dominated", "elman": "not dominated"
    }  # fmt: skip
    assert {r["architecture"]: (float(r["flops"]), r["dominated_by"])
            for r in numbers(document, "cost-flops")} == {
        "lstm": (pytest.approx(6e8), ""), "elman": (pytest.approx(2.4e9), "lstm")
    }  # fmt: skip


def test_what_no_record_tells_has_no_figure(tmp_path):
    store = two_by_two(tmp_path)
    for name in store.ids():
        record = store.get(name)
        record.seconds, record.parameters = {}, 0
        store.put(record)
    assert cost.blocks(read(store)) == []
