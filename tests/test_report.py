"""The report, judged by what it says about records made up for the purpose."""

from __future__ import annotations

import csv
import re

import pytest
from builders.pages import Page
from builders.stores import holey, make, text_of, two_by_two

from harness.errors import UserError
from harness.experiment.record import BODY_ALONE
from harness.experiment.store import Store
from reports.build import build

# -- holes -----------------------------------------------------------------------------------


def test_a_hole_shows_its_reason_and_is_never_zero(tmp_path):
    page = text_of(holey(tmp_path))
    for word in ("reads the future", "ValueError: &lt;b&gt;&amp;bad", "not run yet"):
        assert word in page
    row = re.search(r'<tr><th scope="row">recall\[lag=9\]</th>(.*?)</tr>', page)[1]
    shown = re.findall(r"<td[^>]*>(.*?)</td>", row)
    assert shown[0].startswith("0.75") and shown[0].endswith("0/2 solved")
    assert shown[1:] == ["n/a", "fail"]


def test_every_planned_cell_is_counted(tmp_path):
    page = text_of(holey(tmp_path))
    for count in ("18</b> planned", "6</b> ok", "4</b> failed", "3</b> not-applicable",
                  "5</b> pending"):  # fmt: skip
        assert count in page
    assert "Not run yet: 5 of 18 cells" in page
    assert "4 of 18 cells did not end well: 4 failed" in page


def test_what_a_user_wrote_is_escaped(tmp_path):
    text = build(holey(tmp_path)).read_text()
    assert "<script" not in text
    assert "File &lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_control_characters_do_not_reach_the_page(tmp_path):
    odd = dict(outcome="failed", reason="\x1b[31mred\x00", traceback="a\x08b")
    page = build(make(tmp_path, {("adding", "lstm"): odd}))
    for path in (page, page.with_name("report.md")):
        assert not re.search(r"[\x00-\x08\x0b-\x1f]", path.read_text())


def test_a_corrupt_record_is_told_and_counts_as_pending(tmp_path):
    store = two_by_two(tmp_path)
    (store.records_folder / f"{0:012x}.json").write_text("{ half")
    page = text_of(store)
    assert "1</b> pending" in page
    assert "could not be read" in page and f"{0:012x}.json" in page


# -- the files -------------------------------------------------------------------------------


def test_the_csv_holds_the_numbers_of_the_records(tmp_path):
    store = holey(tmp_path)
    rows = list(csv.DictReader(build(store).with_name("results.csv").open()))
    assert [r["id"] for r in rows] == [c["id"] for c, _ in store.planned()]
    for row, (cell, record) in zip(rows, store.planned(), strict=True):
        assert (row["task"], row["seed"]) == (cell["task"], str(cell["seed"]))
        if record is None:
            assert row["outcome"] == "pending" and row["test"] == row["skill"] == ""
        elif record.outcome == "ok":
            assert float(row["test"]) == record.test
            assert float(row["skill"]) == record.skill
            assert float(row["seconds_training"]) == record.seconds["training"]
        else:
            assert row["outcome"] == record.outcome and row["reason"] == record.reason
            assert row["test"] == ""


def test_the_page_is_sound_html_with_unique_ids_and_described_figures(tmp_path):
    index = build(two_by_two(tmp_path))
    page = Page(index.read_text())
    assert not page.faults and not page.open
    assert len(page.ids) == len(set(page.ids)) > 50
    # heat map, profile, performance profiles, two costs, and for each task curves and seeds
    assert len(page.svgs) == 9
    assert all(s.get("role") == "img" and len(s.get("aria-label", "")) > 20 for s in page.svgs)
    inside = [a for a in page.anchors if a.startswith("#")]
    assert inside and {a[1:] for a in inside} <= set(page.ids)
    assert len(list((index.parent / "figures").glob("*.svg"))) == 9


def test_the_page_needs_no_script_and_nothing_from_elsewhere(tmp_path):
    text = build(two_by_two(tmp_path)).read_text()
    page = Page(text)
    assert "script" not in page.tags and "iframe" not in page.tags
    assert page.loads and all(load.startswith(("#", "data:")) for load in page.loads)
    assert not re.search(r"url\((?!#)|@import", text)
    references = set(re.findall(r"url\(#([^)]+)\)", text))
    references |= {load[1:] for load in page.loads if load.startswith("#")}
    assert references and references <= set(page.ids)


