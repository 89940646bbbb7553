"""The claims as a part of the report: verdicts, and all that each rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reports.analysis.evidence import Evidence
from reports.claims.claim import MIXED, REFUTED, SUPPORTED, UNDECIDED, Claim, Comparison, Judgement
from reports.claims.trial import all_claims, command, judge_all
from reports.figures import forest
from reports.figures.style import Drawing, style
from reports.formats import amount, interval, listed, p_value, plural

VERDICTS = (SUPPORTED, REFUTED, MIXED, UNDECIDED)


@dataclass(frozen=True)
class Row:
    """A comparison in words."""

    label: str
    mean: str
    interval: str
    claimed: str
    """``> 0.05`` or ``within ±0.05``"""
    n: int
    p_for: str
    """Of the test that the mean lies on the claim's side."""
    p_against: str
    """Of the test that it lies on the other one."""


@dataclass(frozen=True)
class Entry:
    """A claim and what came of it, in words; empty where there is nothing to say."""

    id: str
    statement: str
    verdict: str
    effect: str
    """With its unit."""
    interval: str
    """95 %, of the effect; ``exact`` where it was counted or computed."""
    n: int
    p: str
    """Adjusted for all claims."""
    reason: str
    criterion: str
    source: str
    command: str
    """What makes the records that it rests on."""
    figure: Drawing | None
    rows: tuple[Row, ...]
    table: tuple[tuple[str, ...], ...] = ()
    """Of an exact claim the numbers behind the figure, below their heads."""


@dataclass(frozen=True)
class Section:
    """All claims, in the order in which they are told."""

    summary: str
    """``28 claims: 12 supported, 5 refuted, 8 mixed and 3 undecided.``"""
    counts: dict[str, int]
    """Claims by verdict; all four verdicts are there."""
    entries: tuple[Entry, ...]


def section(evidence: Evidence) -> Section:
    """Judge all claims and put them into words; a claim without records is there, too."""
    claims = all_claims()
    judged = judge_all(evidence, claims)
    with style():
        figures = [_figure(claim, judged[claim.id], evidence) for claim in claims]
    return Section(
        summary(judged),
        counts(judged),
        tuple(
            entry(claim, judged[claim.id], figure)
            for claim, figure in zip(claims, figures, strict=True)
        ),
    )


def entry(claim: Claim, judgement: Judgement, figure: Drawing | None = None) -> Entry:
    """A claim and its judgement in words."""
    ends = interval(judgement.low, judgement.high)
    return Entry(
        claim.id,
        claim.statement,
        judgement.verdict,
        f"{amount(judgement.effect)} {judgement.unit}".strip() if judgement.n else "",
        "exact" if judgement.exact else ends,
        judgement.n,
        p_value(judgement.adjusted),
        judgement.reason,
        claim.criterion,
        claim.source,
        command(claim),
        figure,
        tuple(_row(comparison) for comparison in judgement.comparisons),
        judgement.table,
    )


def counts(judged: Mapping[str, Judgement]) -> dict[str, int]:
    """Claims by verdict; all four verdicts are there."""
    counted = Counter(judgement.verdict for judgement in judged.values())
    return {verdict: counted[verdict] for verdict in VERDICTS}


def summary(judged: Mapping[str, Judgement]) -> str:
    """``28 claims: 12 supported, 5 refuted, 8 mixed and 3 undecided.``"""
    told = listed([f"{count} {verdict}" for verdict, count in counts(judged).items()])
    return f"{plural(len(judged), 'claim')}: {told}."


def _figure(claim: Claim, judgement: Judgement, evidence: Evidence) -> Drawing | None:
    """The claim's own figure, or its comparisons; nothing where there are no records."""
    if not judgement.n:
        return None
    own = claim.draw(evidence, judgement) if claim.draw else None
    return own or forest.draw(f"claim-{claim.id}", judgement.comparisons, judgement.unit)


def _row(comparison: Comparison) -> Row:
    found = comparison.summary
    return Row(
        comparison.label,
        amount(found.mean),
        interval(found.low, found.high),
        f"> {amount(comparison.threshold)}" if comparison.margin is None
        else f"within ±{amount(comparison.margin)}",
        found.n,
        p_value(comparison.p_for),
        p_value(comparison.p_against),
    )  # fmt: skip
