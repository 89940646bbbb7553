"""All claims together: what there is, how they are judged, told, drawn and printed."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace

import pytest
from builders.evidence import around, each, evidence

import reports.claims
from harness.experiment.matrix import OWN_CELLS, Part, load, outline
from harness.experiment.plan import expand
from harness.experiment.record import Record
from harness.experiment.store import Store
from reports.claims.claim import ORDER, Claim, all_claims, judge_all
from reports.claims.judging import (
    REFUTED,
    SUPPORTED,
    UNDECIDED,
    Comparison,
    Judgement,
    exactly,
    rule,
)
from reports.claims.parts import SURVEY
from reports.document import Figure, Table, Terms, figures, plain, walk
from reports.figures import forest
from reports.figures.style import style
from reports.formats import amount, interval
from reports.sections import claims as section

PART = Part(name="p", tasks=["recall"], architectures=["rnn"])
OTHER = Part(name="q", tasks=["recall"], architectures=["rnn"])


def claim(name: str, judge, cells: tuple[Part, ...] = (PART,)) -> Claim:
    return Claim(name, f"Statement of {name}.", "A source", cells, "a criterion", judge)


def saying(*values: float, threshold: float = 0.0, draw=None):
    comparison = Comparison("a [thing]", dict(enumerate(values)), threshold)
    judged = rule([comparison], "skill", reason="What came out.")
    return lambda _: replace(judged, draw=draw) if draw else judged


def failing(*_):
    raise KeyError("novel")


NOTHING = evidence({"": []})

# -- what there is -------------------------------------------------------------------------------


def test_every_claim_says_what_it_is():
    claims = all_claims()
    assert [c.id for c in claims] == list(ORDER)
    assert len({c.statement for c in claims}) == len(claims)
    for found in claims:
        assert found.judge.__module__ == f"reports.claims.{found.id.replace('-', '_')}"
        assert found.cells and found.source and not found.source.endswith(".")
        for text in (found.statement, found.source, found.criterion):
            assert text == " ".join(text.split())


def test_the_matrix_has_the_cells_of_every_claim_once():
    matrix = load("claims")
    parts = {part.name: part for part in matrix.parts}
    for found in all_claims():
        for part in found.cells:
            assert part is SURVEY or parts[part.name] is part
    assert (matrix.tasks, matrix.architectures) == (SURVEY.tasks, SURVEY.architectures)
    quick = load("quick")
    assert set(quick.tasks) <= set(matrix.tasks) and quick.budget.steps == matrix.budget.steps
    assert len({(c.part, c.id) for c in expand(matrix)}) == len(expand(matrix)) == 3991
    assert outline("claims").tasks == matrix.tasks and not outline("claims").parts


NEW = '''"""Copying gets harder with the lag.

