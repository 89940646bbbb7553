"""What every claim has to do, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Callable

from builders.evidence import SEEDS, Row, evidence
from harness.experiment.matrix import OWN_CELLS
from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, all_claims, judge_all
from reports.claims.judging import REFUTED, SUPPORTED, UNDECIDED, Judgement
from reports.figures.style import style

Parts = dict[str, list[Row]]
Make = Callable[[bool, int], Parts]
"""Made-up rows by part, as claimed or the opposite, with so many seeds."""


def claim(name: str) -> Claim:
    """The claim with this id."""
    return next(claim for claim in all_claims() if claim.id == name)


def given(parts: Parts) -> Evidence:
    """Evidence in which the part ``horizon`` looks for horizons."""
    lags = {"horizon": (5, 10, 20, 50, 100)}
    return evidence({"": [], **parts}, {"horizon": "horizon"}, lags)


def judge(name: str, parts: Parts) -> Judgement:
    """The judgement of a claim; its paragraph is there, and has a word for each number."""
    judgement = judge_all(given(parts), [claim(name)])[name]
    assert judgement.reason and "cannot be judged" not in judgement.reason, judgement.reason
    assert not re.search(r"\bnan\b|None", judgement.reason), judgement.reason
    return judgement


def check(name: str, make: Make) -> None:
    """It is supported by what it says, refuted by the opposite, decided by neither one seed nor
    none; it needs the parts that it reads; its figure, if it has one, is drawn."""
    found = claim(name)
    assert set(make(True, 1)) == {p.name if p.name != OWN_CELLS else "" for p in found.cells}
    for claimed, verdict in ((True, SUPPORTED), (False, REFUTED)):
        judgement = judge(name, make(claimed, len(SEEDS)))
        assert judgement.verdict == verdict, judgement
        assert judgement.n == len(SEEDS)
        assert judgement.low <= judgement.effect <= judgement.high
    for parts in (make(True, 1), {part: [] for part in make(True, 1)}, {}):
        judgement = judge(name, parts)
        assert (judgement.verdict, judgement.n, judgement.p) == (UNDECIDED, 0, None)
    with style():
        drawing = judge(name, make(True, len(SEEDS))).draw(f"claim-{name}")
        assert drawing is not None and drawing.name == f"claim-{name}"
    assert "<svg" in drawing.inline and "nan" not in drawing.svg
