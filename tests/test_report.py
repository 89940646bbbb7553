"""The report, judged by what it says about records made up for the purpose."""

from __future__ import annotations

import csv
import math
import re
from html.parser import HTMLParser

import pytest
from builders.stores import TASKS, holey, make, text_of, two_by_two, words_of

from harness.errors import UserError
from harness.experiment.store import Store
from reports.analysis.statistics import combine, summarize
from reports.build import build


class Page(HTMLParser):
    """What a page consists of: ids, links, figures, and tags left open."""

    VOID = {"meta", "link", "br", "img", "hr", "input"}

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.ids, self.loads, self.anchors = [], [], [], []
        self.svgs: list[dict] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "svg":
            self.svgs.append(attrs)
        for name in ("src", "href", "xlink:href", "data", "action"):
            if name in attrs:
                (self.anchors if tag == "a" else self.loads).append(attrs[name])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


# -- statistics ------------------------------------------------------------------------------


def test_mean_and_interval_are_student_t():
    stats = pytest.importorskip("scipy.stats")
    values = [0.31, 0.42, 0.38, 0.55]
    summary = summarize([*values, None, math.nan])
    low, high = stats.t.interval(0.95, 3, loc=sum(values) / 4, scale=stats.sem(values))
    assert summary.n == 4
    assert (summary.low, summary.high) == pytest.approx((low, high))
    # By hand: mean 2, s = 1, n = 3, t(0.975, 2) = 4.302653.
    assert summarize([1, 2, 3]).half == pytest.approx(4.302653 / math.sqrt(3), rel=1e-6)


def test_one_seed_has_no_interval():
    assert summarize([0.4]).half is None and summarize([0.4]).p is None
    assert combine([summarize([0.4]), summarize([0.5, 0.6])]).half is None


def test_a_mean_over_tasks_has_welch_and_satterthwaites_interval():
    stats = pytest.importorskip("scipy.stats")
    a, b = [0.1, 0.2, 0.4], [0.7, 0.8, 0.8, 0.9]
    found = combine([summarize(a), summarize(b)])
    # The mean of two means is half their sum, so its interval is half that of a - (-b).
    test = stats.ttest_ind(a, [-v for v in b], equal_var=False)
    interval = test.confidence_interval(0.95)
    assert found.mean == pytest.approx((sum(a) / 3 + sum(b) / 4) / 2)
    assert found.half == pytest.approx((interval.high - interval.low) / 4)


def test_huge_values_do_not_overflow():
    summary = summarize([1e300, -1e300, 1e308])
    assert math.isfinite(summary.mean) and math.isfinite(summary.half)


# -- the verdict -----------------------------------------------------------------------------


def test_the_verdict_follows_the_records(tmp_path):
    first = words_of(two_by_two(tmp_path / "a"))
    assert "lstm has the highest mean skill: 0.91" in first
    assert "over the 2 of 2 tasks" in first
    assert "the leader differs from all others" in first
    swapped = words_of(two_by_two(tmp_path / "b", lstm=(0.2, 0.21, 0.22), elman=(0.9, 0.91, 0.92)))
    assert "elman has the highest mean skill" in swapped
    assert "elman is best most often: on 2 of 2 tasks" in swapped


def test_seeds_that_do_not_agree_do_not_make_a_difference(tmp_path):
    said = words_of(two_by_two(tmp_path, lstm=(0.5, 0.7, 0.9), elman=(0.8, 0.4, 0.6)))
    assert "elman (0.60 ±" in said and "is not shown to differ from the leader" in said
    assert "On no task does the winner differ from all others" in said


def test_seeds_that_agree_make_one_although_intervals_overlap(tmp_path):
    """Pairs take out what a seed does to both alike."""
    said = words_of(two_by_two(tmp_path, lstm=(0.5, 0.7, 0.9), elman=(0.41, 0.6, 0.8)))
    assert "the leader differs from all others" in said


def test_one_seed_without_examples_is_said_to_show_nothing(tmp_path):
    skills = {(t, a): s for t in TASKS for a, s in (("lstm", 0.9), ("elman", 0.1))}
    said = words_of(make(tmp_path, skills, seeds=1))
    assert "no interval" in said and "no difference over tasks can be tested" in said
    markdown = build(Store(tmp_path)).with_name("report.md").read_text()
    assert "| **0.90** | 0.10 • |" in markdown


