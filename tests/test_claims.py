"""All claims together: what there is, how they are judged, told, drawn and printed."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace

import pytest
from builders.evidence import around, evidence, rows

import reports.claims
from harness.experiment.matrix import Part, load, outline
from harness.experiment.plan import expand
from harness.experiment.record import Record
from harness.experiment.store import Store
from reports.analysis.evidence import BySeed
from reports.claims.claim import ORDER, Claim, all_claims, criteria
from reports.claims.judging import (
    Statement,
    all_of,
    exactly,
    mean_above,
    mean_below,
    mean_within,
    rate_above,
    rate_below,
    rate_higher,
)
from reports.claims.trial import (
    MIXED,
    NOT_MEASURED,
    REFUTED,
    SUPPORTED,
    UNDECIDED,
    hold,
)
from reports.document import Figure, Terms, figures, walk
from reports.figures import forest
from reports.figures.style import style
from reports.formats import amount, interval
from reports.sections import claims as section

PART = Part(name="p", tasks=["recall"], architectures=["rnn"])
OTHER = Part(name="q", tasks=["recall"], architectures=["rnn"])
ONE = {"a": Statement("Above 0.")}


def claim(name: str, judge, cells: tuple[Part, ...] = (PART,), statements=ONE) -> Claim:
    return Claim(name, f"Taught: {name}.", "A source", cells, statements, judge)


def saying(*means: float, seeds: int = 10):
    """One statement for each mean, a, b, ...: that it is above 0."""
    measured = {
        name: mean_above(f"{name} [thing]", BySeed(enumerate(around(mean, seeds=seeds))))
        for name, mean in zip("abcdef", means, strict=False)
    }
    return lambda _: measured


def failing(*_):
    raise KeyError("novel")


def seen(seeds: int = 10, **fields):
    """Evidence that has the part p, complete for so many seeds."""
    return evidence({"": [], "p": rows("recall", "rnn", 0.5, seeds, **fields)})


def stated(*names: str):
    return {name: Statement(f"{name} above 0.") for name in names}


# -- what there is -------------------------------------------------------------------------------


def test_every_claim_says_what_it_is():
    claims = all_claims()
    assert [c.id for c in claims] == list(ORDER)
    assert len({c.taught for c in claims}) == len(claims)
    for found in claims:
        assert found.judge.__module__ == f"reports.claims.{found.id.replace('-', '_')}"
        assert found.cells and found.source and not found.source.endswith(".")
        assert 1 <= len(found.statements) <= 4
        for text in (found.taught, found.source, *(s.text for s in found.statements.values())):
            assert text == " ".join(text.split())


def test_the_matrix_has_the_cells_of_every_claim_once_on_fresh_seeds():
    matrix = load("claims")
    parts = {part.name: part for part in matrix.parts}
    for found in all_claims():
        for part in found.cells:
            assert parts[part.name] is part
    assert not matrix.tasks
    assert not set(matrix.seeds) & set(load("quick").seeds) and matrix.budget.held_out
    assert matrix.recommended and not matrix.gives_rate("recall")
    assert matrix.criteria == criteria(all_claims())
    cells = expand(matrix)
    assert len({(c.part, c.id) for c in cells}) == len(cells)
    assert outline("claims").description == matrix.description


NEW = '''"""Copying gets harder with the lag.

