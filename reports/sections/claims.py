"""The textbook's claims: a verdict on each, and all that it rests on."""

from collections import Counter
from collections.abc import Callable, Sequence

from reports import document as doc
from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, all_claims, judge_all
from reports.claims.judging import MIXED, REFUTED, SUPPORTED, UNDECIDED, Comparison, Judgement
from reports.formats import amount, interval, listed, p_value, plural

PLACE, COMMAND = 110, "harness run --matrix claims"

Judged = Sequence[tuple[Claim, Judgement]]
"""Claims in the order in which they are told."""

TITLE = "The textbook on trial"
PAGE = "claims.html"
VERDICTS = (SUPPORTED, REFUTED, MIXED, UNDECIDED)
HEADS = ("claim", "verdict", "effect", "95 % interval", "n")
COMPARED = ("comparison", "mean", "95 % interval", "claimed", "seeds", "p for", "p against")


def judged(evidence: Evidence) -> Judged:
    """All claims, those without records too."""
    claims = all_claims()
    judgements = judge_all(evidence, claims)
    return [(claim, judgements[claim.id]) for claim in claims]


def blocks(claims: Judged, note: str = "") -> list[doc.Block]:
    """The section of the report's page: the verdicts in a table."""
    if not claims:
        return []
    link = doc.Link("Every claim with its figure, on a page of its own", PAGE)
    how = (
        "Each claim was stated with its threshold before its records were made; the verdicts are "
        "corrected for the number of claims (Holm). "
    )
    return [
        doc.Heading(TITLE, "claims"),
        *([doc.Note(note)] if note else []),
        doc.Paragraph(summary(claims), lead=True),
        doc.Paragraph((how, link, ".")),
        _table(claims, lambda claim: doc.Link(claim.statement, f"{PAGE}#claim-{claim.id}")),
    ]


def document(name: str, claims: Judged, note: str = "") -> doc.Document:
    """The page of the claims, of the matrix with this name: each claim in full."""
    made: list[doc.Block] = [
        doc.Heading(TITLE, level=1),
        doc.Paragraph(summary(claims), lead=True),
        *([doc.Note(note)] if note else []),
        doc.Note(
            "Supported and refuted: every comparison of the claim lies on one side of a threshold "
            "that was stated beforehand, mixed: on both. Undecided: anything else, such as one "
            "comparison of several that is not shown to differ from its threshold, however large "
            "the effect. Corrected for the number of claims (Holm). The effect is a mean over n "
            "seeds; of what is exact it was counted."
        ),
        _table(claims, lambda claim: doc.Link(claim.statement, f"#claim-{claim.id}")),
    ]
    for claim, judgement in claims:
        made += in_full(claim, judgement, drawn=True)
    return doc.Document(name, tuple(made), home="index.html")


def overview(claims: Judged) -> list[doc.Block]:
    """For the terminal: the verdicts, by the claims' ids."""
    return [_table(claims, lambda claim: doc.Code(claim.id), True), doc.Paragraph(summary(claims))]


def in_full(claim: Claim, judgement: Judgement, drawn: bool = False) -> list[doc.Block]:
    """All about a claim, with its figure or the numbers alone."""
    table, anchor = _numbers(judgement), f"claim-{claim.id}"
    drawing = judgement.draw(anchor) if drawn and judgement.n else None
    title = f"Claim {claim.id}"
    shown = doc.Figure(drawing, "", table, claim.command, title=title) if drawing else table
    terms = (
        ("To be shown", claim.criterion),
        ("Source", claim.source),
        ("Again", doc.Code(claim.command)),
    )
    return [
        doc.Heading(claim.statement, anchor),
        doc.Paragraph(_ruling(judgement), lead=True),
        doc.Paragraph(judgement.reason),
        *([shown] if table.rows else []),
        doc.Terms(terms),
    ]


def summary(claims: Judged) -> str:
    """``28 claims: 12 supported, 5 refuted, 8 mixed and 3 undecided.``"""
    counts = Counter(judgement.verdict for _, judgement in claims)
    verdicts = listed([f"{counts[verdict]} {verdict}" for verdict in VERDICTS])
    return f"{plural(len(claims), 'claim')}: {verdicts}."


def _table(
    claims: Judged, first: Callable[[Claim], doc.Link | doc.Code], statements: bool = False
) -> doc.Table:
    rows = tuple(
        (
            first(claim),
            doc.Cell(judgement.verdict, f"verdict-{judgement.verdict}"),
            _effect(judgement),
            _ends(judgement),
            str(judgement.n or ""),
            *([claim.statement] if statements else []),
        )
        for claim, judgement in claims
    )
    return doc.Table((*HEADS, *(["statement"] if statements else [])), rows)


def _effect(judgement: Judgement) -> str:
    return f"{amount(judgement.effect)} {judgement.unit}".strip() if judgement.n else ""


def _ends(judgement: Judgement) -> str:
    return "exact" if judgement.exact else interval(judgement.low, judgement.high)


def _ruling(judgement: Judgement) -> tuple[doc.Strong | str, ...]:
    """``supported 0.20 skill, 95 % interval 0.19 to 0.21, n = 5, adjusted p 0.028``."""
    verdict = doc.Strong(judgement.verdict, f"verdict-{judgement.verdict}")
    if not judgement.n:
        return (verdict,)
    ends = "exact" if judgement.exact else f"95 % interval {_ends(judgement) or 'unknown'}"
    p = "" if judgement.adjusted is None else f", adjusted p {p_value(judgement.adjusted)}"
    return (verdict, f" {_effect(judgement)}, {ends}, n = {judgement.n}{p}")


def _numbers(judgement: Judgement) -> doc.Table:
    """What was counted or computed; else the comparisons."""
    if judgement.table:
        return doc.Table(judgement.table[0], judgement.table[1:])
    return doc.Table(COMPARED, tuple(map(_comparison, judgement.comparisons)))


def _comparison(comparison: Comparison) -> tuple[str, ...]:
    summary, margin = comparison.summary, comparison.margin
    return (
        comparison.label,
        amount(summary.mean),
        interval(summary.low, summary.high),
        f"> {amount(comparison.threshold)}" if margin is None else f"within ±{amount(margin)}",
        str(summary.n),
        p_value(comparison.p_for),
        p_value(comparison.p_against),
    )
