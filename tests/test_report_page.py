"""The page as a whole: its order, its links, its numbers beside it, parts, claims, tests."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import claim_evidence as fake
import numpy as np
import pytest
from builders.stores import TASKS, make, text_of, two_by_two, with_examples
from test_report import Page

from harness.experiment.record import Record
from harness.experiment.store import Store
from reports.analysis.across_tasks import POLICY
from reports.analysis.difference import standing
from reports.analysis.ranking import compare
from reports.analysis.results import read
from reports.analysis.statistics import Summary, summarize
from reports.build import build
from reports.figures.style import Drawing, looks
from reports.sections import cost as costs
from reports.sections import errors
from reports.sections import ranking as contest
from reports.sections.reproduction import command
from reports.sections.section import Figure, Table
from reports.sections.shown import Shown, data_of

LAGS = (5, 10, 20)
SIX = {f"t{i}": TASKS["recall[lag=9]"] for i in range(6)}


def with_parts(out: Path, skills: dict, parts: dict, matrix: str = "made", **plan) -> Store:
    """A store whose matrix has parts: rows as in `claim_evidence`, by name of the part."""
    store = make(out, skills, **{"seeds": 2} | plan)
    whole = store.plan("made") | {"matrix": matrix, "parts": []}
    for name, (study, rows) in parts.items():
        whole["parts"].append(dict(name=name, probe=study, lags=list(LAGS), budget={"steps": 9}))
        for task, architecture, seed, fields in rows:
            cell = f"{len(whole['cells']) + 4096:012x}"
            given = dict(fields or {})
            whole["cells"].append(
                dict(id=cell, task=task, architecture=architecture, seed=seed, kind="score",
                     part=name, lag=given.pop("lag", None))
            )  # fmt: skip
            if fields is None:
                continue
            if "skill" in given:
                given |= {"metric": "accuracy", "scores": {"test": {"accuracy": given["skill"]}}}
            store.put(Record(cell, {}, task, architecture, seed, **given))
    if matrix != "made":
        (store.out / "plans" / "made.json").unlink()
    store.put_plan(whole)
    return store


def a_horizon():
    rows = fake.climb("recall", "lstm", [20, 20], LAGS) + fake.climb("recall", "rnn", [5, 10], LAGS)
    return {"horizon": ("horizon", rows)}


def fails(part: str = "broken"):
    failed = dict(outcome="failed", reason="ValueError: singular", traceback="File x")
    return {part: ("", [("copy", "lstm", 0, failed), ("copy", "lstm", 1, None)])}


def sections(page: str) -> list[str]:
    return re.findall(r'<h2 id="([^"]+)"', page)


# -- links and numbers ------------------------------------------------------------------------


def rich(out: Path) -> Store:
    """Six tasks, parts, curves, and everything that a page can have without training."""
    skills = {
        (t, a): [s - 0.01 * i, s, s + 0.01 * i]
        for i, t in enumerate(SIX)
        for a, s in (("lstm", 0.9), ("gru", 0.8), ("elman", 0.3))
    }
    return with_parts(out, skills, a_horizon() | fails(), tasks=SIX, seeds=3)


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Path:
    """The page of a rich matrix; not to be changed."""
    return build(rich(tmp_path_factory.mktemp("rich")))


def test_the_page_goes_from_the_answer_to_the_method(index):
    page = index.read_text()
    assert sections(page) == ["contest", "horizon", "cost", "claims", "missing", "tasks", "holes",
                              "method", "again"]  # fmt: skip
    first = page[: page.index('class="contents"')]
    wanted = ("<h1>Which of 3 architectures learns which of 6 tasks",
              "lstm has the highest mean skill", 'id="figure-heatmap"')  # fmt: skip
    assert [first.index(part) for part in wanted] == sorted(map(first.index, wanted))


def test_every_link_leads_somewhere_and_the_contents_name_every_section(index):
    for path in (index, index.with_name("claims.html")):
        page = Page(path.read_text())
        assert not page.faults and len(page.ids) == len(set(page.ids))
        for link in page.anchors:
            file, _, anchor = link.partition("#")
            target = path if not file else path.parent / file
            assert target.is_file(), link
            assert not anchor or f'id="{anchor}"' in target.read_text(), link
    page = index.read_text()
    for list_ in re.findall(r"<nav.*?</nav>", page, re.S):
        assert set(sections(page)) <= set(re.findall(r'href="#([^"]+)"', list_))
    assert page.count("<nav") == 2


def test_each_figure_has_a_finding_a_table_a_csv_an_svg_and_a_command(index):
    page = index.read_text()
    names = re.findall(r'<figure id="figure-([^"]+)"', page)
    assert len(names) > 18 and {"critical-difference", "profiles", "horizon"} <= set(names)
    again = page[page.index('id="again"') :]
    for name in names:
        block = page[page.index(f'id="figure-{name}"') :].split("</div>\n</div>")[0]
        caption = re.search(r"<figcaption>(.*?)</figcaption>", block, re.S)[1]
        assert re.search(r"\d", caption), (name, caption)
        assert "<details" in block and "<td" in block, name
        assert f'href="#figure-{name}"' in again, name
        rows = list(csv.reader((index.parent / "data" / f"{name}.csv").open()))
        assert len(rows) > 1 and "−" not in str(rows), name
        assert (index.parent / "figures" / f"{name}.svg").read_text().startswith("<?xml")


def test_the_csv_of_the_heat_map_has_the_means_of_the_records(tmp_path):
    folder = build(two_by_two(tmp_path)).parent
    rows = list(csv.DictReader((folder / "data" / "heatmap.csv").open()))
    found = {(r["task"], r["architecture"]): (float(r["skill"]), float(r["half"])) for r in rows}
    expected = summarize([0.2, 0.21, 0.22])
    assert found["adding", "elman"] == pytest.approx((expected.mean, expected.half))
    assert len(found) == 4


def test_numbers_of_an_earlier_report_are_removed(tmp_path):
    store = rich(tmp_path)
    folder = build(store).parent
    old = [folder / name for name in ("data/horizon.csv", "tables/scores-t5.tex",
                                      "figures/critical-difference.svg")]  # fmt: skip
    assert all(path.exists() for path in old)
    plan = store.plan()
    kept = [c for c in plan["cells"] if c["task"] in ("t0", "t1")]
    store.put_plan(plan | {"cells": kept, "parts": []})
    build(store)
    assert not any(path.exists() for path in old) and (folder / "tables/scores-t1.tex").exists()


def test_programs_can_read_the_minus_of_the_numbers():
    table = Table(("task", "skill"), (("adding", "−0.50 ±0.10"),))
    drawing = Drawing("x", "", "", "")
    assert data_of(Figure(drawing, "", table)) == "task,skill\nadding,-0.50 ±0.10\n"
    assert data_of(Shown(drawing, "", table, data="a\n−1\n")) == "a\n-1\n"


def test_latex_tables_are_linked(tmp_path):
    index = build(two_by_two(tmp_path))
    assert 'href="tables/skill.tex"' in index.read_text()
    assert r"\begin{tabular}" in (index.parent / "tables" / "skill.tex").read_text()


# -- who wins, and how sure -------------------------------------------------------------------


def test_ranks_are_refused_with_the_reason_and_the_policy_is_stated(tmp_path):
    page = unescape(text_of(two_by_two(tmp_path)))
    assert "No ranks and no critical-difference diagram" in page and "at least 5" in page
    assert "figure-critical-difference" not in page
    assert POLICY in page


def test_ranks_over_six_tasks_are_shown(index):
    page = re.sub(r"\s+", " ", index.read_text())
    assert "Over 6 tasks lstm has the best average rank (1.0), elman the worst (3.0)" in page
    assert "No ranks" not in page


def test_two_by_two_stands_the_leader_first_and_turns_what_it_must(tmp_path):
    """One disaster puts gru behind by its mean, but not by the middle of its runs."""
    skills = {(t, a): [s, s + 0.3, s + 0.6] for t in SIX for a, s in (("lstm", 0.2), ("gru", 0.4))}
    skills["t0", "gru"] = [-9.0, -9.1, -9.2]
    results = read(make(tmp_path, skills, tasks=SIX))
    compared = compare(results)
    assert list(compared.skills) == ["lstm", "gru"]
    found = contest.section(results, compared, {}, looks(results.architectures), None, [])
    table = next(t for caption, t in found.tables if caption.startswith("Two by two"))
    ((first, second, tasks, wins, interval, better, _, worse),) = table.rows
    assert (first, second, tasks) == ("gru", "lstm", "6")
    assert wins == f"{100 * 5 * 6 / 9 / 6:.0f} %"  # of 9 pairs of runs gru wins 6
    low, high = (float(end.removesuffix(" %")) for end in interval.split(" to "))
    assert low < 100 * 30 / 54 < high
    assert float(better) > 0.8 > 0.2 > float(worse)


@pytest.mark.parametrize("lower_is_better", [False, True])
def test_who_differs_from_the_best_over_examples(tmp_path, lower_is_better):
    rng = np.random.default_rng(0)
    good = rng.random(200) < 0.8
    alike = good.copy()
    alike[:6] = ~alike[:6]
    bad = rng.random(200) < 0.3
    of = {"bad": bad, "good": good, "alike": alike}
    task = "recall[lag=9]"
    if lower_is_better:
        of, task = {a: 1.0 - v for a, v in of.items()}, "adding"
    store = with_examples(tmp_path, of, task)
    results = read(store)
    found = standing(results, results.tasks[0])
    assert found.order[0] in ("good", "alike") and found.worse == ("bad",)
    assert len(found.near) == 1 and found.examples == 200
    page = text_of(store)
    told = "Not shown to differ from it over 2 seeds and 200 test examples (paired t tests, Holm)"
    assert f"{told}: {found.near[0]}" in page
    rows = list(csv.DictReader((tmp_path / "report/made/data/examples.csv").open()))
    assert len(rows) == 3
    difference = {(r["a"], r["b"]): float(r["difference"]) for r in rows}[found.order[0], "bad"]
    assert difference == pytest.approx(np.mean(of[found.order[0]]) - np.mean(of["bad"]))


def test_other_test_sets_are_told_and_not_compared(tmp_path):
    store = with_examples(tmp_path, {"lstm": np.ones(9), "gru": np.zeros(9)}, gru=np.full(9, 2.0))
    assert "over 2 seeds (paired t tests" in text_of(store)


def test_errors_tell_which_examples_all_or_none_get_right(tmp_path):
    of = {"lstm": np.array([1.0, 1, 1, 0, 0]), "gru": np.array([1.0, 0, 1, 0, 0])}
    store = with_examples(tmp_path, of)
    page = text_of(store)
    assert "Of 5 test examples every model gets 2 wholly right, and none gets 2." in page
    found = errors.read(read(store))["recall[lag=9]"]
    assert found.table.rows == (("lstm", "60.0 %", "0.0 %", "40.0 %"),
                                ("gru", "40.0 %", "0.0 %", "60.0 %"))  # fmt: skip


def test_errors_tell_how_much_the_worst_examples_carry(tmp_path):
    """Of ten examples the worst one; of the two models it is another one."""
    lstm, gru = np.full(10, 0.1), np.full(10, 0.1)
    lstm[3], gru[5] = 0.1 * 9, 0.1 * 31
    store = with_examples(tmp_path, {"lstm": lstm, "gru": gru}, "adding")
    found = errors.read(read(store))["adding"]
    assert [row[1] for row in found.table.rows] == ["50.0 %", "77.5 %"]
    assert "carry 50.0 % of the error of lstm, the best; 0 are among" in found.sentence


# -- cost -------------------------------------------------------------------------------------


def test_the_pareto_front_has_whom_nobody_beats():
    def point(cost, skill):
        return costs.Point(cost, Summary(3, skill))

    all_points = {"cheap": point(1, 0.3), "even": point(2, 0.6), "same": point(2, 0.6),
                  "dear": point(9, 0.6), "best": point(5, 0.9), "worst": point(9, 0.1)}  # fmt: skip
    beaten = {
        a: {b for b, q in all_points.items() if costs._beats(q, p)} for a, p in all_points.items()
    }
    assert {a for a, by in beaten.items() if not by} == {"cheap", "even", "same", "best"}
    assert beaten["dear"] == {"even", "same", "best"}  # the equals do not beat each other
    assert beaten["worst"] == {"cheap", "even", "same", "dear", "best"}


def test_costs_are_told_with_the_front_for_seconds_parameters_and_flops(tmp_path):
    store = two_by_two(tmp_path)
    seconds, flops = {"lstm": 40.0, "elman": 10.0}, {"lstm": 2e6, "elman": 8e6}
    for name in store.ids():
        record = store.get(name)
        record.seconds = {"training": seconds[record.architecture]}
        record.flops, record.steps = flops[record.architecture], 300
        store.put(record)
    page = text_of(store)
    assert "Not dominated: elman (0.21 at 10 s) and lstm (0.91 at 40 s); each buys" not in page
    assert "Not dominated: elman (0.21 at 10 s) and lstm (0.91 at 40 s): each buys" in page
    assert "Not dominated: lstm (0.91 at 600 MFLOPs); for each of the other 1" in page
    assert "as was intended, so the front says no more" in page  # of parameters
    rows = list(csv.DictReader((tmp_path / "report/made/data/cost-flops.csv").open()))
    assert {r["architecture"]: (float(r["flops"]), r["dominated_by"]) for r in rows} == {
        "lstm": (pytest.approx(6e8), ""), "elman": (pytest.approx(2.4e9), "lstm")
    }  # fmt: skip


# -- learning curves --------------------------------------------------------------------------


def test_captions_of_curves_say_who_is_first_and_who_still_learns(tmp_path):
    store = make(tmp_path, {("recall[lag=9]", a): 0.9 for a in ("fast", "slow", "never")}, seeds=1)
    curves = {"fast": [0.7, 0.9, 0.9, 0.9, 0.9], "slow": [0.3, 0.4, 0.5, 0.7, 0.95],
              "never": [0.3, 0.3, 0.3, 0.3, 0.3]}  # fmt: skip
    for name in store.ids():
        record = store.get(name)
        values = curves[record.architecture]
        record.curve = [dict(step=100 * (i + 1), validation=v) for i, v in enumerate(values)]
        store.put(record)
    page = text_of(store)
    assert "fast is first at a validation skill of 0.5, after 100 updates" in page
    assert "never never gets there" in page
    assert "slow was still learning when training ended" in page
    rows = list(csv.DictReader((tmp_path / "report/made/data/curves-recall-lag-9.csv").open()))
    assert [float(r["mean"]) for r in rows if r["architecture"] == "slow"] == curves["slow"]


# -- parts, and what is measured beside the score ---------------------------------------------


def test_cells_of_parts_are_counted_listed_and_in_the_csv(tmp_path):
    store = with_parts(tmp_path, {("adding", "lstm"): 0.5}, a_horizon() | fails())
    page = text_of(store)
    assert f"<b>{len(store.plan()['cells'])}</b> planned" in page
    holes = page[page.index('id="holes"') : page.index('id="method"')]
    assert "ValueError: singular" in holes and ">broken</td>" in holes and "not run yet" in holes
    assert "1 of 16 cells did not end well, all of lstm: 1 failed" in page
    rows = list(csv.DictReader((tmp_path / "report/made/results.csv").open()))
    assert [r["id"] for r in rows] == [c["id"] for c in store.plan()["cells"]]
    assert {r["part"] for r in rows} == {"", "horizon", "broken"}
    table = page[page.index('id="parts"') :]
    assert "0 ok" not in table
    assert "1 failed, 1 pending" in table and "steps 9" in table


def test_a_matrix_of_parts_alone_is_a_page_about_them(tmp_path):
    store = with_parts(tmp_path, {}, a_horizon(), matrix="probe-horizon", tasks=TASKS,
                       description="The probe horizon on its own.",
                       command="harness probe horizon --arch lstm,rnn")  # fmt: skip
    page = unescape(text_of(store))
    assert sections(page) == ["horizon", "holes", "method", "again"]
    assert 'id="figure-heatmap"' not in page and "No cell has run" not in page
    assert "Steps remembered on recall: lstm ≥ 20; rnn" in page[: page.index('class="contents"')]
    assert "probe-horizon: 1 part, 12 cells" in page
    assert "<code>harness probe horizon --arch lstm,rnn</code>" in page
    assert not (tmp_path / "report/probe-horizon/claims.html").exists()


def test_what_a_matrix_lacks_is_taken_from_claims_and_said_so(tmp_path):
    with_parts(tmp_path, {}, a_horizon(), matrix="claims", tasks=TASKS)
    store = two_by_two(tmp_path)
    page = build(store, "made").read_text()
    horizon = page[page.index('id="horizon"') : page.index('id="cost"')]
    assert "Measured in the matrix claims of the same folder, not in made." in horizon
    assert "Judged by the records of the matrix claims" in page
    missing = page[page.index('id="missing"') : page.index('id="tasks"')]
    assert "harness probe stability" in missing and "harness probe horizon" not in missing
    assert 'class="note">Measured' not in build(store, "claims").read_text()


def test_what_is_nowhere_is_named_once_with_its_command(tmp_path):
    page = build(two_by_two(tmp_path)).read_text()
    missing = page[page.index('id="missing"') : page.index('id="tasks"')]
    for name in ("horizon", "gradient-flow", "length-generalisation", "cost-growth", "stability"):
        assert page.count(f"harness probe {name}<") == missing.count(f"harness probe {name}<") == 1
    assert "harness run --matrix claims" in missing
    assert "claims.html" not in page and 'id="horizon"' not in page
    assert not (tmp_path / "report/made/claims.html").exists()


def test_claims_planned_but_never_run_are_not_judged(tmp_path):
    rows = [("recall", "lstm", 0, None)]
    with_parts(tmp_path, {}, {"horizon": ("horizon", rows)}, matrix="claims", tasks=TASKS)
    page = build(two_by_two(tmp_path), "made").read_text()
    assert 'id="claims"' not in page and "harness run --matrix claims" in page


def test_the_claims_have_a_page_of_their_own(index):
    from reports.claims.trial import all_claims

    page, wall = index.read_text(), index.with_name("claims.html").read_text()
    for claim in all_claims():
        assert f'id="claim-{claim.id}"' in wall and f'href="claims.html#claim-{claim.id}"' in page
    table = wall[wall.index("<table") : wall.index("</table>")]
    assert len(re.findall(r'class="verdict-\w+"', table)) == len(all_claims())
    assert f"{len(all_claims())} claims:" in page


# -- inside -----------------------------------------------------------------------------------


def test_the_gallery_is_shown_with_its_numbers_and_commands(tmp_path):
    inside = {
        "id": "abc123", "task": "recall", "architecture": "rnn", "seed": 0, "skill": 0.9,
        "source": "test example 0", "symbols": ["a", "b", "c"], "steps": 3, "vectors": False,
        "parts": [{"form": "units", "name": "layer-1", "layer": 1, "backwards": False, "of": 2,
                   "units": [2, 1], "numbers": {"gates": {}, "saturated": 0.25},
                   "panels": [{"name": "hidden", "gate": False,
                               "values": [[0.1, 0.2, 0.3], [-0.5, 0.0, 0.5]]}]}],
    }  # fmt: skip
    index = build(two_by_two(tmp_path), gallery=[inside])
    page = index.read_text()
    assert "inside" in sections(page) and "rnn on recall, seed 0" in page
    assert page.count("harness show abc123 --internals") == 2  # beneath it, and among all figures
    rows = list(csv.reader((index.parent / "data/inside-1-layer-1.csv").open()))
    assert rows[2] == ["hidden", "unit 1", "-0.5", "0.0", "0.5"]
    assert "inside" not in sections(build(two_by_two(tmp_path)).read_text())


# -- again ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("harness run --matrix quick --task adding", "harness run --matrix made"),
        ("harness run --matrix 'my own.toml' --seeds 2", "harness run --matrix 'my own.toml'"),
        ("harness.run", "harness run --matrix made"),
        ("harness run --matrix 'unbalanced", "harness run --matrix made"),
    ],
)
def test_the_command_makes_the_whole_matrix_again(tmp_path, stored, said):
    store = two_by_two(tmp_path, command=stored)
    assert command(read(store)) == said
    page = unescape(build(store).read_text())
    assert f"{said} --task 'recall[lag=9]'" in page


# -- the look ---------------------------------------------------------------------------------


def test_markdown_has_the_same_sections_and_tables(index):
    text = index.with_name("report.md").read_text()
    for heading in ("Who wins where, and how sure", "What each one remembers", "What it costs",
                    "The textbook on trial", "Tasks one by one", "Failures and holes"):  # fmt: skip
        assert text.count(f"\n## {heading}\n") == 1, heading
    lines = text.splitlines()
    for head, rule in zip(lines, lines[1:], strict=False):
        if re.fullmatch(r"\|( *-+:? *\|)+ *", rule):
            cells = re.sub(r"\\.", "", head).count("|")
            assert cells == rule.count("|"), head


def test_the_page_is_light(index):
    """However many tasks there are, each figure is small, and so is what is beside it."""
    page = index.read_text()
    assert max(map(len, re.findall(r"<svg.*?</svg>", page, re.S))) < 60_000
    assert len(page) < 700_000


def test_divergence_that_was_asked_for_is_no_failure(tmp_path):
    from claim_evidence import evidence

    from reports.sections import answer as words

    rows = [("adding", "rnn", seed, {"outcome": "diverged", "reason": "nan"}) for seed in (0, 1)]
    results = evidence({"clip-off": rows}).results
    assert "2 of 2 cells did not end well" in " ".join(words.shortfalls(results))
    asked = replace(results.parts["clip-off"], may_diverge=True)
    results = replace(results, parts={"clip-off": asked})
    told = " ".join(words.shortfalls(results))
    assert "2 trainings diverged" in told and "did not end well" not in told
    assert results.counts["diverged"] == 2
