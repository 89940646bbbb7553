"""All claims together: what there is, how they are judged, told, drawn and printed."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from builders.evidence import around, climb, evidence, rows

import reports.claims
from harness.errors import UserError
from harness.experiment import recommended
from harness.experiment.matrix import Part, load, outline
from harness.experiment.plan import expand
from harness.experiment.record import Record
from harness.experiment.store import Store
from reports.analysis.evidence import BySeed
from reports.analysis.stages import LEVEL, critical, spent
from reports.claims.claim import ORDER, Claim, all_claims
from reports.claims.judging import (
    Measured,
    Statement,
    all_of,
    exactly,
    fewer_than_half,
    mean_above,
    mean_below,
    mean_within,
    more_than_half,
    rate_higher,
)
from reports.claims.matrix import JUDGING, criteria
from reports.claims.trial import (
    MIXED,
    NOT_MEASURED,
    REFUTED,
    REHEARSAL,
    SUPPORTED,
    UNDECIDED,
    as_json,
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
        assert 2 <= len(found.statements) <= 4
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


def test_a_rate_that_is_not_recommended_is_no_part_of_the_trial(monkeypatch):
    """Where there is a table at all: without one the budget's rate serves for a first look."""
    one = recommended.Tried("memory", "cnn", 0.01, "", 1, 0.5)
    monkeypatch.setattr(recommended, "tried", lambda: (one,))
    with pytest.raises(UserError, match=r"parts\.\S+: no row of \S+ is for \w+ on memory"):
        expand(load("claims"))
    assert expand(load("quick"))
    monkeypatch.setattr(recommended, "tried", lambda: ())
    assert expand(load("claims"))


@pytest.mark.skipif(not recommended.tried(), reason="the table has no rows yet")
def test_the_shipped_table_recommends_all_that_the_trial_takes():
    assert expand(load("claims"))


NEW = '''"""Copying gets harder with the lag.

Source: nobody, 2026.
"""

from harness.experiment.matrix import Part
from reports.claims.judging import Statement, mean_above

COPY = Part(name="copy-far", tasks=["copy[lag=40]"], architectures=["rnn"])
CELLS = (COPY,)
STATEMENTS = {"harder": Statement("The skill is above 0.")}


def judge(evidence):
    return {"harder": _measured(evidence)}


def _measured(evidence):
    (task,) = evidence.tasks(COPY)
    return mean_above("skill", evidence.skills(COPY, task, "rnn"))
'''


@pytest.fixture
def one_more(tmp_path, monkeypatch):
    """One file more beside the claims."""
    file = tmp_path / "copy_gets_harder.py"
    file.write_text(NEW)
    monkeypatch.setattr(reports.claims, "__path__", [*reports.claims.__path__, str(tmp_path)])
    yield file
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
        (more_than_half("x", solved), more_than_half("x", not_solved)),
        (fewer_than_half("x", not_solved), fewer_than_half("x", solved)),
        (
            rate_higher(("x", "y"), solved, not_solved),
            rate_higher(("x", "y"), not_solved, solved),
        ),
    ):
        assert supported.p_for < 0.01 < 0.5 < supported.p_against
        assert refuted.p_against < 0.01 < 0.5 < refuted.p_for


def test_all_of_needs_each_and_one_that_fails_refutes():
    high, low = mean_above("x", by_seed(*around(0.3))), mean_above("y", by_seed(*around(-0.3)))
    both, neither = all_of([high, low]), all_of([low, low])
    assert both.p_for == low.p_for and both.p_against == 2 * low.p_against
    assert both.effect == low.effect and neither.p_against == low.p_against
    assert both.rows == high.rows + low.rows and neither.rows == low.rows


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
    assert judged.verdict == NOT_MEASURED and "1 cell without a result" in judged.why
    assert hold(seen(), [claim("a", saying(0.3))])["a"].verdict == SUPPORTED
    assert hold(seen(outcome="diverged"), [claim("a", saying(0.3))])["a"].verdict == SUPPORTED
    assert hold(seen(outcome="timeout"), [claim("a", saying(0.3))])["a"].verdict == NOT_MEASURED


@pytest.mark.parametrize("part", [
    Part(name="p", tasks=["recall", "copy"], architectures=["rnn"]),
    Part(name="p", tasks=["recall"], architectures=["rnn", "lstm[layers=2]"]),
    Part(name="p", tasks=["recall"], architectures=["rnn"], seeds=range(20)),
])  # fmt: skip
def test_a_claim_needs_each_cell_that_it_asks_for(part):
    """Whatever was planned: a run may have been narrowed."""
    judged = hold(seen(), [claim("a", saying(0.3), (part,))])["a"]
    assert judged.verdict == NOT_MEASURED
    assert judged.why == "Part p: 10 cells without a result (not planned)."