Source: nobody, 2026.
"""

from harness.experiment.matrix import Part
from reports.claims.judging import Comparison, rule

COPY = Part(name="copy-far", tasks=["copy[lag=40]"], architectures=["rnn"])
CELLS = (COPY,)
CRITERION = "The skill is above 0."


def judge(evidence):
    (task,) = evidence.tasks(COPY) or ("",)
    return rule([Comparison("skill", evidence.skills(COPY, task, "rnn"))], "skill", reason="So.")
'''


@pytest.fixture
def one_more(tmp_path, monkeypatch):
    """One file more beside the claims."""
    (tmp_path / "copy_gets_harder.py").write_text(NEW)
    monkeypatch.setattr(reports.claims, "__path__", [*reports.claims.__path__, str(tmp_path)])
    yield
    sys.modules.pop("reports.claims.copy_gets_harder", None)


def test_a_claim_is_one_file(one_more, stored, capsys):
    (added,) = {c.id for c in all_claims()} - set(ORDER)
    assert added == "copy-gets-harder"
    cells = [cell for cell in expand(load("claims")) if cell.part == "copy-far"]
    assert [(c.task.label, c.seed) for c in cells] == [("copy[lag=40]", s) for s in range(5)]
    assert "Copying gets harder with the lag." in call(capsys, "--out", str(stored))
    printed = call(capsys, "--out", str(stored), "--claim", added)
    assert "harness run --matrix claims --part copy-far" in printed and "nobody, 2026" in printed


# -- how they are judged -------------------------------------------------------------------------


def test_no_claim_judges_without_records():
    for found in all_claims():
        assert found.judge(NOTHING).n == 0
    for name, judgement in judge_all(NOTHING, all_claims()).items():
        assert (judgement.verdict, judgement.n, judgement.p) == (UNDECIDED, 0, None), name
        assert "harness run --matrix claims" in judgement.reason


def test_claims_are_adjusted_together():
    """Holm: the smallest of two p values counts twice; alone it would have stood."""
    values = (0.02, 0.05, 0.01, 0.04, -0.005)
    alone = judge_all(NOTHING, [claim("a", saying(*values))])["a"]
    assert (alone.verdict, alone.adjusted) == (SUPPORTED, alone.p)
    exact = claim("c", lambda _: exactly([True], 1.0, "times", "Counted."))
    both = judge_all(NOTHING, [claim("a", saying(*values)), claim("b", saying(*values)), exact])
    assert both["a"].adjusted == pytest.approx(2 * alone.p)
    assert both["a"].verdict == UNDECIDED
    assert (both["c"].verdict, both["c"].adjusted) == (SUPPORTED, None)


def test_an_error_in_one_claim_loses_no_other():
    claims = [claim("good", saying(*around(1.0))), claim("bad", failing)]
    judged = judge_all(NOTHING, claims)
    assert judged["good"].verdict == SUPPORTED
    assert judged["bad"].verdict == UNDECIDED and "KeyError: 'novel'" in judged["bad"].reason


def test_the_command_runs_the_parts_that_a_claim_needs():
    both = claim("a", failing, (PART, OTHER))
    assert both.command == "harness run --matrix claims --part p --part q"
    assert claim("a", failing, (SURVEY, OTHER)).command == "harness run --matrix claims"
    assert SURVEY.name == OWN_CELLS


# -- how they are told ---------------------------------------------------------------------------


def test_numbers_are_told_as_people_read_them():
    assert [amount(v) for v in (0.0, -0.456, 12.34, 1234567.0, 0.0012, -1e-19, None)] == [
        "0", "−0.46", "12.3", "1,234,567", "0.001", "0", "",
    ]  # fmt: skip
    assert interval(-0.1, 0.2) == "−0.10 to 0.20" and interval(None, None) == ""


def test_a_claim_is_told_in_full():
    comparisons = (
        Comparison("above", dict(enumerate(around(0.2))), 0.05),
        Comparison("within", dict(enumerate(around(0.01))), margin=0.05),
    )
    judgement = Judgement(SUPPORTED, 0.2, "skill", 0.19, 0.21, 5, "It came out so.", 0.001,
                          comparisons=comparisons, adjusted=0.028)  # fmt: skip
    _, ruling, reason, table, terms = section.in_full(claim("a", failing), judgement)
    told = "supported 0.20 skill, 95 % interval 0.19 to 0.21, n = 5, adjusted p 0.028"
    assert plain(ruling.text) == told
    assert [row[3] for row in table.rows] == ["> 0.05", "within ±0.05"]
    assert [row[1] for row in table.rows] == ["0.20", "0.01"]
    assert table.rows[0][-2:] == ("<0.001", "1.000")
    assert reason.text == "It came out so."
    assert dict(terms.pairs)["To be shown"] == "a criterion"
    exact = section.in_full(claim("a", failing), exactly([True], 2.0, "times", "Counted."))
    assert plain(exact[1].text) == "supported 2.00 times, exact, n = 1"


def test_the_page_has_every_claim_with_a_figure_where_there_are_records():
    def own(name):
        return forest.draw(name, [Comparison("b", {0: 1.0, 1: 2.0})], "only here")

    exact = exactly([True], 1.0, "x", "So.", [("n",), ("7",)])
    claims = [claim("good", saying(*around(1.0))), claim("bad", saying(*around(-1.0))),
              claim("none", saying(draw=failing)), claim("own", saying(*around(1.0), draw=own)),
              claim("exact", lambda _: replace(exact, draw=own))]  # fmt: skip
    judgements = judge_all(NOTHING, claims)
    judged = [(c, judgements[c.id]) for c in claims]
    assert section.summary(judged) == ("5 claims: 3 supported, 1 refuted, 0 mixed and 1 undecided.")
    with style():
        page = section.document("made", judged)
    drawn = figures(page)
    assert list(drawn) == ["claim-good", "claim-bad", "claim-own", "claim-exact"]
    assert "only here" in drawn["claim-own"].drawing.svg
    assert drawn["claim-exact"].table == Table(("n",), (("7",),))
    assert drawn["claim-good"].command == "harness run --matrix claims --part p"
    blocks = list(walk(page.blocks))
    assert sum(isinstance(block, Terms) for block in blocks) == len(claims)
    anchors = [getattr(block, "anchor", "") for block in blocks]
    for table, to in ((section.blocks(judged)[-1], "claims.html"), (page.blocks[3], "")):
        links = [row[0].to for row in table.rows]
        assert links == [f"{to}#claim-{c.id}" for c in claims]
        assert all(link.partition("#")[2] in anchors for link in links)
    assert not any(isinstance(block, Figure) for block in section.blocks(judged))


def test_the_forest_shows_every_comparison_whole():
    """Each label is there, uncut."""
    long = "a label as long as the longest that any claim here has, all"
    rows = [Comparison("short", dict(enumerate(around(0.5, 0.2))), 0.1),
            Comparison(long, dict(enumerate(around(-0.2))), margin=0.05),
            Comparison("one seed", {3: 0.1}), Comparison("nothing", {})]  # fmt: skip
    with style():
        drawing, again = (forest.draw("f", rows, "skill") for _ in range(2))
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawing.svg)
    assert {"short", long, "one seed", "skill"} <= set(texts) and "nothing" not in texts
    assert drawing.svg == again.svg
    assert forest.draw("f", rows[3:], "skill") is None


# -- harness claims --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A store with a few invented records of the matrix claims."""
    made = evidence({"": [], "switching": [
        row for task in ("switching", "switching[cue=false]") for a in ("rnn", "lstm", "gru", "cnn")
        for row in each(task, a, around(0.99))
    ]})  # fmt: skip
    store = Store(tmp_path_factory.mktemp("store"))
    store.create()
    cells = []
    with store.writing():
        for cell in made.results.parts["switching"].results.cells:
            name = f"{len(cells):012x}"
            cells.append({"id": name, "task": cell.task, "architecture": cell.architecture,
                          "seed": cell.seed, "kind": "score", "part": "switching"})  # fmt: skip
            store.put(replace(cell.record, id=name, weights={}, per_example={}))
        store.put_plan({"matrix": "claims", "cells": cells, "parts": [
            {"name": "switching", "probe": "", "lags": []}]})  # fmt: skip
    return store.out


