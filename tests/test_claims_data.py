"""Claims on kinds of data: both directions, local patterns, sources, decoders, series, tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from builders.claims import SEEDS, Parts, check, judge, statement
from builders.evidence import Row, around, each, rows

from reports.claims import (
    both_directions,
    cnn_local,
    cnn_not_best_on_series,
    rnn_covers_hmm,
    static_needs_no_sequence,
)
from reports.claims.trial import MIXED, REFUTED, SUPPORTED, UNDECIDED


def with_validation(
    task: str, architecture: str, mean: float, seeds: int, **fields: Any
) -> list[Row]:
    """Rows whose validation score is their skill."""
    return [
        (task, architecture, seed,
         {"skill": v, "metric": "accuracy", "floor": 0.0, "ceiling": 1.0,
          "scores": {"validation": {"accuracy": v}, "test": {"accuracy": v}}} | fields)
        for seed, v in enumerate(around(mean, seeds=seeds))
    ]  # fmt: skip


# -- both directions -----------------------------------------------------------------------------


def directions(claimed: bool, seeds: int) -> Parts:
    one, two = (0.12, 0.97) if claimed else (0.97, 0.12)
    parts: Parts = {"directions": [], "directions-text": [], "directions-window": []}
    for forwards, both in both_directions.PAIRS.items():
        for a, skill in ((forwards, one), (both, two)):
            parts["directions"] += rows("future_context", a, skill, seeds)
            measured = {"steps": 15, "changed": float(skill > 0.5)}
            parts["directions-window"].append(("future_context", a, 0, {"measured": measured}))
            if forwards in both_directions.READ:
                for task in (both_directions.NAMES, both_directions.TAGS):
                    parts["directions-text"] += rows(task, a, 0.3 + skill / 5, seeds)
    return parts


def test_who_tags_below_chance_gains_nothing():
    """Skill counts from chance on: a lesser evil is no win."""
    parts = directions(True, SEEDS)
    parts["directions-text"] = [
        row
        for task in (both_directions.NAMES, both_directions.TAGS)
        for a, skill in (("rnn", -4.0), ("birnn", -1.0), ("lstm", -3.0), ("bilstm", -2.0))
        for row in rows(task, a, skill, SEEDS)
    ]
    judgement = judge("both-directions", parts)
    assert judgement.verdict == MIXED
    assert judgement.statements["tags"].measured.effect.mean == 0.0


def test_a_network_that_looks_ahead_does_not_read_forwards():
    parts = directions(True, SEEDS)
    parts["directions-window"][0][3]["measured"]["changed"] = 0.1
    assert statement("both-directions", "window", parts).verdict == REFUTED


# -- local patterns ------------------------------------------------------------------------------


def curve(solved_at: int | None) -> list[dict[str, float]]:
    reached = solved_at or cnn_local.MOST
    return [{"step": at, "skill": 0.5} for at in (25, reached - 25)] + [
        {"step": reached, "skill": 0.95 if solved_at else 0.6}
    ]


def keyword(
    claimed: bool,
    seeds: int,
    slow: int | None = 800,
    late: Mapping[str, float] = {},
) -> Parts:
    cnn, rival = (200, slow) if claimed else (800, 200)
    high, low = (0.98, 0.5) if claimed else (0.5, 0.98)
    found: list[Row] = []
    for name in (cnn_local.CNN, *cnn_local.RIVALS):
        at, skill = (cnn, high) if name == "cnn" else (rival, late.get(name, low))
        for task in cnn_local.SOONER.values():
            for seed in range(seeds):
                more = at and at + 25 * (seed % 3)
                found.append((task, name, seed, {"skill": 0.99, "curve": curve(more)}))
        found += [
            (cnn_local.EARLY, name, seed, {"skill": 0.99, "skills": {"test@late": there}})
            for seed, there in enumerate(around(skill, seeds=seeds))
        ]
    return {"keyword": found}


def test_a_rival_that_never_finds_the_pattern_is_slower():
    one = statement("cnn-local", "long", keyword(True, SEEDS, slow=None))
    assert one.verdict == SUPPORTED and "rnn 10 of 10" in one.measured.note
    assert one.measured.effect.mean > 4  # doublings of about 200


def test_a_pattern_that_the_cnn_does_not_find_tells_nothing():
    parts = keyword(True, SEEDS, slow=None)
    never = [(t, a, s, f | {"skill": 0.5, "curve": curve(None)} if "skills" not in f
              else f | {"skill": 0.5}) for t, a, s, f in parts["keyword"]]  # fmt: skip
    judged = judge("cnn-local", {"keyword": never}).statements
    assert {one.verdict for one in judged.values()} == {UNDECIDED}
    assert "by the CNN, is learned by 0 of 10 seeds" in judged["long"].measured.note


def test_one_rival_that_is_as_good_elsewhere_refutes_the_best():
    one = statement("cnn-local", "elsewhere", keyword(True, 20, late={"gru": 0.98}))
    assert one.verdict == REFUTED and one.measured.effect.mean == pytest.approx(0.0, abs=0.01)


# -- sources -------------------------------------------------------------------------------------


def sources(claimed: bool, seeds: int, at: Mapping[str, float] = {}) -> Parts:
    few, many = (0.3, 0.01) if claimed else (0.1, 0.2)
    found: list[Row] = []
    for task in rnn_covers_hmm.SOURCES.tasks:
        behind = at.get(task, many if "2000" in task else few)
        found += rows(task, rnn_covers_hmm.HMM, 0.8, seeds)
        found += rows(task, rnn_covers_hmm.RNN, 0.8 - behind, seeds)
    return {"sources": found}


def test_an_rnn_that_is_ahead_covers_the_hmm_and_is_not_its_equal():
    ahead = dict.fromkeys(("hmm_source[sequences=2000,states=64]",
                           "hmm_source[sequences=2000,states=8]"), -0.15)  # fmt: skip
    judgement = judge("rnn-covers-hmm", sources(True, SEEDS, ahead))
    verdicts = {key: one.verdict for key, one in judgement.statements.items()}
    assert verdicts == {"covers": SUPPORTED, "equal": REFUTED, "data": SUPPORTED}


def test_one_source_that_is_not_covered_refutes():
    behind = {"hmm_source[sequences=2000,states=64]": 0.2}
    assert statement("rnn-covers-hmm", "covers", sources(True, 20, behind)).verdict == REFUTED


def test_an_hmm_that_only_guesses_is_not_covered():
    none = [(t, a, s, {"skill": 0.01}) for t, a, s, _ in sources(True, SEEDS)["sources"]]
    judged = judge("rnn-covers-hmm", {"sources": none}).statements
    assert {judged[key].verdict for key in ("covers", "equal")} == {UNDECIDED}


# -- one context vector --------------------------------------------------------------------------


def bottleneck(claimed: bool, seeds: int) -> Parts:
    vector, attention = (0.98, 0.97, 0.5, 0.2), (0.99, 0.99, 0.98, 0.97)
    if not claimed:
        vector, attention = (0.98, 0.5, 0.97, 0.97), (0.99, 0.9, 0.5, 0.2)
    lengths = {n: f"reverse[length={n}]" for n in (4, 8, 16, 32)}
    found: list[Row] = []
    for name, skills in (("encoder_decoder", vector), ("attention_encoder_decoder", attention)):
        for task, skill in zip(lengths.values(), skills, strict=True):
            found += rows(task, name, skill, seeds)
    turned = rows(lengths[8], "encoder_decoder[reads=backwards]", 0.5 if claimed else 0.97, seeds)
    wider = {16: 0.3, 32: 0.5, 64: 0.97} if claimed else {16: 0.97, 32: 0.5, 64: 0.3}
    return {"bottleneck": found, "bottleneck-order": turned} | {
        f"bottleneck-width-{n}": rows(lengths[16], "encoder_decoder", skill, seeds)
        for n, skill in wider.items()
    }


@pytest.mark.parametrize("skill", [0.2, 0.97])
def test_where_none_learns_or_all_do_neither_order_nor_width_can_matter(skill):
    parts = bottleneck(True, 40)
    for of in parts.values():
        of[:] = [(t, a, s, {"skill": skill}) for t, a, s, _ in of]
    judged = judge("fixed-context-bottleneck", parts).statements
    assert {judged[key].verdict for key in ("order", "width")} == {UNDECIDED}


def test_a_vector_that_learns_not_even_the_short_ones_is_no_bottleneck():
    parts = bottleneck(True, SEEDS)
    kept = [row for row in parts["bottleneck"] if row[1] != "encoder_decoder"]
    parts["bottleneck"] = kept + [
        row
        for n in (4, 8, 16, 32)
        for row in rows(f"reverse[length={n}]", "encoder_decoder", 0.2, SEEDS)
    ]
    assert statement("fixed-context-bottleneck", "vector", parts).verdict == UNDECIDED


# -- series --------------------------------------------------------------------------------------


def series(claimed: bool, seeds: int, gru: float = 0.8) -> Parts:
    cnn, nearest = (0.6, 0.9) if claimed else (0.0, 0.0)
    others = dict.fromkeys(cnn_not_best_on_series.OTHERS, 0.5 if claimed else 0.0)
    skills = others | {"cnn": cnn} | ({"gru": gru} if claimed else {})
    return {"series": [
        row
        for task in ("ucr", "ucr[name=GunPoint]")
        for name, skill in skills.items()
        for row in with_validation(task, name, skill, seeds,
                                   references={"1 nearest neighbour": nearest})
    ]}  # fmt: skip


def test_the_rival_of_the_cnn_is_chosen_on_validation():
    """The best on the test, were it chosen there, would be ahead by luck."""
    luck = {"skill": 0.99, "scores": {"validation": {"accuracy": 0.7}, "test": {"accuracy": 0.99}}}
    lucky = [(t, a, s, f | luck) if a == "rnn" else (t, a, s, f)
             for t, a, s, f in series(True, SEEDS)["series"]]  # fmt: skip
    measured = statement("cnn-not-best-on-series", "not best", {"series": lucky}).measured
    assert measured.effect.mean == pytest.approx(0.2)  # gru, 0.8 - 0.6
    assert measured.note == "Best on validation: gru on GunPoint and gru on ItalyPowerDemand."


def test_a_cnn_that_works_and_is_the_best_makes_the_claim_half_true():
    judgement = judge("cnn-not-best-on-series", series(True, SEEDS, gru=0.4))
    assert judgement.statements["works"].verdict == SUPPORTED
    assert judgement.statements["not best"].verdict == REFUTED and judgement.verdict == MIXED


# -- tables --------------------------------------------------------------------------------------


def static(claimed: bool, seeds: int, logistic: float = 0.92, boosting: float = 0.91) -> Parts:
    recurrent = 0.9
    if not claimed:
        logistic, boosting = 0.4, 0.3
    skills = dict.fromkeys(static_needs_no_sequence.RECURRENT, recurrent) | {"logistic": logistic}
    return {"static": [
        row
        for task in ("tabular", "tabular[fold=1]", "tabular[name=wine]")
        for name, skill in skills.items()
        for row in with_validation(task, name, skill, seeds,
                                   references={"gradient boosting": boosting})
    ]}  # fmt: skip


def test_what_serves_is_computed_and_each_of_the_two_must():
    parts = static(True, SEEDS, boosting=0.4)
    served = statement("static-needs-no-sequence", "served", parts)
    assert served.verdict == REFUTED and served.stage is None
    assert served.measured.effect.mean == pytest.approx(0.4)
    found = judge("static-needs-no-sequence", parts).statements
    assert found["logistic regression"].verdict == SUPPORTED
    assert found["gradient boosting"].verdict == REFUTED


def test_skill_in_the_middle_of_the_margin_is_open():
    parts = static(True, SEEDS)
    parts["static"] = [row for row in parts["static"] if row[1] != "gru"]
    for task in ("tabular", "tabular[fold=1]", "tabular[name=wine]"):
        parts["static"] += each(task, "gru", [0.97 + (-1) ** seed * 0.02 for seed in range(10)])
    assert statement("static-needs-no-sequence", "logistic regression", parts).verdict == UNDECIDED


CASES = {
    "both-directions": directions,
    "cnn-local": keyword,
    "rnn-covers-hmm": sources,
    "fixed-context-bottleneck": bottleneck,
    "cnn-not-best-on-series": series,
    "static-needs-no-sequence": static,
}


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_decide(name):
    check(name, CASES[name])