Source: nobody, 2026.
"""

from harness.experiment.matrix import Part
from reports.claims.judging import Statement, mean_above

COPY = Part(name="copy-far", tasks=["copy[lag=40]"], architectures=["rnn"])
CELLS = (COPY,)
STATEMENTS = {"harder": Statement("The skill is above 0.")}


def judge(evidence):
    (task,) = evidence.tasks(COPY)
    return {"harder": mean_above("skill", evidence.skills(COPY, task, "rnn"))}
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
    assert [c.seed for c in cells] == load("claims").seeds
    assert added in call(capsys, "--out", str(stored))
    printed = call(capsys, "--out", str(stored), "--claim", added)
    assert "harness run --matrix claims --part copy-far" in printed and "nobody, 2026" in printed


# -- how statements are measured -----------------------------------------------------------------


def by_seed(*values: float) -> BySeed:
    return BySeed(enumerate(values))


def test_each_test_points_the_right_way():
    high, none = by_seed(*around(0.3, seeds=10)), by_seed(*around(0.01, seeds=10))
    solved, not_solved = dict.fromkeys(range(10), True), dict.fromkeys(range(10), False)
    for supported, refuted in (
        (mean_above("x", high, 0.1), mean_above("x", none, 0.1)),
        (mean_below("x", none, 0.1), mean_below("x", high, 0.1)),
        (mean_within("x", none, 0.1), mean_within("x", high, 0.1)),
        (rate_above("x", solved), rate_above("x", not_solved)),
        (rate_below("x", not_solved), rate_below("x", solved)),
        (
            rate_higher(("x", "y"), solved, not_solved),
            rate_higher(("x", "y"), not_solved, solved),
        ),
    ):
        assert supported.p_for < 0.01 < 0.5 < supported.p_against
        assert refuted.p_against < 0.01 < 0.5 < refuted.p_for


def test_all_of_needs_each():
    high, low = mean_above("x", by_seed(*around(0.3))), mean_above("y", by_seed(*around(-0.3)))
    both = all_of([high, low])
    assert both.p_for == low.p_for and both.p_against == high.p_against
    assert [row.label for row in both.rows] == ["x", "y"] and both.effect == high.effect


def test_one_that_fails_may_refute_all():
    high, low = mean_above("x", by_seed(*around(0.3))), mean_above("y", by_seed(*around(-0.3)))
    both, neither = (all_of(some, one_refutes=True) for some in ([high, low], [low, low]))
    assert both.p_for == low.p_for and both.p_against == 2 * low.p_against
    assert both.effect == low.effect and neither.p_against == low.p_against


def test_equal_seeds_decide_nothing_at_their_threshold():
    assert mean_above("x", by_seed(*[0.5] * 10), 0.5).p == 1.0


# -- how they are judged -------------------------------------------------------------------------


def test_no_claim_is_judged_without_records():
    for name, judgement in hold(evidence({"": []}), all_claims()).items():
        assert judgement.verdict == NOT_MEASURED and not judgement.seeds, name
        assert "has not been run" in judgement.why


def test_one_missing_cell_leaves_a_claim_not_measured():
    lacking = evidence({"": [], "p": [*rows("recall", "rnn", 0.5, 9), ("recall", "rnn", 9, None)]})
    judged = hold(lacking, [claim("a", saying(0.3))])["a"]
    assert judged.verdict == NOT_MEASURED and "1 cells without a result" in judged.why
    assert hold(seen(), [claim("a", saying(0.3))])["a"].verdict == SUPPORTED
    assert hold(seen(outcome="diverged"), [claim("a", saying(0.3))])["a"].verdict == SUPPORTED
    assert hold(seen(outcome="timeout"), [claim("a", saying(0.3))])["a"].verdict == NOT_MEASURED


def test_a_claim_is_what_its_statements_are():
    def verdict(*means):
        return hold(
            seen(), [claim("a", saying(*means), statements=stated(*"abcdef"[: len(means)]))]
        )

    assert verdict(0.3, 0.2)["a"].verdict == SUPPORTED
    assert verdict(-0.3, -0.2)["a"].verdict == REFUTED
    assert verdict(-0.3, 0.2)["a"].verdict == MIXED
    assert verdict(0.3, 0.0)["a"].verdict == UNDECIDED


def test_all_statements_are_one_family_measured_or_not():
    """What is not measured counts as p = 1, and so still takes its share of the level."""
    alone = hold(seen(), [claim("a", saying(0.3))])["a"].statements["a"].stage
    many = [claim(f"b{i}", failing, statements=stated(*"abcd")) for i in range(30)]
    crowd = hold(seen(), [claim("a", saying(0.3)), *many])["a"].statements["a"].stage
    assert crowd.adjusted == pytest.approx(min(1.0, 121 * alone.p))
    assert alone.settled and not crowd.settled and crowd.seeds == 20


def test_what_is_exact_is_outside_of_the_family():
    counted = {"e": Statement("Counted.", exact=True)}
    exact = claim("c", lambda _: {"e": exactly(True, 1.0, "times", 3)}, statements=counted)
    judged = hold(seen(), [claim("a", saying(0.3)), exact])
    alone = hold(seen(), [claim("a", saying(0.3))])
    assert judged["c"].verdict == SUPPORTED and judged["c"].statements["e"].stage is None
    assert judged["a"].statements["a"].stage == alone["a"].statements["a"].stage


def test_seeds_are_added_in_stages():
    """A look counts once all its seeds are there; the verdict is that of the last one."""
    read = []

    def judge(at):
        values = at.skills("p", "recall", "rnn")
        read.append(len(values))
        return {"a": mean_above("x", values, 0.4999)}

    judged = hold(seen(25), [claim("a", judge)])["a"]
    assert read == [10, 20] and judged.seeds == 20
    assert judged.statements["a"].stage.looks == 2
    assert judged.following in (None, 40)
    read.clear()
    hold(seen(4), [claim("a", judge)])
    assert read == [4]  # a rehearsal


def test_an_error_in_one_claim_loses_no_other():
    judged = hold(seen(), [claim("good", saying(0.3)), claim("bad", failing)])
    assert judged["good"].verdict == SUPPORTED
    assert judged["bad"].verdict == NOT_MEASURED and "KeyError: 'novel'" in judged["bad"].why


def test_the_command_runs_the_parts_that_a_claim_needs():
    both = claim("a", failing, (PART, OTHER))
    assert both.command == "harness run --matrix claims --part p --part q"


def test_criteria_are_hashed_with_their_cells_and_thresholds():
    (ten,) = (c for c in all_claims() if c.id == "ten-steps")
    others = [c for c in all_claims() if c is not ten]
    assert criteria([*others, ten]) == criteria([*others, ten])
    assert criteria([*others, replace(ten, criteria="x")]) != criteria([*others, ten])


# -- how they are told ---------------------------------------------------------------------------


def test_numbers_are_told_as_people_read_them():
    assert [amount(v) for v in (0.0, -0.456, 12.34, 1234567.0, 0.0012, -1e-19, None)] == [
        "0", "−0.46", "12.3", "1,234,567", "0.001", "0", "",
    ]  # fmt: skip
    assert interval(-0.1, 0.2) == "−0.10 to 0.20" and interval(None, None) == ""


def test_the_page_has_every_claim_with_a_figure_where_there_are_records():
    counted = {"e": Statement("Counted.", exact=True)}
    table = [("n",), ("7",)]
    claims = [claim("good", saying(0.3)), claim("bad", saying(-0.3)), claim("none", failing),
              claim("exact", lambda _: {"e": exactly(True, 1.0, "x", 1, table)},
                    statements=counted)]  # fmt: skip
    known = seen()
    judgements = hold(known, claims)
    judged = [(c, judgements[c.id]) for c in claims]
    assert section.summary(judged) == (
        "4 claims: 2 supported, 1 refuted and 1 not measured; 3 of 4 statements decided."
    )
    with style():
        page = section.document(known.results, judged)
    drawn = figures(page)
    assert list(drawn) == ["claim-good", "claim-bad"]
    assert drawn["claim-good"].command == "harness run --matrix claims --part p"
    made = list(walk(page.blocks))
    assert sum(isinstance(block, Terms) for block in made) == len(claims)
    anchors = [getattr(block, "anchor", "") for block in made]
    (table,) = [b for b in section.blocks(known.results, judged) if hasattr(b, "rows")]
    links = [row[0].to for row in table.rows]
    assert links == [f"claims.html#claim-{c.id}" for c in claims]
    assert all(link.partition("#")[2] in anchors for link in links)
    assert not any(isinstance(b, Figure) for b in section.blocks(known.results, judged))


def test_another_matrix_has_one_line_and_no_verdict():
    other = evidence({"": rows("recall", "rnn", 0.5, 10)})
    other.results.plan["matrix"] = "quick"
    assert section.judged(other) == []
    assert section.blocks(other.results, []) == []
    assert section.COMMAND == "harness run --matrix claims"


def test_the_forest_shows_every_comparison_whole():
    """Each label is there, uncut."""
    long = "a label as long as the longest that any claim here has, all"
    measured = [mean_above("short", by_seed(*around(0.5, 0.2)), 0.1),
                mean_within(long, by_seed(*around(-0.2)), 0.05),
                mean_above("one seed", by_seed(0.1)), mean_above("nothing", by_seed())]  # fmt: skip
    shown = [row for m in measured for row in m.rows]
    with style():
        drawing, again = (forest.draw("f", shown, "skill") for _ in range(2))
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawing.svg)
    assert {"short", long, "one seed", "skill"} <= set(texts) and "nothing" not in texts
    assert drawing.svg == again.svg
    assert forest.draw("f", shown[3:], "skill") is None


# -- harness claims --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A store with a few invented records of the matrix claims."""
    made = evidence({"": [], "ten-steps": [
        row for start in ("uniform", "orthogonal") for lag in (5, 10, 20, 50)
        for row in rows(f"recall[lag={lag}]", f"rnn[start={start}]", float(lag < 20), 40)
    ]})  # fmt: skip
    store = Store(tmp_path_factory.mktemp("store"))
    store.create()
    cells = []
    with store.writing():
        for cell in made.results.parts["ten-steps"].results.cells:
            name = f"{len(cells):012x}"
            cells.append({"id": name, "task": cell.task, "architecture": cell.architecture,
                          "seed": cell.seed, "kind": "score", "part": "ten-steps"})  # fmt: skip
            store.put(replace(cell.record, id=name, weights={}, per_example={}))
        store.put_plan({"matrix": "claims", "cells": cells, "parts": [
            {"name": "ten-steps", "probe": "", "lags": []}]})  # fmt: skip
    return store.out