def test_level_architectures_are_called_level(tmp_path):
    said = words_of(make(tmp_path, {(t, a): 0.5 for t in TASKS for a in ("lstm", "gru")}))
    assert "lstm and gru share the highest mean skill" in said
    assert "gru and lstm are level: each is best on 2 of 2 tasks" in said


def test_only_shared_tasks_are_compared(tmp_path):
    """On all its tasks gru would be ahead; on those that lstm has too, it is behind."""
    tasks = {f"t{i}": TASKS["recall[lag=9]"] for i in range(3)}
    refused = dict(outcome="not-applicable", reason="reads the future")
    skills = {("t0", "lstm"): 0.5, ("t1", "lstm"): 0.5, ("t2", "lstm"): refused,
              ("t0", "gru"): 0.4, ("t1", "gru"): 0.4, ("t2", "gru"): 1.0}  # fmt: skip
    said = words_of(make(tmp_path, skills, tasks=tasks))
    assert "lstm has the highest mean skill: 0.50 ±0.00" in said
    assert "over the 2 of 3 tasks on which all 2 compared" in said


def test_an_architecture_with_few_tasks_is_left_out_and_named(tmp_path):
    tasks = {f"t{i}": TASKS["recall[lag=9]"] for i in range(8)}
    refused = dict(outcome="not-applicable", reason="no")
    skills = {(t, a): 0.5 for t in tasks for a in ("lstm", "gru", "tcn")}
    skills |= {(t, "hmm"): 1.0 if t == "t0" else refused for t in tasks}
    said = words_of(make(tmp_path, skills, tasks=tasks))
    assert "over the 8 of 8 tasks on which all 3 compared" in said
    assert "Not compared, for want of shared tasks: hmm (skill on 1 task)" in said


def test_the_hardest_task_is_the_one_with_the_lowest_best(tmp_path):
    skills = {("recall[lag=9]", "lstm"): 0.3, ("recall[lag=9]", "gru"): 0.2,
              ("adding", "lstm"): 0.1, ("adding", "gru"): 0.9}  # fmt: skip
    assert "The hardest task is recall[lag=9]: the best there, lstm" in words_of(
        make(tmp_path, skills)
    )


# -- holes -----------------------------------------------------------------------------------


def test_a_hole_shows_its_reason_and_is_never_zero(tmp_path):
    page = text_of(holey(tmp_path))
    for word in ("reads the future", "ValueError: &lt;b&gt;&amp;bad", "not run yet"):
        assert word in page
    row = re.search(r'<tr><th scope="row">recall\[lag=9\]</th>(.*?)</tr>', page)[1]
    shown = re.findall(r"<td[^>]*>(.*?)</td>", row)
    assert shown[0].startswith("0.75") and shown[0].endswith("2/3")
    assert shown[1:] == ["n/a", "fail"]


def test_every_planned_cell_is_counted(tmp_path):
    page = text_of(holey(tmp_path))
    for count in ("18</b> planned", "6</b> ok", "4</b> failed", "3</b> not-applicable",
                  "5</b> pending"):  # fmt: skip
        assert count in page
    assert "5 of 18 cells have not run yet" in page
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
        ({}, "No cell"),
        ({("up", "lstm"): None}, "No cell has run yet; 3 cells planned"),
        ({("up", "lstm"): dict(outcome="timeout")}, "No cell has a score yet"),
        ({("up", "lstm"): 0.5}, "lstm is alone: it has a mean skill of 0.50"),
        ({("no floor", "lstm"): 0.5, ("no floor", "gru"): 0.5}, "no skill to compare"),
        ({("down", "lstm"): [-1e12, -3.0, 0.1], ("up", LONG): 0.5}, "shares its tasks with no"),
        ({("down", LONG): [-1e12, -3.0, 0.1], ("down", "gru"): 0.0}, "gru has the highest"),
        ({("up", "a|b"): -0.7, ("up", "a`<i>"): dict(outcome="ok")}, "mean skill of −0.70"),
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
