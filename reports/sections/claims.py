"""The textbook's claims: what they say, a verdict on each statement, and all that it rests on."""

from collections import Counter
from collections.abc import Callable, Sequence

from reports import document as doc
from reports.analysis.evidence import Evidence
from reports.analysis.results import Results
from reports.analysis.stages import LEVEL, LOOKS, critical
from reports.claims.claim import MATRIX, Claim, all_claims
from reports.claims.judging import Measured
from reports.claims.matrix import criteria
from reports.claims.trial import VERDICTS, Judged, Judgement, hold
from reports.figures.forest import Effect, Row
from reports.formats import amount, interval, listed, p_value, plural

PLACE, COMMAND = 110, f"harness run --matrix {MATRIX}"

Trial = Sequence[tuple[Claim, Judgement]]
"""Claims in the order in which they are told."""

TITLE = "The textbook's claims"
PAGE = "claims.html"
HEADS = ("claim", "statement", "verdict", "effect", "95 % interval", "n", "p (Holm)")
COMPARED = ("comparison", "mean", "95 % interval", "claimed", "n")


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
        *_rehearsed(claims),
        doc.Paragraph(summary(claims), lead=True),
        doc.Paragraph((link, ".")),
        _table(claims, lambda claim: doc.Link(claim.taught, f"{PAGE}#claim-{claim.id}")),
    ]


def document(results: Results, claims: Trial) -> doc.Document:
    """The page of the claims: each in full."""
    made: list[doc.Block] = [
        doc.Heading(TITLE, level=1),
        *_rehearsed(claims),
        doc.Paragraph(summary(claims), lead=True),
        doc.Note(method(claims)),
        *_stated(results, claims),
        _table(claims, lambda claim: doc.Link(claim.taught, f"#claim-{claim.id}")),
    ]
    for claim, judgement in claims:
        made += in_full(claim, judgement, drawn=True)
    return doc.Document(results.name, tuple(made), home="index.html")


def overview(claims: Trial) -> list[doc.Block]:
    """For the terminal: the verdicts, by the claims' ids, and what to run next."""
    made: list[doc.Block] = [
        *_rehearsed(claims),
        _table(claims, lambda claim: doc.Code(claim.id)),
    ]
    for seeds in LOOKS:
        parts = dict.fromkeys(
            part.name for claim, j in claims if j.following == seeds for part in claim.cells
            if part.seeds is None
        )  # fmt: skip
        if parts:
            command = " ".join([COMMAND, f"--seeds {seeds}", *(f"--part {name}" for name in parts)])
            made.append(doc.Paragraph(("More seeds are needed; next: ", doc.Code(command))))
    return [*made, doc.Paragraph(summary(claims))]


def in_full(claim: Claim, judgement: Judgement, drawn: bool = False) -> list[doc.Block]:
    """All about a claim, with its figure or the numbers alone."""
    table, anchor = _numbers(judgement), f"claim-{claim.id}"
    drawing = judgement.draw(anchor) if drawn and judgement.draw else None
    title = f"Claim {claim.id}"
    shown = doc.Figure(drawing, "", table, claim.command, title=title) if drawing else table
    exact = [j.measured for j in judgement.statements.values() if j.measured and j.measured.table]
    notes = [j.measured.note for j in judgement.statements.values() if j.measured]
    beside = [*dict.fromkeys(notes), judgement.note, claim.remark]
    said = " ".join(filter(None, [judgement.why, *beside]))
    terms = (("Source", claim.source), ("Again", doc.Code(claim.command)))
    verdict = doc.Strong(judgement.verdict, f"verdict-{judgement.verdict.replace(' ', '-')}")
    return [
        doc.Heading(claim.taught, anchor),
        doc.Paragraph((verdict, f" {plural(judgement.seeds, 'seed')}" * bool(judgement.seeds))),
        doc.Table(
            HEADS[1:],
            tuple(
                _row(name, j, full=True, rehearsal=judgement.rehearsal)
                for name, j in _each(judgement)
            ),
        ),
        *([doc.Paragraph(said)] if said else []),
        *([shown] if table.rows else []),
        *(doc.Table(m.table[0], m.table[1:]) for m in exact),
        doc.Terms(terms),
    ]


def summary(claims: Trial) -> str:
    """``28 claims: 12 supported, 5 refuted, 8 mixed and 3 undecided.``"""
    counts = Counter(judgement.verdict for _, judgement in claims)
    verdicts = listed([f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict]])
    statements = [(j.verdict, of.rehearsal) for _, of in claims for _, j in _each(of)]
    decided = sum(v in ("supported", "refuted") and not rehearsed for v, rehearsed in statements)
    of = f"{decided} of {plural(len(statements), 'statement')} decided"
    return f"{plural(len(claims), 'claim')}: {verdicts}; {of}."


