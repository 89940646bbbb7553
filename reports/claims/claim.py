"""What a claim is, and how the numbers decide it.

A claim states beforehand what its numbers have to show: each ``Comparison`` is one number a seed
and a threshold that, if the claim holds, their mean lies above (or, of an equivalence, a margin
that it lies within). What decides is in ``rule``, the same for all claims:

- **supported**: every comparison lies on the claim's side of its threshold;
- **refuted**: every one lies on the other side;
- **mixed**: some lie on one side and some on the other;
- **undecided**: anything else, too few records among it.

"Lies on a side" is a one-sided t test over seeds. For a verdict that all comparisons have to
bear, the largest of their p values counts (an intersection-union test, Berger 1982); for one that
some have to bear, the smallest, times the number of comparisons (Bonferroni). The p values of all
claims are then adjusted together (Holm 1979): where the adjusted one is 0.05 or more, the verdict
is undecided. An exact claim has no p value: it is counted or computed, not sampled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import Summary, greater, holm, summarize, tost

if TYPE_CHECKING:
    from reports.figures.style import Drawing

SUPPORTED, REFUTED, MIXED, UNDECIDED = "supported", "refuted", "mixed", "undecided"
LEVEL = 0.05


@dataclass(frozen=True)
class Comparison:
    """One thing that the claim foretells, with a number for each seed."""

    label: str
    values: Mapping[int, float]
    """By seed; of two architectures the paired differences."""
    threshold: float = 0.0
    """The claim says that the mean lies above."""
    margin: float | None = None
    """Instead: the claim says that the mean lies within this of zero."""

    @property
    def summary(self) -> Summary:
        """Mean and 95 % interval over seeds."""
        return summarize(self.values.values())

    @property
    def p_for(self) -> float:
        """Chance of such values if the claim's side of the threshold were not the true one."""
        if len(self.values) < 2:
            return 1.0
        if self.margin is not None:
            return tost(self.values.values(), self.margin)
        return greater(self.values.values(), self.threshold)

    @property
    def p_against(self) -> float:
        """The same for the other side."""
        if len(self.values) < 2:
            return 1.0
        if self.margin is not None:
            flipped = [-value for value in self.values.values()]
            beyond = (greater(self.values.values(), self.margin), greater(flipped, self.margin))
            return min(1.0, 2 * min(beyond))
        return greater([-value for value in self.values.values()], -self.threshold)


@dataclass(frozen=True)
class Judgement:
    """What came of a claim."""

    verdict: str
    effect: float | None = None
    """The headline number, a mean over seeds."""
    unit: str = ""
    """What the effect is counted in: skill, steps, times, ..."""
    low: float | None = None
    high: float | None = None
    """The effect's 95 % interval."""
    n: int = 0
    """Seeds behind the effect; of an exact claim the number of things counted or computed."""
    reason: str = ""
    """One paragraph in plain words, made from the numbers."""
    p: float | None = None
    """Before it is adjusted for the other claims; None for an exact claim, or without records."""
    exact: bool = False
    comparisons: tuple[Comparison, ...] = ()
    adjusted: float | None = None
    """The p value adjusted for all claims that were judged together."""
    table: tuple[tuple[str, ...], ...] = ()
    """Of an exact claim, what was counted or computed: the heads and the rows."""


@dataclass(frozen=True)
class Claim:
    """A textbook statement and how it is put on trial. One file holds one, as ``CLAIM``."""

    id: str
    statement: str
    """As it is taught."""
    source: str
    """Where the literature makes or examines it."""
    needs: tuple[str, ...]
    """The parts of the matrix ``claims`` that it rests on; ``""`` is the matrix's own cells."""
    criterion: str
    """What was to be shown, with its thresholds, in words; stated before the records were made."""
    judge: Callable[[Evidence], Judgement] = field(repr=False)
    draw: Callable[[Evidence, Judgement], Drawing | None] | None = field(default=None, repr=False)
    """A figure of the claim's own; None: the comparisons with their intervals."""


