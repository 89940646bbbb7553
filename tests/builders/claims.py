"""What every claim has to do, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import product

from builders.evidence import Row, evidence
from harness.experiment.matrix import HORIZON, OWN_CELLS
from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, all_claims
from reports.claims.trial import NOT_MEASURED, REFUTED, SUPPORTED, Judged, Judgement, hold
from reports.figures.style import style

SEEDS = 10
"""Of the first look."""
Parts = dict[str, list[Row]]
Make = Callable[[bool, int], Parts]
"""Made-up rows by part, as claimed or the opposite, with so many seeds."""


def claim(name: str) -> Claim:
    """The claim with this id."""
    return next(claim for claim in all_claims() if claim.id == name)


def given(parts: Parts) -> Evidence:
    """Evidence in which the part ``horizon`` looks for horizons."""
    lags = {"horizon": (5, 10, 20, 50, 100, 200, 500)}
    return evidence({"": [], **parts}, {"horizon": "horizon"}, lags)


def narrowed(name: str, parts: Parts) -> Claim:
    """The claim, but it asks for those tasks and architectures alone of which there are rows: a
    test need not make up all of them. Of a horizon it asks for all lags."""
    found, cells = claim(name), []
    for part in found.cells:
        pairs = list(dict.fromkeys(row[:2] for row in parts.get(part.name, [])))
        if part.probe == HORIZON:
            pairs = list(product(part.tasks, dict.fromkeys(model for _, model in pairs)))
        terms = [{"tasks": [task], "architectures": [model]} for task, model in pairs]
        cells += [part.model_copy(update=of) for of in terms] or [part]
    return replace(found, cells=tuple(cells))


def judge(name: str, parts: Parts) -> Judgement:
    """The judgement of a claim alone; each number that it tells is one."""
    judgement = hold(given(parts), [narrowed(name, parts)])[name]
    assert "cannot be judged" not in judgement.why, judgement.why
    for one in judgement.statements.values():
        said = [one.measured.note, one.measured.unit] if one.measured else []
        assert not re.search(r"\bnan\b|None", " ".join(said)), said
    return judgement


def statement(name: str, key: str, parts: Parts) -> Judged:
    """One statement of a claim, judged."""
    return judge(name, parts).statements[key]


def check(name: str, make: Make, always: Collection[str] = ()) -> None:
    """Each statement is supported by what it says and refuted by the opposite; none is measured
    without records, or where a cell is missing; the claim needs the parts that it reads; its
    figure, if it has one, is drawn. always: statements that no record can refute."""
    found = claim(name)
    assert set(make(True, 1)) == {p.name if p.name != OWN_CELLS else "" for p in found.cells}
    for claimed, verdict in ((True, SUPPORTED), (False, REFUTED)):
        judgement = judge(name, make(claimed, SEEDS))
        for key, one in judgement.statements.items():
            expected = SUPPORTED if key in always else verdict
            assert one.verdict == expected, (key, one)
            assert one.measured.effect.mean is not None
            if one.measured.effect.low is not None:
                effect = one.measured.effect
                assert effect.low <= effect.mean <= effect.high
    assert judge(name, {}).verdict == NOT_MEASURED
    parts = make(True, SEEDS)
    part, rows = next((part, rows) for part, rows in parts.items() if rows)
    lacking = parts | {part: [(*rows[0][:3], None), *rows[1:]]}
    assert judge(name, lacking).verdict == NOT_MEASURED
    with style():
        draw = judge(name, parts).draw
        drawing = draw(f"claim-{name}") if draw else None
    assert drawing is None or "nan" not in drawing.svg