def test_the_parts_of_a_claim_need_the_same_seeds():
    apart = [("recall", "rnn", seed + 5, {"skill": 0.5}) for seed in range(10)]
    known = evidence({"": [], "p": rows("recall", "rnn", 0.5, 10), "q": apart})
    judged = hold(known, [claim("a", saying(0.3), (PART, OTHER))])["a"]
    assert judged.verdict == NOT_MEASURED and "Part p" not in judged.why


def test_what_an_architecture_cannot_serve_is_complete_if_it_says_so_beforehand():
    part = Part(name="p", tasks=["recall"], architectures=["rnn", "encoder_decoder"])
    for refused, other, verdict in (
        ("encoder_decoder", "rnn", SUPPORTED),
        ("rnn", "encoder_decoder", NOT_MEASURED),
    ):
        none = rows("recall", refused, 0.0, 10, outcome="not-applicable")
        known = evidence({"": [], "p": [*rows("recall", other, 0.5, 10), *none]})
        assert hold(known, [claim("a", saying(0.3), (part,))])["a"].verdict == verdict


LAGS = (5, 10, 20, 50)
LADDER = Part(name="p", probe="horizon", tasks=["recall"], architectures=["rnn"], lags=LAGS)


def climbing(*horizons: int, tried: int = 50):
    """Evidence of a search for horizons, one a seed, up to a lag."""
    made = climb("recall", "rnn", horizons, [lag for lag in LAGS if lag <= tried])
    return evidence({"": [], "p": made}, {"p": "horizon"}, {"p": LAGS})


@pytest.mark.parametrize(("tried", "verdict"), [
    (5, NOT_MEASURED), (10, NOT_MEASURED), (20, SUPPORTED), (50, SUPPORTED)
])  # fmt: skip
def test_a_search_for_horizons_is_complete_where_most_seeds_fail(tried, verdict):
    known = climbing(*[10] * 10, tried=tried)
    assert hold(known, [claim("a", saying(0.3), (LADDER,))])["a"].verdict == verdict


def test_a_search_that_all_seeds_ended_early_is_complete_for_fewer():
    """The first ten would have climbed on, but were run together with others."""
    known = climbing(*[50] * 10, *[5] * 11, tried=10)
    assert hold(known, [claim("a", saying(0.3), (LADDER,))])["a"].verdict == SUPPORTED


def test_lags_beyond_those_of_a_look_need_not_have_ended_for_it():
    known = climbing(*[5] * 10, *[50] * 11)
    cells = [c for c in known.part("p").cells if c.lag <= 10 or c.seed >= 10]
    part = known.results.parts["p"]
    parts = {"p": replace(part, results=replace(part.results, cells=tuple(cells)))}
    known = replace(known, results=replace(known.results, parts=parts))
    assert hold(known, [claim("a", saying(0.3), (LADDER,))])["a"].verdict == SUPPORTED


def test_a_look_sees_the_lags_that_its_own_seeds_come_to():
    """Seeds that were added later neither add lags to an earlier look nor lack them."""

    def lags(known):
        return sorted({cell.lag for cell in known.part("p").cells})

    later = climbing(*[10] * 10, *[50] * 10)
    assert lags(later.first(10)) == [5, 10, 20] and lags(later.first(20)) == [5, 10, 20, 50]
    fewer = climbing(*[20] * 10, *[5] * 11)
    assert lags(fewer.first(10)) == [5, 10, 20, 50] and lags(fewer.first(40)) == [5, 10]


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
    """A look counts once all its seeds are there, and an open statement asks for the next."""
    read = []

    def judge(at):
        values = at.skills("p", "recall", "rnn")
        read.append(len(values))
        return {"a": mean_above("x", by_seed(*(seed % 2 for seed in values)), 0.5)}

    judged = hold(seen(25), [claim("a", judge)])["a"]
    assert read == [10, 20] and judged.seeds == 20 and judged.verdict == UNDECIDED
    assert judged.statements["a"].stage.looks == 2
    assert judged.following == 40


def test_a_look_that_lacks_a_statement_leaves_the_others_at_their_own():
    """A p-value of 20 seeds is held against the level of 20."""

    def judge(at):
        values = at.skills("p", "recall", "rnn")
        return {"a": mean_above("x", values)} if len(values) == 20 else {}

    stage = hold(seen(20), [claim("a", judge)])["a"].statements["a"].stage
    assert stage.looks == 2 and stage.at == 20


