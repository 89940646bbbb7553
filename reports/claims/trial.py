"""The trial: every statement of every claim judged on complete records, as one family of tests.

A claim is judged at 10 seeds, and where a statement is open again at 20 and 40, once all cells that
it asks for have them: each task, architecture and seed of its parts, planned or not. The sequential
p-values of all sampled statements are corrected together (Holm); one that is not measured counts
as 1. See `reports.analysis.stages`.

With fewer seeds than 10 a claim is judged all the same, as a rehearsal, which is no verdict and
counts in no other claim's correction.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.experiment.cell import refusal
from harness.experiment.matrix import HORIZON, Part
from harness.experiment.record import Outcome
from harness.experiment.registry import Spec, at_lag, spec_of
from reports.analysis.cells import Cell
from reports.analysis.evidence import Evidence
from reports.analysis.horizon import most_learn
from reports.analysis.results import Results
from reports.analysis.stages import LOOKS, Stage, stages
from reports.claims.claim import MATRIX, Claim
from reports.claims.judging import Draw, Measured, Statement, as_rows
from reports.formats import listed, plural

SUPPORTED, REFUTED, MIXED, UNDECIDED = "supported", "refuted", "mixed", "undecided"
REHEARSAL, NOT_MEASURED = "rehearsal", "not measured"
VERDICTS = (SUPPORTED, REFUTED, MIXED, UNDECIDED, REHEARSAL, NOT_MEASURED)
ENDED = (Outcome.OK, Outcome.DIVERGED)
"""Outcomes that say something of an architecture; after another a cell has to be run again, unless
the architecture cannot serve the task."""
NOT_PLANNED = "not planned"


@dataclass(frozen=True)
class Judged:
    """What came of a statement."""

    statement: Statement
    verdict: str
    measured: Measured | None = None
    """At the last look that has it."""
    stage: Stage | None = None
    """Of what is sampled and measured."""


@dataclass(frozen=True)
class Judgement:
    """What came of a claim: supported or refuted if all its statements are, mixed if they are
    decided and differ, undecided if one is open, not measured if one is not; a rehearsal, whatever
    came of its statements, if there are fewer seeds than the first look asks for."""

    verdict: str
    statements: Mapping[str, Judged]
    seeds: int = 0
    """Complete at the last look."""
    draw: Draw | None = field(default=None, repr=False)
    why: str = ""
    """Of one that is not measured: what is missing."""
    note: str = ""
    """How many trainings diverged, where that is no answer."""

    @property
    def rehearsal(self) -> bool:
        """None of its statements' verdicts counts."""
        return self.verdict == REHEARSAL

    @property
    def following(self) -> int | None:
        """Seeds to have next, where a statement is open and there is another look."""
        looks = [j.stage.seeds for j in self.statements.values() if j.stage and j.stage.seeds]
        return LOOKS[0] if self.rehearsal else max(looks, default=None)


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
                looks[claim.id].append(measured := claim.judge(at))
                draws[claim.id] = (
                    claim.draw(at, measured) if claim.draw else as_rows(measured.values())
                )
            except Exception as error:
                why[claim.id] = f"It cannot be judged: {type(error).__name__}: {error}."
                looks[claim.id].clear()
                break
    few = {claim.id for claim in claims if looks[claim.id] and _rehearsed(claim, evidence)}
    settled = stages(_family(claims, looks | {name: [] for name in few}))
    rehearsed = stages(_family(claims, looks)) if few else {}
    judgements = {}
    for claim in claims:
        seen, stage_of = looks[claim.id], rehearsed if claim.id in few else settled
        judged = {
            name: _judged(
                statement, [look.get(name) for look in seen], stage_of.get(f"{claim.id}/{name}")
            )
            for name, statement in claim.statements.items()
        }
        overall = _overall([j.verdict for j in judged.values()])
        judgements[claim.id] = Judgement(
            REHEARSAL if claim.id in few else overall, judged,
            _seeds_at(claim, evidence, len(seen)), draws.get(claim.id),
            "" if seen else why.get(claim.id, ""), _diverged(claim, evidence) if seen else "",
        )  # fmt: skip
    return judgements


def _family(
    claims: Sequence[Claim], looks: Mapping[str, Sequence[Mapping[str, Measured]]]
) -> dict[str, list[float]]:
    """The p-values of all sampled statements, look by look; 1 at a look that could not measure
    one, so that its later p-values stay with their own look."""
    return {
        f"{claim.id}/{name}": [m[name].p if name in m else 1.0 for m in looks[claim.id]]
        for claim in claims
        for name, statement in claim.statements.items()
        if not statement.exact
    }


def _judged(statement: Statement, looks: Sequence[Measured | None], stage: Stage | None) -> Judged:
    known = [measured for measured in looks if measured is not None]
    if not known or (statement.exact and not known[-1].effect.n):  # of nothing all things hold
        return Judged(statement, NOT_MEASURED)
    last = known[-1]
    if statement.exact:
        verdict = {True: SUPPORTED, False: REFUTED, None: UNDECIDED}[last.holds]
        return Judged(statement, verdict, last)
    if stage is None or stage.at is None:
        return Judged(statement, UNDECIDED, last, stage)
    settling = looks[LOOKS.index(stage.at)] or last
    verdict = SUPPORTED if settling.p_for < settling.p_against else REFUTED
    return Judged(statement, verdict, last, stage)


