"""The page as a whole: its order, its links, its numbers beside it, parts, claims, tests."""

from __future__ import annotations

import csv
import re
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from builders import evidence as fake
from builders.pages import Page
from builders.stores import TASKS, make, text_of, two_by_two

import reports.sections
from harness.experiment.record import Record
from harness.experiment.store import Store
from reports.analysis.results import read
from reports.build import build
from reports.document import Document, Table, csv_files
from reports.sections.reproduction import command

LAGS = (5, 10, 20)
SIX = {f"t{i}": TASKS["recall[lag=9]"] for i in range(6)}


def with_parts(out: Path, skills: dict, parts: dict, matrix: str = "made", **plan) -> Store:
    """A store whose matrix has parts: rows as in `builders.evidence`, by name of the part."""
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


# -- sections ---------------------------------------------------------------------------------


SECTION = """
from reports.analysis.results import Results
from reports.document import Block, Heading, Paragraph

PLACE = 75


def blocks(results: Results) -> list[Block]:
    told = f"{len(results.cells)} cells, one by one."
    return [Heading("How many", "how-many"), Paragraph(told, lead=True)]
"""


def test_a_section_is_one_file(tmp_path, monkeypatch):
    (tmp_path / "how_many.py").write_text(SECTION)
    monkeypatch.setattr("reports.sections.__path__", [*reports.sections.__path__, str(tmp_path)])
    index = build(two_by_two(tmp_path))
    monkeypatch.delitem(sys.modules, "reports.sections.how_many")
    page, order = index.read_text(), sections(index.read_text())
    assert order[order.index("cost") + 1] == "how-many" and "12 cells, one by one." in page
    assert '<a href="#how-many">' in page
    assert "## How many" in index.with_name("report.md").read_text()


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
    assert sections(page) == ["contest", "horizon", "cost", "missing", "tasks", "holes",
                              "method", "again"]  # fmt: skip
    first = page[: page.index('class="contents"')]
    wanted = ("<h1>What do 3 architectures learn of 6 tasks",
              "lstm has the best average rank over 6 tasks", 'id="figure-heatmap"')  # fmt: skip
    assert [first.index(part) for part in wanted] == sorted(map(first.index, wanted))


def test_every_link_leads_somewhere_and_the_contents_name_every_section(index):
    for path in (index,):
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
    table = Table(("task", "skill"), (("adding", "−0.50 ±0.10"),), name="skill")
    full = replace(table, data="a\n−1\n", name="full")
    files = csv_files(Document("", (table, full)))
    assert files == {"skill": "task,skill\nadding,-0.50 ±0.10\n", "full": "a\n-1\n"}


def test_latex_tables_are_linked(tmp_path):
    index = build(two_by_two(tmp_path))
    assert 'href="tables/skill.tex"' in index.read_text()
    assert r"\begin{tabular}" in (index.parent / "tables" / "skill.tex").read_text()


# -- parts, and what is measured beside the score ---------------------------------------------


def test_cells_of_parts_are_counted_listed_and_in_the_csv(tmp_path):
    store = with_parts(tmp_path, {("adding", "lstm"): 0.5}, a_horizon() | fails())
    page = text_of(store)
    assert f"<b>{len(store.plan()['cells'])}</b> planned" in page
    holes = page[page.index('id="holes"') : page.index('id="method"')]
    assert "ValueError: singular" in holes and ">broken</td>" in holes and "not run yet" in holes
    assert "1 of 16 cells did not end well: 1 failed" in page
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
    assert (
        "On recall lstm remembers furthest: ≥ 20 steps." in page[: page.index('class="contents"')]
    )
    assert "probe-horizon: 1 part, 12 cells" in page
    assert "<code>harness probe horizon --arch lstm,rnn</code>" in page
    assert not (tmp_path / "report/probe-horizon/claims.html").exists()


def test_what_a_matrix_lacks_is_taken_from_claims_and_said_so(tmp_path):
    with_parts(tmp_path, {}, a_horizon(), matrix="claims", tasks=TASKS)
    store = two_by_two(tmp_path)
    page = build(store, "made").read_text()
    horizon = page[page.index('id="horizon"') : page.index('id="cost"')]
    assert "Measured in the matrix claims of the same folder, not in made." in horizon
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


def test_the_claims_have_a_page_of_their_own_in_their_own_matrix(tmp_path, index):
    from reports.claims.claim import all_claims

    rows = [
        (f"recall[lag={lag}]", f"rnn[start={start}]", seed, {"skill": float(lag < 20)})
        for start in ("uniform", "orthogonal") for lag in (5, 10, 20, 50) for seed in range(10)
    ]  # fmt: skip
    store = with_parts(tmp_path, {}, {"ten-steps": ("", rows)}, matrix="claims", tasks=TASKS)
    made = build(store, "claims")
    page, wall = made.read_text(), made.with_name("claims.html").read_text()
    for claim in all_claims():
        assert f'id="claim-{claim.id}"' in wall and f'href="claims.html#claim-{claim.id}"' in page
    assert f"{len(all_claims())} claims:" in page and "not measured" in page
    for path in (made, made.with_name("claims.html")):
        assert not Page(path.read_text()).faults
    assert not index.with_name("claims.html").exists() and 'id="claims"' not in index.read_text()


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
                    "Tasks one by one", "Failures and holes"):  # fmt: skip
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