def test_a_verdict_has_the_side_of_the_look_that_settled_it():
    def judge(at):
        first = len(at.skills("p", "recall", "rnn")) == 10
        return {"a": Measured(1e-6, 1.0) if first else Measured(0.6, 0.4)}

    judged = hold(seen(20), [claim("a", judge)])["a"]
    assert judged.statements["a"].stage.at == 10 and judged.verdict == SUPPORTED


def test_of_nothing_nothing_holds_and_what_is_exact_may_be_open():
    counted = {"e": Statement("Counted.", exact=True)}
    for measured, verdict in (
        (exactly(True, 0.0, "x", 0), NOT_MEASURED),
        (exactly(True, 1.0, "x", 1), SUPPORTED),
        (replace(exactly(True, 1.0, "x", 1), holds=None), UNDECIDED),
    ):
        judged = hold(seen(), [claim("c", lambda _, of=measured: {"e": of}, statements=counted)])
        assert judged["c"].verdict == verdict


FIXED = Part(name="q", tasks=["recall"], architectures=["lstm"], seeds=[100, 101, 102])


def test_fewer_seeds_than_the_first_look_are_a_rehearsal():
    """Seeds that a part has of its own do not make up for those that are missing."""
    known = evidence({
        "": [], "p": rows("recall", "rnn", 0.5, 8),
        "q": [("recall", "lstm", seed, {"skill": 0.5}) for seed in FIXED.seeds],
    })  # fmt: skip
    counted = {"e": Statement("Counted.", exact=True)}
    claims = [claim("few", saying(0.3), (PART, FIXED)),
              claim("exact", lambda _: {"e": exactly(True, 1.0, "x", 3)}, (FIXED,),
                    counted)]  # fmt: skip
    judged = hold(known, claims)
    few, exact = judged["few"], judged["exact"]
    assert few.rehearsal and few.verdict == REHEARSAL and few.seeds == 8 and few.following == 10
    assert few.statements["a"].measured.effect.n == 10  # judged all the same
    assert exact.verdict == SUPPORTED and exact.seeds == 3
    pairs = [(of, judged[of.id]) for of in claims]
    assert section.summary(pairs).endswith("1 rehearsal; 1 of 2 statements decided.")
    said = "A rehearsal: 1 of 2 claims with fewer than the 10 seeds that a verdict asks for."
    for made in (
        section.overview(pairs),
        section.blocks(known.results, pairs),
        section.document(known.results, pairs).blocks,
    ):
        told = str(made)
        assert said in told and " (rehearsal)" in told
    assert "--seeds 10 --part p'" in str(section.overview(pairs))
    told = as_json(claims[0], few)
    assert told["rehearsal"] and told["verdict"] == REHEARSAL


def test_a_rehearsal_counts_in_no_other_claims_correction():
    known = evidence({"": [], "p": rows("recall", "rnn", 0.5, 10),
                      "q": rows("recall", "rnn", 0.5, 5)})  # fmt: skip
    few = claim("few", saying(0.3), (OTHER,))
    beside = hold(known, [claim("a", saying(0.01)), few])["a"].statements["a"].stage
    none = hold(known, [claim("a", saying(0.01)), claim("few", failing)])["a"].statements["a"]
    assert beside == none.stage


def test_seeds_that_diverged_are_counted_beside_the_means():
    parts = {"": [], "p": [*rows("recall", "rnn", 0.5, 9),
                           ("recall", "rnn", 9, {"outcome": "diverged"})]}  # fmt: skip
    judged = hold(evidence(parts), [claim("a", saying(0.3))])["a"]
    assert judged.note == "Diverged, and without a score: 1 of 10 trainings (rnn 1)."
    assert judged.note in str(section.in_full(claim("a", saying(0.3)), judged))
    answer = PART.model_copy(update={"may_diverge": True})
    assert not hold(evidence(parts), [claim("a", saying(0.3), (answer,))])["a"].note


def test_an_error_in_one_claim_loses_no_other():
    judged = hold(seen(), [claim("good", saying(0.3)), claim("bad", failing)])
    assert judged["good"].verdict == SUPPORTED
    assert judged["bad"].verdict == NOT_MEASURED and "KeyError: 'novel'" in judged["bad"].why


def test_the_command_runs_the_parts_that_a_claim_needs():
    both = claim("a", failing, (PART, OTHER))
    assert both.command == "harness run --matrix claims --part p --part q"