def call(capsys, *arguments: str) -> str:
    from harness.cli import application

    application()(args=["claims", *arguments], standalone_mode=False)
    return capsys.readouterr().out


def test_json_is_a_list_of_objects_one_a_claim(stored, capsys):
    printed = json.loads(call(capsys, "--out", str(stored), "--json"))
    assert [found["id"] for found in printed] == list(ORDER)
    one = next(found for found in printed if found["id"] == "ten-steps")
    assert (one["verdict"], one["seeds"], one["next_seeds"]) == (SUPPORTED, 40, None)
    told = one["statements"]["torch's start"]
    assert {"text", "verdict", "effect", "interval", "n", "p", "p_adjusted"} <= told.keys()
    assert told["effect"] == 0.0 and told["interval"][0] == 0.0 and told["n"] == 40
    assert {f["verdict"] for f in printed if f is not one} == {NOT_MEASURED}


def test_the_table_has_every_claim_and_the_count(stored, capsys):
    printed = call(capsys, "--out", str(stored))
    assert all(name in printed for name in ORDER)
    counts = f"{len(ORDER)} claims: 1 supported and {len(ORDER) - 1} not measured;"
    assert counts in printed


def test_chosen_claims_are_printed_in_full(stored, capsys):
    printed = call(capsys, "--out", str(stored), "--claim", "ten-steps")
    for text in ("torch's start, lag 20", "< 0.50", "harness run --matrix claims --part ten-steps",
                 "A plain recurrent network can hardly"):  # fmt: skip
        assert text in printed
    assert "far-reference" not in printed


def test_a_claim_told_alone_is_adjusted_for_all(stored, capsys):
    (alone,) = json.loads(call(capsys, "--out", str(stored), "--json", "--claim", "ten-steps"))
    every = json.loads(call(capsys, "--out", str(stored), "--json"))
    assert alone == next(found for found in every if found["id"] == "ten-steps")
    told = alone["statements"]["torch's start"]
    assert told["p_adjusted"] > told["p_sequential"]


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
