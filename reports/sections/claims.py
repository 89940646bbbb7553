"""The textbook's claims: what they say, a verdict on each statement, and all that it rests on."""

from collections import Counter
from collections.abc import Callable, Sequence

from reports import document as doc
from reports.analysis.evidence import Evidence
from reports.analysis.results import Results
from reports.analysis.stages import LEVEL, LOOKS
from reports.claims.claim import MATRIX, Claim, all_claims, criteria
from reports.claims.judging import Measured
from reports.claims.trial import VERDICTS, Judged, Judgement, hold, rehearsal
from reports.figures.forest import Effect, Row
from reports.formats import amount, interval, listed, p_value, plural

PLACE, COMMAND = 110, f"harness run --matrix {MATRIX}"

Trial = Sequence[tuple[Claim, Judgement]]
"""Claims in the order in which they are told."""

TITLE = "The textbook's claims"
PAGE = "claims.html"
HEADS = ("claim", "statement", "verdict", "effect", "95 % interval", "n", "p (Holm)")
COMPARED = ("comparison", "mean", "95 % interval", "claimed", "n")
METHOD = (
    "A claim is split into statements, and each has its own verdict. A claim is supported or "
    "refuted if all its statements are, mixed if they are decided and differ, and undecided if one "
    "is open. Statements, cells and seeds were fixed before the records were made, on seeds and "
    "test examples that no pilot had seen. Seeds that solve a task or do not are compared by exact "
    "tests, other numbers by permutation tests over seeds; all sampled statements are one family "
    f"(Holm, {LEVEL:g}). Where a statement is open, seeds are added: {listed(map(str, LOOKS))}, "
    "with an error-spending rule (Lan and DeMets). Not learned within the budget is no verdict on "
    "what an architecture can hold. Exact: counted or computed, not sampled."
)


def judged(evidence: Evidence) -> Trial:
    """All claims with their judgements; of another matrix than ``claims`` none."""
    if evidence.results.name != MATRIX:
        return []
    claims = all_claims()
    judgements = hold(evidence, claims)
    return [(claim, judgements[claim.id]) for claim in claims]


def blocks(results: Results, claims: Trial) -> list[doc.Block]:
    """The section of the report's page: the verdicts in a table; another matrix has none."""
    if not claims:
        return []
    link = doc.Link("Every claim with its figure, on a page of its own", PAGE)
    return [
        doc.Heading(TITLE, "claims"),
        *_rehearsed(results),
        doc.Paragraph(summary(claims), lead=True),
        doc.Paragraph((link, ".")),
        _table(claims, lambda claim: doc.Link(claim.taught, f"{PAGE}#claim-{claim.id}")),
    ]


def document(results: Results, claims: Trial) -> doc.Document:
    """The page of the claims: each in full."""
    made: list[doc.Block] = [
        doc.Heading(TITLE, level=1),
        *_rehearsed(results),
        doc.Paragraph(summary(claims), lead=True),
        doc.Note(METHOD),
        *_stated(results, claims),
        _table(claims, lambda claim: doc.Link(claim.taught, f"#claim-{claim.id}")),
    ]
    for claim, judgement in claims:
        made += in_full(claim, judgement, drawn=True)
    return doc.Document(results.name, tuple(made), home="index.html")


def overview(claims: Trial) -> list[doc.Block]:
    """For the terminal: the verdicts, by the claims' ids, and what to run next."""
    made: list[doc.Block] = [_table(claims, lambda claim: doc.Code(claim.id))]
    for seeds in LOOKS[1:]:
        parts = dict.fromkeys(
            part.name for claim, j in claims if j.following == seeds for part in claim.cells
            if part.seeds is None
        )  # fmt: skip
        if parts:
            command = " ".join([COMMAND, f"--seeds {seeds}", *(f"--part {name}" for name in parts)])
            made.append(doc.Paragraph(("Open at the last look; next: ", doc.Code(command))))
    return [*made, doc.Paragraph(summary(claims))]