def test_criteria_are_those_of_each_claim():
    (ten,) = (c for c in all_claims() if c.id == "ten-steps")
    others = [c for c in all_claims() if c is not ten]
    assert criteria([*others, replace(ten, criteria="x")]) != criteria([*others, ten])


def test_criteria_are_the_whole_module_of_a_claim(one_more):
    def hashed():
        importlib.invalidate_caches()
        sys.modules.pop("reports.claims.copy_gets_harder", None)
        return next(c.criteria for c in all_claims() if c.id == "copy-gets-harder")

    before = hashed()
    assert hashed() == before
    one_more.write_text(NEW.replace('"skill", evidence', '"skill ", -evidence'))
    assert hashed() != before


def test_criteria_are_the_code_that_judges_and_the_terms(monkeypatch, tmp_path):
    before, source = criteria([]), inspect.getsource
    for name in JUDGING:
        with monkeypatch.context() as changed:
            changed.setattr(
                inspect, "getsource", lambda of, n=name: source(of) + "#" * (of.__name__ == n)
            )
            assert criteria([]) != before, name
    for name, value in (("SEEDS", [7]), ("HELD_OUT", 2)):
        with monkeypatch.context() as changed:
            changed.setattr(f"reports.claims.matrix.{name}", value)
            assert criteria([]) != before, name
    table = tmp_path / "recommended.csv"
    table.write_text(recommended.TABLE.read_text() + "memory,rnn,0.01,,1,0.5\n")
    monkeypatch.setattr(recommended, "TABLE", table)
    assert criteria([]) != before


def test_no_module_that_judges_is_left_out_of_the_criteria():
    """What claims and the modules named import of claims and analysis; results only arranges."""
    names = [f"reports.claims.{of.id.replace('-', '_')}" for of in all_claims()]
    imported = set()
    for name in (*names, *JUDGING):
        tree = ast.parse(inspect.getsource(importlib.import_module(name)))
        for found in ast.walk(tree):
            if isinstance(found, ast.ImportFrom) and found.module:
                imported |= {found.module, *(f"{found.module}.{of.name}" for of in found.names)}
    judging = {
        name for name in imported
        if re.fullmatch(r"reports\.(claims|analysis)\.\w+", name) and name in sys.modules
    }  # fmt: skip
    assert judging - {*names, *JUDGING} == {"reports.analysis.results"}


@pytest.mark.parametrize(("stated_on", "said"), [
    ("2026-01-02", ""),
    ("2026-01-04", "Older than {now}: 1 record of 2, the first of 2026-01-03."),
])  # fmt: skip
def test_records_that_are_older_than_the_criteria_are_told(stated_on, said):
    known = evidence({"": [], "p": [
        ("recall", "rnn", seed, {"skill": 0.5, "started": f"2026-01-0{day}T00:00:00"})
        for seed, day in enumerate((3, 5))
    ]})  # fmt: skip
    now = criteria([])
    known.results.plan["criteria"] = {now: f"{stated_on}T00:00:00"}
    told = str(section.document(known.results, []).blocks)
    assert f"Criteria stated before the records were made: {now} on {stated_on}." in told
    assert ("Older than" in told) == bool(said) and said.format(now=now) in told


# -- how they are told ---------------------------------------------------------------------------


def test_numbers_are_told_as_people_read_them():
    assert [amount(v) for v in (0.0, -0.456, 12.34, 1234567.0, 0.0012, -1e-19, None)] == [
        "0", "−0.46", "12.3", "1,234,567", "0.001", "0", "",
    ]  # fmt: skip
    assert interval(-0.1, 0.2) == "−0.10 to 0.20" and interval(None, None) == ""


DOCS = Path(__file__).parent.parent / "docs"


def test_what_so_many_statements_ask_for_is_said():
    statements = [s for found in all_claims() for s in found.statements.values()]
    sampled = sum(not s.exact for s in statements)
    known = hold(evidence({"": []}), all_claims())
    page = section.method([(found, known[found.id]) for found in all_claims()])
    method = " ".join((DOCS / "method.md").read_text().split())
    assert f"the {sampled} sampled statements of {len(statements)} are one family" in page
    assert f"{len(statements)} in all, {sampled} of them sampled" in method
    limits = critical(LEVEL / sampled)
    assert f"needs a p of at most {limits[0]:.1g}, and the least" in page and limits[0] < 2 / 2**10
    shares = ", ".join(f"{spent(LEVEL / sampled, n / 40):.2g}" for n in (10, 20, 40))
    told = f"| .05 / {sampled} | {shares} | " + " | ".join(f"{p:.2g}" for p in limits) + " |"
    assert told in (DOCS / "coverage.md").read_text()


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
