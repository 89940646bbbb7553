"""All claims together: what is there, how they are judged, told and drawn."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from claim_evidence import around, each, evidence

from harness.experiment.record import Record
from harness.experiment.store import Store
from reports.claims import entries as telling
from reports.claims.claim import (
    REFUTED,
    SUPPORTED,
    UNDECIDED,
    Claim,
    Comparison,
    Judgement,
    exactly,
    rule,
)
from reports.claims.trial import ORDER, all_claims, command, judge_all
from reports.figures import forest
from reports.figures.style import style
from reports.formats import amount, by_name, found, interval

IDS = [
    "parameters-constant",
    "any-length",
    "sequential-cost",
    "vanishing-exploding",
    "ten-steps",
    "gates-extend-memory",
    "lstm-costs-more",
    "gru-equals-lstm-faster",
    "gru-contains-rnn",
    "gates-divide-labour",
    "both-directions",
    "cnn-local",
    "window-limits",
    "hmm-one-hot",
    "rnn-covers-hmm",
    "loss-oscillates",
    "clip-explosion",
    "residual-helps",
    "depth-helps-lstm",
    "shared-weights-assume-stationarity",
    "fixed-context-bottleneck",
    "attention-cheap-and-good",
    "saturating-gates",
    "perplexity-is-fluency",
    "far-reference",
    "lm-generates",
    "cnn-not-best-on-series",
    "static-needs-no-sequence",
]


def claim(name: str, judge, needs: tuple[str, ...] = ("p",)) -> Claim:
    return Claim(name, f"Statement of {name}.", "A source", needs, "a criterion", judge)


def saying(*values: float, threshold: float = 0.0):
    comparison = Comparison("a [thing]", dict(enumerate(values)), threshold)
    return lambda _: rule([comparison], "skill", "What came out.")


def failing(*_):
    raise KeyError("novel")


NOTHING = evidence({"": []})


def test_all_claims_that_are_taught_are_on_trial():
    claims = all_claims()
    assert [c.id for c in claims] == IDS == list(ORDER)
    assert len({c.statement for c in claims}) == len(claims)


def test_no_claim_judges_without_records():
    for name, judgement in judge_all(NOTHING, strict=True).items():
        assert (judgement.verdict, judgement.n, judgement.p) == (UNDECIDED, 0, None), name
        assert "harness run --matrix claims" in judgement.reason


def test_parts_that_claims_need_are_in_the_matrix():
    import tomllib
    from importlib.resources import files

    matrix = tomllib.loads(files("harness.matrices").joinpath("claims.toml").read_text())
    parts = {part["name"] for part in matrix["parts"]}
    assert {need for c in all_claims() for need in c.needs} <= {"", *parts}


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
    with pytest.raises(KeyError):
        judge_all(NOTHING, claims, strict=True)


def test_the_command_runs_the_parts_that_a_claim_needs():
    assert (
        command(claim("a", failing, ("x", "y"))) == "harness run --matrix claims --part x --part y"
    )
    assert command(claim("a", failing, ("", "y"))) == "harness run --matrix claims"


def test_an_entry_tells_all_about_a_claim():
    comparisons = (
        Comparison("above", dict(enumerate(around(0.2))), 0.05),
        Comparison("within", dict(enumerate(around(0.01))), margin=0.05),
    )
    judgement = Judgement(SUPPORTED, 0.2, "skill", 0.19, 0.21, 5, "It came out so.", 0.001,
                          comparisons=comparisons, adjusted=0.028)  # fmt: skip
    told = telling.entry(claim("a", failing), judgement)
    assert (told.effect, told.interval, told.n, told.p) == (
        "0.20 skill",
        "0.19 to 0.21",
        5,
        "0.028",
    )
    assert [row.claimed for row in told.rows] == ["> 0.05", "within ±0.05"]
    assert [row.mean for row in told.rows] == ["0.20", "0.01"]
    assert told.rows[0].p_for == "<0.001" and told.rows[0].p_against == "1.000"
    exact = telling.entry(claim("a", failing), exactly([True], 2.0, "times", "Counted."))
    assert (exact.effect, exact.interval, exact.p) == ("2.00 times", "exact", "")


def test_the_section_has_every_claim_with_a_figure_where_there_are_records(monkeypatch):
    claims = (claim("good", saying(*around(1.0))), claim("bad", saying(*around(-1.0))),
              claim("none", saying()), claim("own", saying(*around(1.0))))  # fmt: skip
    own = forest.draw("own-figure", [Comparison("b", {0: 1.0, 1: 2.0})], "x")
    unable = replace(claims[2], draw=failing)
    claims = (*claims[:2], unable, replace(claims[3], draw=lambda *_: own))
    monkeypatch.setattr(telling, "all_claims", lambda: claims)
    found = telling.section(NOTHING)
    assert [entry.id for entry in found.entries] == ["good", "bad", "none", "own"]
    assert found.counts == {SUPPORTED: 2, REFUTED: 1, "mixed": 0, UNDECIDED: 1}
    assert found.summary == "4 claims: 2 supported, 1 refuted, 0 mixed and 1 undecided."
    names = [entry.figure and entry.figure.name for entry in found.entries]
    assert names == ["claim-good", "claim-bad", None, "own-figure"]


def test_numbers_are_told_as_people_read_them():
    assert [amount(v) for v in (0.0, -0.456, 12.34, 1234567.0, 0.0012, -1e-19, None)] == [
        "0", "−0.46", "12.3", "1,234,567", "0.001", "0", "",
    ]  # fmt: skip
    assert interval(-0.1, 0.2) == "−0.10 to 0.20" and interval(None, None) == ""
    assert found([1.0, 2.0, 3.0]) == "2.00 (95 % interval −0.48 to 4.48, n = 3)"
    assert found([0.5]) == "0.50 (n = 1)"
    assert by_name([("a", [1.0, 3.0]), ("none", []), ("b", [0.5])]) == "a 2.00 and b 0.50"


def test_the_forest_shows_every_comparison_whole():
    """Each label is there, uncut; the means and what was claimed are in the alternative text."""
    long = "a label as long as the longest that any claim here has, all"
    rows = [Comparison("short", dict(enumerate(around(0.5, 0.2))), 0.1),
            Comparison(long, dict(enumerate(around(-0.2))), margin=0.05),
            Comparison("one seed", {3: 0.1}), Comparison("nothing", {})]  # fmt: skip
    with style():
        drawing, again = (forest.draw("f", rows, "skill") for _ in range(2))
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawing.svg)
    assert {"short", long, "one seed", "skill"} <= set(texts) and "nothing" not in texts
    assert "short: 0.5 (claimed: above 0.1)" in drawing.alt
    assert "within 0.05 of 0" in drawing.alt
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
    assert [found["id"] for found in printed] == IDS
    asked = {"id", "statement", "verdict", "effect", "interval", "n", "reason"}
    assert all(asked <= set(found) for found in printed)
    one = next(found for found in printed if found["id"] == "shared-weights-assume-stationarity")
    assert (one["verdict"], one["n"]) == (REFUTED, 5)
    assert one["effect"] == pytest.approx(0.01)
    assert one["interval"][0] < one["effect"] < one["interval"][1]
    assert {f["verdict"] for f in printed if f is not one} == {UNDECIDED}


def test_the_table_has_every_claim_and_the_count(stored, capsys):
    printed = call(capsys, "--out", str(stored))
    assert all(name in printed for name in IDS)
    row = next(line for line in printed.splitlines() if line.startswith("shared-weights"))
    assert "refuted" in row and "0.01 skill lacking" in row
    assert "28 claims: 0 supported, 1 refuted, 0 mixed and 27 undecided." in printed


def test_one_claim_is_told_in_full(stored, capsys):
    printed = call(capsys, "--out", str(stored), "--claim", "shared-weights-assume-stationarity",
                   "--claim", "ten-steps")  # fmt: skip
    for text in ("criterion", "what came out", "harness run --matrix claims --part switching",
                 "rnn, without a cue", "> 0.10", "ten-steps"):  # fmt: skip
        assert text in printed
    assert "far-reference" not in printed


def test_a_claim_told_alone_is_adjusted_for_all(stored, capsys, monkeypatch):
    values = (0.02, 0.05, 0.01, 0.04, -0.005)
    claims = tuple(claim(name, saying(*values)) for name in ("a", "b"))
    monkeypatch.setattr("reports.claims.trial.all_claims", lambda: claims)
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


def test_another_matrix_in_the_store_is_no_trial(tmp_path, harness_cli):
    store = Store(tmp_path / "harness-out")
    store.create()
    with store.writing():
        store.put(Record("0" * 12, {}, "recall", "rnn", 0))
        store.put_plan({"matrix": "quick", "cells": []})
    ended = harness_cli("claims")
    assert ended.returncode == 2
    assert ended.stderr.strip().endswith("run first: harness run --matrix claims")
