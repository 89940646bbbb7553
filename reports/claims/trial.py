"""The trial: every statement of every claim judged on complete records, as one family of tests.

A claim is judged at 10 seeds, and where a statement is open again at 20 and 40, once all its cells
have them. The sequential p-values of all sampled statements are corrected together (Holm); one
that is not measured counts as 1. See `reports.analysis.stages`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.experiment.record import Outcome
from reports.analysis.evidence import Evidence
from reports.analysis.results import Results
from reports.analysis.stages import LOOKS, Stage, stages
from reports.claims.claim import Claim
from reports.claims.judging import Draw, Measured, Statement, as_rows

SUPPORTED, REFUTED, MIXED, UNDECIDED = "supported", "refuted", "mixed", "undecided"
NOT_MEASURED = "not measured"
VERDICTS = (SUPPORTED, REFUTED, MIXED, UNDECIDED, NOT_MEASURED)
ENDED = (Outcome.OK, Outcome.DIVERGED, Outcome.NOT_APPLICABLE)
"""Outcomes that say something of an architecture; after any other a cell has to be run again."""


@dataclass(frozen=True)
class Judged:
    """What came of a statement."""

    statement: Statement
    verdict: str
    measured: Measured | None = None
    """At the last look."""
    stage: Stage | None = None
    """Of what is sampled and measured."""


@dataclass(frozen=True)
class Judgement:
    """What came of a claim: supported or refuted if all its statements are, mixed if they are
    decided and differ, undecided if one is open, not measured if one is not."""

    verdict: str
    statements: Mapping[str, Judged]
    seeds: int = 0
    """Complete at the last look."""
    draw: Draw | None = field(default=None, repr=False)
    why: str = ""
    """Of one that is not measured: what is missing."""

    @property
    def following(self) -> int | None:
        """Seeds to have next, where a statement is open and there is another look."""
        looks = [j.stage.seeds for j in self.statements.values() if j.stage and j.stage.seeds]
        return max(looks, default=None)


def hold(evidence: Evidence, claims: Sequence[Claim]) -> dict[str, Judgement]:
    """The judgement of each claim by its id. Which claims are given makes no difference to their
    p-values only if all are."""
    looks: dict[str, list[Mapping[str, Measured]]] = {}
    why, draws = {}, {}
    for claim in claims:
        looks[claim.id] = []
        for number in LOOKS:
            if why_not := _missing(claim, evidence, number):
                why[claim.id] = why_not
                break
            at = evidence.first(number)
            try:
                looks[claim.id].append(claim.judge(at))
                draws[claim.id] = (
                    claim.draw(at) if claim.draw else as_rows(looks[claim.id][-1].values())
                )
            except Exception as error:
                why[claim.id] = f"It cannot be judged: {type(error).__name__}: {error}."
                looks[claim.id].clear()
                break
    family = {
        f"{claim.id}/{name}": [m[name].p for m in looks[claim.id] if name in m]
        for claim in claims
        for name, statement in claim.statements.items()
        if not statement.exact
    }
    settled = stages(family)
    judgements = {}
    for claim in claims:
        last = looks[claim.id][-1] if looks[claim.id] else {}
        judged = {
            name: _judged(statement, last.get(name), settled.get(f"{claim.id}/{name}"))
            for name, statement in claim.statements.items()
        }
        judgements[claim.id] = Judgement(
            _overall([j.verdict for j in judged.values()]), judged,
            _seeds(claim, evidence, len(looks[claim.id])), draws.get(claim.id),
            "" if last else why.get(claim.id, ""),
        )  # fmt: skip
    return judgements


def _seeds(claim: Claim, evidence: Evidence, done: int) -> int:
    """The most seeds that any of its parts had at the last look."""
    planned = [len({cell.seed for cell in evidence.part(part).cells}) for part in claim.cells]
    return min(max(planned), LOOKS[done - 1]) if done else 0


def _judged(statement: Statement, measured: Measured | None, stage: Stage | None) -> Judged:
    if measured is None:
        return Judged(statement, NOT_MEASURED)
    if statement.exact:
        return Judged(statement, SUPPORTED if measured.holds else REFUTED, measured)
    if stage is None or not stage.settled:
        return Judged(statement, UNDECIDED, measured, stage)
    verdict = SUPPORTED if measured.p_for < measured.p_against else REFUTED
    return Judged(statement, verdict, measured, stage)


def _overall(verdicts: Sequence[str]) -> str:
    for open_one in (NOT_MEASURED, UNDECIDED):
        if open_one in verdicts:
            return open_one
    return verdicts[0] if len(set(verdicts)) == 1 else MIXED


def _missing(claim: Claim, evidence: Evidence, number: int) -> str:
    """Why a claim cannot be judged at so many seeds; empty where it can. The first look takes
    what is planned, if it is fewer: a rehearsal."""
    for part in claim.cells:
        results = evidence.part(part)
        if not results.cells:
            return f"Part {part.name} has not been run."
        planned = sorted({cell.seed for cell in results.cells})
        if part.seeds is None and len(planned) < number and number > LOOKS[0]:
            return f"Part {part.name} has {len(planned)} seeds."
        kept = set(planned[:number])
        waiting = [c for c in results.cells if c.seed in kept and c.outcome not in ENDED]
        if waiting:
            outcomes = ", ".join(sorted({str(c.outcome) for c in waiting}))
            return f"Part {part.name}: {len(waiting)} cells without a result ({outcomes})."
    return ""


def as_json(claim: Claim, judgement: Judgement) -> Mapping[str, Any]:
    """A judged claim, ready for JSON."""
    return {
        "id": claim.id,
        "taught": claim.taught,
        "verdict": judgement.verdict,
        "seeds": judgement.seeds,
        "next_seeds": judgement.following,
        "why": judgement.why,
        "statements": {name: _plain(judged) for name, judged in judgement.statements.items()},
        "source": claim.source,
        "remark": claim.remark,
        "criteria": claim.criteria,
        "command": claim.command,
    }


def _plain(judged: Judged) -> Mapping[str, Any]:
    measured, stage = judged.measured or Measured(), judged.stage
    effect = measured.effect
    return {
        "text": judged.statement.text,
        "verdict": judged.verdict,
        "exact": judged.statement.exact,
        "effect": effect.mean,
        "unit": measured.unit,
        "interval": None if effect.low is None else [effect.low, effect.high],
        "n": effect.n,
        "p": measured.p if stage else None,
        "p_sequential": stage.p if stage else None,
        "p_adjusted": stage.adjusted if stage else None,
        "note": measured.note,
        "rows": [
            {"label": row.label, "n": row.effect.n, "mean": row.effect.mean,
             "interval": None if row.effect.low is None else [row.effect.low, row.effect.high]}
            for row in measured.rows
        ],
    }  # fmt: skip


def rehearsal(results: Results) -> bool:
    """Whether there are fewer seeds than the first look asks for."""
    return 0 < len({cell.seed for cell in results.all_cells}) < LOOKS[0]