def rule(
    comparisons: Sequence[Comparison],
    unit: str,
    reason: Callable[[Judgement], str] | str,
    effect: Mapping[int, float] | None = None,
) -> Judgement:
    """The verdict on comparisons, before it is adjusted for other claims.

    effect: the headline number by seed; the comparisons' mean, seed by seed, if not given.
    reason: the paragraph, or what makes it from the judgement without one.
    """
    kept = tuple(comparisons)
    if not kept or min(len(c.values) for c in kept) < 2:
        return missing()
    size = len(kept)
    ways = {
        SUPPORTED: max(c.p_for for c in kept),
        REFUTED: max(c.p_against for c in kept),
        MIXED: min(1.0, size * max(min(c.p_for for c in kept), min(c.p_against for c in kept))),
    }
    verdict = min(ways, key=lambda way: ways[way])
    headline = summarize((_mean_by_seed(kept) if effect is None else effect).values())
    judgement = Judgement(
        verdict if ways[verdict] < LEVEL else UNDECIDED,
        headline.mean,
        unit,
        headline.low,
        headline.high,
        headline.n,
        p=ways[verdict],
        comparisons=kept,
    )
    text = reason if isinstance(reason, str) else reason(judgement)
    return replace(judgement, reason=text)


def exactly(
    holds: Sequence[bool],
    effect: float,
    unit: str,
    reason: str,
    table: Sequence[tuple[str, ...]] = (),
) -> Judgement:
    """The verdict on what was counted or computed, and so has no error: ``holds`` says of each
    thing whether it is as claimed, ``table`` gives the numbers, below their heads."""
    verdict = SUPPORTED if all(holds) else MIXED if any(holds) else REFUTED
    return Judgement(verdict, effect, unit, effect, effect, len(holds), reason, exact=True,
                     table=tuple(table))  # fmt: skip


def missing(why: str = "There are too few records to judge by.") -> Judgement:
    """The judgement where records are wanting."""
    return Judgement(UNDECIDED, reason=why)


def adjust(judgements: Mapping[str, Judgement]) -> dict[str, Judgement]:
    """All judgements, their p values adjusted together; a verdict that does not stand becomes
    undecided."""
    sampled = {name: j for name, j in judgements.items() if j.p is not None}
    values = [j.p for j in sampled.values() if j.p is not None]
    adjusted = dict(zip(sampled, holm(values), strict=True))
    found = {}
    for name, judgement in judgements.items():
        p = adjusted.get(name)
        if p is not None:
            verdict = judgement.verdict if p < LEVEL else UNDECIDED
            judgement = replace(judgement, adjusted=p, verdict=verdict)
        found[name] = judgement
    return found


def differences(one: Mapping[int, float], other: Mapping[int, float]) -> dict[int, float]:
    """What ``one`` has more than ``other``, by seed, for the seeds that both have."""
    return {seed: one[seed] - other[seed] for seed in one if seed in other}


def logarithms(one: Mapping[int, float], other: Mapping[int, float]) -> dict[int, float]:
    """Base-2 logarithm of how many times ``one`` is ``other``, by seed: 1 is twice as much."""
    import math

    return {
        seed: math.log2(one[seed] / other[seed])
        for seed in one
        if other.get(seed, 0) > 0 and one[seed] > 0
    }


def mean_over(numbers: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """The mean by seed, for the seeds that all have."""
    seeds = set.intersection(*(set(found) for found in numbers)) if numbers else set()
    return {seed: sum(found[seed] for found in numbers) / len(numbers) for seed in sorted(seeds)}


def _mean_by_seed(comparisons: Sequence[Comparison]) -> dict[int, float]:
    return mean_over([comparison.values for comparison in comparisons])


def document(claim: Claim, judgement: Judgement) -> dict[str, Any]:
    """A judged claim as JSON."""
    interval = None if judgement.low is None else [judgement.low, judgement.high]
    return {
        "id": claim.id,
        "statement": claim.statement,
        "verdict": judgement.verdict,
        "effect": judgement.effect,
        "unit": judgement.unit,
        "interval": interval,
        "n": judgement.n,
        "reason": judgement.reason,
        "exact": judgement.exact,
        "p": judgement.p,
        "p_adjusted": judgement.adjusted,
        "criterion": claim.criterion,
        "source": claim.source,
        "needs": list(claim.needs),
    }