def in_full(claim: Claim, judgement: Judgement, drawn: bool = False) -> list[doc.Block]:
    """All about a claim, with its figure or the numbers alone."""
    table, anchor = _numbers(judgement), f"claim-{claim.id}"
    drawing = judgement.draw(anchor) if drawn and judgement.draw else None
    title = f"Claim {claim.id}"
    shown = doc.Figure(drawing, "", table, claim.command, title=title) if drawing else table
    exact = [j.measured for j in judgement.statements.values() if j.measured and j.measured.table]
    notes = [j.measured.note for j in judgement.statements.values() if j.measured]
    said = " ".join(filter(None, [judgement.why, *dict.fromkeys(notes), claim.remark]))
    terms = (("Source", claim.source), ("Again", doc.Code(claim.command)))
    verdict = doc.Strong(judgement.verdict, f"verdict-{judgement.verdict.replace(' ', '-')}")
    return [
        doc.Heading(claim.taught, anchor),
        doc.Paragraph((verdict, f" {plural(judgement.seeds, 'seed')}" * bool(judgement.seeds))),
        doc.Table(HEADS[1:], tuple(_row(name, j, full=True) for name, j in _each(judgement))),
        *([doc.Paragraph(said)] if said else []),
        *([shown] if table.rows else []),
        *(doc.Table(m.table[0], m.table[1:]) for m in exact),
        doc.Terms(terms),
    ]


def summary(claims: Trial) -> str:
    """``28 claims: 12 supported, 5 refuted, 8 mixed and 3 undecided.``"""
    counts = Counter(judgement.verdict for _, judgement in claims)
    verdicts = listed([f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict]])
    statements = Counter(j.verdict for _, judgement in claims for _, j in _each(judgement))
    decided = statements["supported"] + statements["refuted"]
    of = f"{decided} of {plural(statements.total(), 'statement')} decided"
    return f"{plural(len(claims), 'claim')}: {verdicts}; {of}."


def _each(judgement: Judgement) -> Sequence[tuple[str, Judged]]:
    return list(judgement.statements.items())


def _rehearsed(results: Results) -> list[doc.Block]:
    few = f"A rehearsal: fewer seeds than the {LOOKS[0]} that a verdict asks for. None counts."
    return [doc.Note(few)] if rehearsal(results) else []


def _stated(results: Results, claims: Trial) -> list[doc.Block]:
    """The hash of what was stated beforehand, and whether it is what the records were made for."""
    now, before = criteria([claim for claim, _ in claims]), results.plan.get("criteria", {})
    if not before:
        return []
    when = ", ".join(f"{code} on {time[:10]}" for code, time in before.items())
    changed = "" if set(before) == {now} else f" They were changed since: now {now}."
    return [doc.Paragraph(f"Criteria stated before the records were made: {when}.{changed}")]


def _table(claims: Trial, first: Callable[[Claim], doc.Link | doc.Code]) -> doc.Table:
    """A row for each statement; the claim's own verdict stands where it has one statement, or in
    a row of its own."""
    rows: list[tuple[doc.Text | doc.Cell, ...]] = []
    for claim, judgement in claims:
        several = _each(judgement)
        if len(several) > 1:
            rows.append((first(claim), "", _verdict(judgement.verdict), "", "", "", ""))
        for name, one in several:
            rows.append((first(claim) if len(several) == 1 else "", *_row(name, one)))
    return doc.Table(HEADS, tuple(rows))


def _row(name: str, judged: Judged, full: bool = False) -> tuple[doc.Text | doc.Cell, ...]:
    measured, stage = judged.measured or Measured(), judged.stage
    text = judged.statement.text if full else name
    ends = "exact" if judged.statement.exact and judged.measured else _ends(measured.effect)
    effect = f"{amount(measured.effect.mean)} {measured.unit}".strip() if judged.measured else ""
    return (text, _verdict(judged.verdict), effect, ends, str(measured.effect.n or ""),
            p_value(stage.adjusted) if stage and judged.measured else "")  # fmt: skip


def _verdict(verdict: str) -> doc.Cell:
    return doc.Cell(verdict, f"verdict-{verdict.replace(' ', '-')}")


def _ends(effect: Effect) -> str:
    return interval(effect.low, effect.high)


def _numbers(judgement: Judgement) -> doc.Table:
    """What was compared."""
    rows = [r for _, j in _each(judgement) if j.measured for r in j.measured.rows]
    return doc.Table(COMPARED, tuple(map(_compared, rows)))


def _compared(row: Row) -> tuple[str, ...]:
    low, high = row.side
    ends = {
        (True, True): "",
        (False, True): f"> {amount(low)}",
        (True, False): f"< {amount(high)}",
        (False, False): f"within ±{amount(high)}",
    }
    claimed = ends[low == float("-inf"), high == float("inf")]
    n = str(row.effect.n or "")
    return row.label, amount(row.effect.mean), _ends(row.effect), claimed, n
