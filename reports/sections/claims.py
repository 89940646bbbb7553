"""The textbook's claims: a verdict on each, and all that it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, all_claims, judge_all
from reports.claims.judging import MIXED, REFUTED, SUPPORTED, UNDECIDED, Comparison, Judgement
from reports.document import (
    Block,
    Cell,
    Code,
    Document,
    Figure,
    Heading,
    Link,
    Note,
    Paragraph,
    Strong,
    Table,
    Terms,
)
from reports.formats import amount, interval, listed, p_value, plural

PLACE, COMMAND = 110, "harness run --matrix claims"

Judged = Sequence[tuple[Claim, Judgement]]
"""Claims in the order in which they are told."""

TITLE = "The textbook on trial"
PAGE = "claims.html"
VERDICTS = (SUPPORTED, REFUTED, MIXED, UNDECIDED)


def judged(evidence: Evidence) -> Judged:
    """All claims, those without records too."""
    claims = all_claims()
    judgements = judge_all(evidence, claims)
    return [(claim, judgements[claim.id]) for claim in claims]


def blocks(claims: Judged, note: str = "") -> list[Block]:
    """The section of the report's page: the verdicts in a table."""
    if not claims:
        return []
    return [
        Heading(TITLE, "claims"),
        *([Note(note)] if note else []),
        Paragraph(summary(claims), lead=True),
        Paragraph(
            (
                "Each claim was stated with its threshold before its records were made; the "
                "verdicts are corrected for the number of claims (Holm). ",
                Link("Every claim with its figure, on a page of its own", PAGE),
                ".",
            )
        ),
        _on_page(claims, PAGE),
    ]


def document(name: str, claims: Judged, note: str = "") -> Document:
    """The page of the claims, of the matrix with this name: each claim in full."""
    made: list[Block] = [
        Heading(TITLE, level=1),
        Paragraph(summary(claims), lead=True),
        *([Note(note)] if note else []),
        Note(
            "Supported and refuted: every comparison of the claim lies on one side of a threshold "
            "that was stated beforehand, mixed: on both. Undecided: anything else, such as one "
            "comparison of several that is not shown to differ from its threshold, however large "
            "the effect. Corrected for the number of claims (Holm). The effect is a mean over n "
            "seeds; of what is exact it was counted."
        ),
        _on_page(claims, ""),
    ]
    for claim, judgement in claims:
        figure = _figure(claim, judgement)
        made += [
            Heading(claim.statement, f"claim-{claim.id}"),
            Paragraph(_ruling(judgement), lead=True),
            Paragraph(judgement.reason),
            *([figure] if figure else []),
            Terms((
                ("To be shown", claim.criterion),
                ("Source", claim.source),
                ("Again", Code(claim.command)),
            )),
        ]  # fmt: skip
    return Document(name, tuple(made), home="index.html")


def overview(claims: Judged) -> list[Block]:
    """For the terminal: the verdicts, by the claims' ids."""
    rows = tuple(
        (Code(claim.id), *_verdict(judgement), claim.statement) for claim, judgement in claims
    )
    return [Table(("claim", *HEADS, "statement"), rows), Paragraph(summary(claims))]


def in_full(claim: Claim, judgement: Judgement) -> list[Block]:
    """For the terminal: all about a claim but its figure."""
    return [
        Heading(claim.id),
        Paragraph(claim.statement),
        Paragraph((*_ruling(judgement), "" if judgement.p is None else " adjusted for all claims")),
        Terms((
            ("criterion", claim.criterion),
            ("what came out", judgement.reason),
            ("examined in", claim.source),
            ("reproduce", claim.command),
        )),
        *([_numbers(judgement)] if judgement.n else []),
    ]  # fmt: skip


def summary(claims: Judged) -> str:
    """``28 claims: 12 supported, 5 refuted, 8 mixed and 3 undecided.``"""
    counts = Counter(judgement.verdict for _, judgement in claims)
    verdicts = listed([f"{counts[verdict]} {verdict}" for verdict in VERDICTS])
    return f"{plural(len(claims), 'claim')}: {verdicts}."


HEADS = ("verdict", "effect", "95 % interval", "n")


def _on_page(claims: Judged, page: str) -> Table:
    rows = tuple(
        (Link(claim.statement, f"{page}#claim-{claim.id}"), *_verdict(judgement))
        for claim, judgement in claims
    )
    return Table(("claim", *HEADS), rows)


def _verdict(judgement: Judgement) -> tuple[Cell | str, ...]:
    """An entry for each of ``HEADS``."""
    verdict = Cell(judgement.verdict, f"verdict-{judgement.verdict}")
    return (verdict, _effect(judgement), _ends(judgement), str(judgement.n or ""))


def _effect(judgement: Judgement) -> str:
    return f"{amount(judgement.effect)} {judgement.unit}".strip() if judgement.n else ""


def _ends(judgement: Judgement) -> str:
    return "exact" if judgement.exact else interval(judgement.low, judgement.high)


def _ruling(judgement: Judgement) -> tuple[Strong | str, ...]:
    """``supported 0.20 skill (95 % interval 0.19 to 0.21), n = 5, p 0.028``."""
    ends = _ends(judgement)
    inside = f" (95 % interval {ends})" if ends and not judgement.exact else ""
    effect = f" {_effect(judgement)}{', exact' if judgement.exact else inside}, n = {judgement.n}"
    p = "" if judgement.adjusted is None else f", p {p_value(judgement.adjusted)}"
    verdict = Strong(judgement.verdict, f"verdict-{judgement.verdict}")
    return (verdict, effect if judgement.n else "", p)


def _figure(claim: Claim, judgement: Judgement) -> Figure | None:
    """None where there are no records."""
    drawing = judgement.draw(f"claim-{claim.id}")
    title = f"Claim {claim.id}"
    return Figure(drawing, "", _numbers(judgement), claim.command, title=title) if drawing else None


def _numbers(judgement: Judgement) -> Table:
    """What was counted or computed; else the comparisons."""
    if judgement.table:
        return Table(judgement.table[0], judgement.table[1:])
    heads = ("comparison", "mean", "95 % interval", "claimed", "seeds", "p for", "p against")
    return Table(heads, tuple(map(_comparison, judgement.comparisons)))


def _comparison(comparison: Comparison) -> tuple[str, ...]:
    summary = comparison.summary
    return (
        comparison.label,
        amount(summary.mean),
        interval(summary.low, summary.high),
        f"> {amount(comparison.threshold)}" if comparison.margin is None
        else f"within ±{amount(comparison.margin)}",
        str(summary.n),
        p_value(comparison.p_for),
        p_value(comparison.p_against),
    )  # fmt: skip