def call(capsys, *arguments: str) -> str:
    from harness.cli import application

    application()(args=["claims", *arguments], standalone_mode=False)
    return capsys.readouterr().out


def test_json_is_a_list_of_objects_one_a_claim(stored, capsys):
    printed = json.loads(call(capsys, "--out", str(stored), "--json"))
    assert [found["id"] for found in printed] == list(ORDER)
    asked = {"id", "statement", "verdict", "effect", "interval", "n", "reason"}
    assert all(asked <= set(found) for found in printed)
    one = next(found for found in printed if found["id"] == "shared-weights-assume-stationarity")
    assert (one["verdict"], one["n"], one["needs"]) == (REFUTED, 5, ["switching"])
    assert one["effect"] == pytest.approx(0.01)
    assert one["interval"][0] < one["effect"] < one["interval"][1]
    assert {f["verdict"] for f in printed if f is not one} == {UNDECIDED}
    survey = next(found for found in printed if found["id"] == "rnn-covers-hmm")
    assert survey["needs"] == [""]


def test_the_table_has_every_claim_and_the_count(stored, capsys):
    printed = call(capsys, "--out", str(stored))
    assert all(name in printed for name in ORDER)
    row = next(line for line in printed.splitlines() if line.startswith("shared-weights"))
    assert "refuted" in row and "0.01 skill lacking" in row
    total = len(all_claims())
    counts = f"{total} claims: 0 supported, 1 refuted, 0 mixed and {total - 1} undecided."
    assert counts in printed


def test_chosen_claims_are_printed_in_full(stored, capsys):
    printed = call(capsys, "--out", str(stored), "--claim", "shared-weights-assume-stationarity",
                   "--claim", "ten-steps")  # fmt: skip
    for text in ("To be shown", "What is shared is the equations", "rnn, without a cue", "> 0.10",
                 "harness run --matrix claims --part switching",
                 "A plain recurrent network can hardly"):  # fmt: skip
        assert text in printed
    assert "far-reference" not in printed


def test_a_claim_told_alone_is_adjusted_for_all(stored, capsys, monkeypatch):
    values = (0.02, 0.05, 0.01, 0.04, -0.005)
    claims = tuple(claim(name, saying(*values)) for name in ("a", "b"))
    for place in ("reports.claims.claim", "reports.sections.claims"):
        monkeypatch.setattr(f"{place}.all_claims", lambda: claims)
    (found,) = json.loads(call(capsys, "--out", str(stored), "--json", "--claim", "a"))
    assert found["p_adjusted"] == pytest.approx(2 * found["p"])
    assert found["verdict"] == UNDECIDED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--out", "nowhere"), "run first: harness run --matrix claims --out "),
        (("--claim", "ten-step"), "did you mean ten-steps?"),
    ],
)
def test_mistakes_end_with_exit_code_2(harness_cli, arguments, message):
    ended = harness_cli("claims", *arguments)
    assert ended.returncode == 2
    assert message in ended.stderr and "Traceback" not in ended.stderr


def test_another_matrix_in_the_store_holds_no_claims(tmp_path, harness_cli):
    store = Store(tmp_path / "harness-out")
    store.create()
    with store.writing():
        store.put(Record("0" * 12, {}, "recall", "rnn", 0))
        store.put_plan({"matrix": "quick", "cells": []})
    ended = harness_cli("claims")
    assert ended.returncode == 2
    assert ended.stderr.strip().endswith("harness run --matrix claims --out harness-out")