def test_the_same_records_give_the_same_bytes(tmp_path):
    pages = [build(two_by_two(tmp_path / name)) for name in "ab"]
    files = [
        {p.relative_to(page.parent): p.read_bytes() for p in page.parent.rglob("*.*")}
        for page in pages
    ]
    # page, Markdown, results; 9 figures with their numbers; 3 further tables; all pairs; 4 in LaTeX
    assert files[0] == files[1] and len(files[0]) == 3 + 9 + 9 + 3 + 1 + 4
    build(Store(tmp_path / "a"))
    assert {p: (pages[0].parent / p).read_bytes() for p in files[0]} == files[0]


def test_figures_of_tasks_that_left_the_plan_are_removed(tmp_path):
    figures = build(two_by_two(tmp_path)).parent / "figures"
    assert (figures / "seeds-adding.svg").exists()
    store = Store(tmp_path)
    plan = store.plan()
    store.put_plan(plan | {"cells": [c for c in plan["cells"] if c["task"] != "adding"]})
    build(store)
    assert not (figures / "seeds-adding.svg").exists()
    assert (figures / "seeds-recall-lag-9.svg").exists()


def test_a_failed_write_leaves_the_old_page_whole(tmp_path, monkeypatch):
    index = build(two_by_two(tmp_path))
    before = index.read_bytes()

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", broken)
    with pytest.raises(OSError, match="disk full"):
        build(Store(tmp_path))
    assert index.read_bytes() == before
    assert not list(tmp_path.rglob("*.part"))


def test_an_unknown_matrix_is_a_users_mistake(tmp_path):
    with pytest.raises(UserError, match="mode: not run in"):
        build(two_by_two(tmp_path), "mode")


def test_budget_environment_notes_and_command_are_stated(tmp_path):
    store = two_by_two(tmp_path)
    for number in (0, 1):
        record = store.get(f"{number:012x}")
        record.notes = ["fits by counting"]
        store.put(record)
    page = text_of(store)
    for said in ("<code>steps</code></th><td>300", "Test CPU", "libraries.numpy", "9,990 to 9,990",
                 "harness run --matrix made"):  # fmt: skip
        assert said in page
    assert page.count("fits by counting") == 1


def test_where_the_body_alone_was_matched_the_method_says_so(tmp_path):
    store = two_by_two(tmp_path)
    assert BODY_ALONE not in text_of(store)
    for name in store.ids():
        record = store.get(name)
        record.notes = [BODY_ALONE] if record.task == "adding" else []
        store.put(record)
    assert f"9,990 to 9,990. On adding, {BODY_ALONE}." in text_of(store)


# -- anything goes ---------------------------------------------------------------------------

LONG = "lstm[layers=2,forget_bias=0.0,something_very_long=123456789,and_more=1e-05]"
ODD = {
    "no floor": dict(metric="rmse", floor=None, ceiling=None, unit="µg/m³"),
    "up": dict(metric="accuracy", floor=0.5, ceiling=1.0),
    "down": dict(metric="mse", floor=1.0, ceiling=0.0, higher_is_better=False),
}


@pytest.mark.parametrize(
    ("skills", "said"),
    [
        ({}, "No cell has a score yet"),
        ({("up", "lstm"): None}, "Not run yet: 3 of 3 cells"),
        ({("up", "lstm"): dict(outcome="timeout")}, "No cell has a score yet"),
        ({("up", "lstm"): 0.5}, "On up lstm is best, with a skill of 0.50"),
        (
            {("no floor", "lstm"): 0.5, ("no floor", "gru"): 0.5},
            "On no floor lstm and gru are best",
        ),
        ({("down", "lstm"): [-1e12, -3.0, 0.1], ("up", LONG): 0.5}, "On down lstm is best"),
        ({("down", LONG): [-1e12, -3.0, 0.1], ("down", "gru"): 0.0}, "gru is best"),
        (
            {("up", "a|b"): -0.7, ("up", "a`<i>"): dict(outcome="ok")},
            "is best, with a skill of −0.70",
        ),
    ],
    ids=["empty", "pending", "failed", "alone", "no-floor", "apart", "huge", "names"],
)
def test_a_page_comes_of_anything(tmp_path, skills, said):
    page = build(make(tmp_path, skills, tasks=ODD))
    html = Page(page.read_text())
    assert not html.faults and len(html.ids) == len(set(html.ids))
    assert said in re.sub(r"\s+", " ", page.read_text())
    assert page.with_name("report.md").read_text().count(said.split("%")[0]) >= 1


def test_a_cell_planned_twice_counts_once(tmp_path):
    store = two_by_two(tmp_path)
    plan = store.plan()
    store.put_plan(plan | {"cells": plan["cells"] + plan["cells"][:2]})
    page = build(store)
    assert "<b>12</b> planned" in page.read_text()
    assert len(page.with_name("results.csv").read_text().splitlines()) == 13