def _overall(verdicts: Sequence[str]) -> str:
    for open_one in (NOT_MEASURED, UNDECIDED):
        if open_one in verdicts:
            return open_one
    return verdicts[0] if len(set(verdicts)) == 1 else MIXED


# -- what is there, and what is missing ----------------------------------------------------------


def _seeds(claim: Claim, evidence: Evidence) -> list[int]:
    """The planned seeds of its parts, but for those that have seeds of their own: what is computed
    needs no more than one."""
    parts = [evidence.part(part) for part in claim.cells if part.seeds is None]
    return sorted({cell.seed for results in parts for cell in results.cells})


def _rehearsed(claim: Claim, evidence: Evidence) -> bool:
    return 0 < len(_seeds(claim, evidence)) < LOOKS[0]


def _seeds_at(claim: Claim, evidence: Evidence, looks: int) -> int:
    """How many seeds the last look had; of a claim that samples none, the most of its own."""
    own = max((len(part.seeds) for part in claim.cells if part.seeds), default=0)
    return min(len(_seeds(claim, evidence)) or own, LOOKS[looks - 1]) if looks else 0


def _missing(claim: Claim, evidence: Evidence, number: int) -> str:
    """Why a claim cannot be judged at so many seeds; empty where it can. The first look takes
    what is planned, if it is fewer: a rehearsal."""
    seeds = _seeds(claim, evidence)
    if len(seeds) < number and number > LOOKS[0]:
        return f"There are {plural(len(seeds), 'seed')}."
    for part in claim.cells:
        results = evidence.part(part)
        if not results.cells:
            return f"Part {part.name} has not been run."
        if lacking := Counter(_lacking(part, results, part.seeds or seeds[:number])):
            outcomes = listed(sorted(lacking))
            missing = plural(lacking.total(), "cell")
            return f"Part {part.name}: {missing} without a result ({outcomes})."
    return ""


def _lacking(part: Part, results: Results, seeds: Sequence[int]) -> Iterator[str]:
    """The outcomes of the cells without a result, of all that a part asks for; of a horizon, up to
    the lag that most seeds fail, of these or of all that were run."""
    where = f"matrix {MATRIX}: parts.{part.name}"
    for architecture in (spec_of(a, "architecture", where) for a in part.architectures):
        for rungs in _tasks(part, where):
            for task in rungs:
                group = results.groups.get((task.label, architecture.label))
                cells = {cell.seed: cell for cell in group.cells} if group else {}
                wanted = {seed: cells.get(seed) for seed in seeds}
                for cell in wanted.values():
                    if not _ended(cell, task, architecture):
                        yield cell.outcome if cell else NOT_PLANNED
                found = [cell for cell in wanted.values() if cell]
                if not most_learn(found) or not most_learn(tuple(cells.values())):
                    break


def _tasks(part: Part, where: str) -> Iterator[list[Spec]]:
    """The tasks of a part; of a horizon each with its lags, in rising order."""
    for task in (spec_of(text, "task", where) for text in part.tasks):
        yield [at_lag(task, lag, where) for lag in part.lags] if part.probe == HORIZON else [task]


def _ended(cell: Cell | None, task: Spec, architecture: Spec) -> bool:
    """Whether it has a result, or none is to be had: by what task and architecture declare."""
    if cell is None:
        return False
    return cell.outcome in ENDED or (cell.refused and refusal(architecture, task) is not None)


def _diverged(claim: Claim, evidence: Evidence) -> str:
    """Of means over scores the seeds that diverged are no part, which is to be said."""
    parts = [evidence.part(part) for part in claim.cells if not part.may_diverge]
    cells = {cell.id: cell for results in parts for cell in results.cells}
    lost = Counter(c.architecture for c in cells.values() if c.outcome == Outcome.DIVERGED)
    of = listed([f"{name} {count}" for name, count in lost.items()])
    trainings = f"{lost.total():,} of {plural(len(cells), 'training')}"
    return f"Diverged, and without a score: {trainings} ({of})." if lost else ""


def as_json(claim: Claim, judgement: Judgement) -> Mapping[str, Any]:
    """A judged claim, ready for JSON."""
    return {
        "id": claim.id,
        "taught": claim.taught,
        "verdict": judgement.verdict,
        "seeds": judgement.seeds,
        "next_seeds": judgement.following,
        "rehearsal": judgement.rehearsal,
        "why": judgement.why,
        "note": judgement.note,
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
        "settled_at": stage.at if stage else None,
        "note": measured.note,
        "rows": [
            {"label": row.label, "n": row.effect.n, "mean": row.effect.mean,
             "interval": None if row.effect.low is None else [row.effect.low, row.effect.high]}
            for row in measured.rows
        ],
    }  # fmt: skip