def _each(judgement: Judgement) -> Sequence[tuple[str, Judged]]:
    return list(judgement.statements.items())


def method(claims: Trial) -> str:
    """How verdicts come about, and what so many statements ask for."""
    statements = [statement for claim, _ in claims for statement in claim.statements.values()]
    sampled = sum(not statement.exact for statement in statements)
    return (
        "A claim is split into statements, and each has its own verdict. A claim is supported or "
        "refuted if all its statements are, mixed if they are decided and differ, and undecided if "
        "one is open. It is judged once each task, architecture and seed that it asks for has a "
        "result. Statements, cells, seeds and the code that judges were fixed before the records "
        "were made. The seeds are none that a pilot had. Test examples of drawn tasks are drawn "
        "anew, though a task with few different inputs has the same ones again; stored data have "
        "one test split, which earlier runs have seen. Seeds that solve a task or do not are "
        "compared by exact tests, other numbers by permutation tests over seeds; the "
        f"{sampled} sampled statements of {len(statements)} are one family (Holm, {LEVEL:g}). "
        f"Where a statement is open, seeds are added: {listed(map(str, LOOKS))}, with an "
        f"error-spending rule (Lan and DeMets).{_too_few(sampled)} Not learned within the budget "
        "is no verdict on what an architecture can hold. Exact: counted or computed, not sampled."
    )


def _too_few(sampled: int) -> str:
    """What cannot be settled at the first look."""
    least, (limit, *_) = 2 * 0.5 ** LOOKS[0], critical(LEVEL / max(sampled, 1))
    if least <= limit:
        return ""
    return (
        f" At {LOOKS[0]} seeds the first to be settled needs a p of at most {limit:.1g}, and the "
        f"least that permutations of seeds or a binomial test can give is {least:.1g}: there only "
        "comparisons of success rates, and what is exact, can be settled."
    )


def _rehearsed(claims: Trial) -> list[doc.Block]:
    few = sum(judgement.rehearsal for _, judgement in claims)
    said = (
        f"A rehearsal: {few} of {plural(len(claims), 'claim')} with fewer than the {LOOKS[0]} "
        "seeds that a verdict asks for. What is said of their statements does not count."
    )
    return [doc.Note(said)] if few else []


def _stated(results: Results, claims: Trial) -> list[doc.Block]:
    """The hash of what was stated beforehand, and whether it is what the records were made for."""
    now, before = criteria([claim for claim, _ in claims]), results.plan.get("criteria", {})
    if not before:
        return []
    when = ", ".join(f"{code} on {time[:10]}" for code, time in before.items())
    said = f"Criteria stated before the records were made: {when}."
    if set(before) != {now}:
        said += f" They were changed since: now {now}."
    started = [c.record.started for c in results.all_cells if c.record and c.record.started]
    older = [time for time in started if time < before.get(now, "")]
    if older:
        records = f"{plural(len(older), 'record')} of {len(started):,}"
        said += f" Older than {now}: {records}, the first of {min(older)[:10]}."
    return [doc.Paragraph(said)]


def _table(claims: Trial, first: Callable[[Claim], doc.Link | doc.Code]) -> doc.Table:
    """A row for each statement; the claim's own verdict stands where it has one statement, or in
    a row of its own."""
    rows: list[tuple[doc.Text | doc.Cell, ...]] = []
    for claim, judgement in claims:
        several = _each(judgement)
        if len(several) > 1:
            rows.append((first(claim), "", _verdict(judgement.verdict), "", "", "", ""))
        for name, one in several:
            told = _row(name, one, rehearsal=judgement.rehearsal)
            rows.append((first(claim) if len(several) == 1 else "", *told))
    return doc.Table(HEADS, tuple(rows))


def _row(
    name: str, judged: Judged, full: bool = False, rehearsal: bool = False
) -> tuple[doc.Text | doc.Cell, ...]:
    measured, stage = judged.measured or Measured(), judged.stage
    text = judged.statement.text if full else name
    ends = "exact" if judged.statement.exact and judged.measured else _ends(measured.effect)
    effect = f"{amount(measured.effect.mean)} {measured.unit}".strip() if judged.measured else ""
    verdict = _verdict(judged.verdict)
    if rehearsal and judged.measured:
        verdict = doc.Cell(f"{judged.verdict} (rehearsal)", "verdict-rehearsal")
    return (text, verdict, effect, ends, str(measured.effect.n or ""),
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
