"""How numbers decide a claim.

A claim states beforehand what its numbers have to show: each ``Comparison`` is one number a seed
and a threshold that, if the claim holds, their mean lies above (or, of an equivalence, a margin
that it lies within). What decides is in ``rule``, the same for all claims:

- **supported**: every comparison lies on the claim's side of its threshold;
- **refuted**: every one lies on the other side;
- **mixed**: some lie on one side and some on the other;
- **undecided**: anything else, too few records among it.

"Lies on a side" is a one-sided t test over seeds. For a verdict that needs all comparisons, the
largest of their p values counts (an intersection-union test, Berger 1982); for one that needs
some, the smallest, times the number of comparisons (Bonferroni). The p values of all claims are
then adjusted together (Holm 1979): where the adjusted one is 0.05 or more, the verdict is
undecided. An exact claim has no p value: it is counted or computed, not sampled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reports.analysis.statistics import Summary, greater, holm, summarize, tost
from reports.claims.by_seed import BySeed, mean_over, negative
from reports.figures import forest

SUPPORTED, REFUTED, MIXED, UNDECIDED = "supported", "refuted", "mixed", "undecided"
LEVEL = 0.05


@dataclass(frozen=True)
class Comparison:
    """One thing that the claim predicts, with a number for each seed."""

    label: str
    values: BySeed
    """Of two architectures the paired differences."""
    threshold: float = 0.0
    """The claim says that the mean lies above."""
    margin: float | None = None
    """Instead: the claim says that the mean lies within this of zero."""

    @property
    def row(self) -> forest.Row:
        """As it is drawn."""
        side = (self.threshold, math.inf) if self.margin is None else (-self.margin, self.margin)
        return forest.Row(self.label, self.values, side)

    @property
    def summary(self) -> Summary:
        """Mean and 95 % interval over seeds."""
        return summarize(self.values)

    @property
    def p_for(self) -> float:
        """Chance of such values if the mean did not lie on the claim's side."""
        if self.margin is not None:
            return tost(self.values.values(), self.margin)
        return greater(self.values.values(), self.threshold)

    @property
    def p_against(self) -> float:
        """The same for the other side."""
        flipped = negative(self.values).values()
        if self.margin is not None:
            beyond = greater(self.values.values(), self.margin), greater(flipped, self.margin)
            return min(1.0, 2 * min(beyond))
        return greater(flipped, -self.threshold)


@dataclass(frozen=True)
class Judgement:
    """What came of a claim."""

    verdict: str
    effect: float | None = None
    """The headline number, a mean over seeds."""
    unit: str = ""
    """Of the effect: skill, steps, times, ..."""
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
    drawn: tuple[Comparison, ...] = ()
    """What the figure shows of a claim that does not draw it itself, along ``axis``."""
    axis: str = ""
    adjusted: float | None = None
    """The p value adjusted for all claims that were judged together."""
    table: tuple[tuple[str, ...], ...] = ()
    """Of an exact claim, what was counted or computed: the heads and the rows."""


def rule(
    comparisons: Sequence[Comparison],
    unit: str,
    effect: BySeed | None = None,
    reason: str = "",
    drawn: Sequence[Comparison] = (),
    axis: str = "",
) -> Judgement:
    """The verdict on comparisons, before it is adjusted for other claims; undecided where one of
    them has fewer than two seeds.

    effect: the headline number; the comparisons' mean, seed by seed, if not given. drawn, axis:
    what the figure shows instead of the comparisons, and instead of the unit.
    """
    kept = tuple(comparisons)
    if not kept or min(len(c.values) for c in kept) < 2:
        return missing()
    ways = {
        SUPPORTED: max(c.p_for for c in kept),
        REFUTED: max(c.p_against for c in kept),
        MIXED: min(
            1.0, len(kept) * max(min(c.p_for for c in kept), min(c.p_against for c in kept))
        ),
    }
    verdict = min(ways, key=lambda way: ways[way])
    if effect is None:
        effect = mean_over([comparison.values for comparison in kept])
    mean = summarize(effect)
    return Judgement(
        verdict if ways[verdict] < LEVEL else UNDECIDED,
        mean.mean, unit, mean.low, mean.high, mean.n, reason, ways[verdict], comparisons=kept,
        drawn=tuple(drawn) or kept, axis=axis or unit,
    )  # fmt: skip


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
    n = len(holds)
    return Judgement(
        verdict, effect, unit, effect, effect, n, reason, exact=True, table=tuple(table)
    )


def missing(why: str = "There are too few records to judge by.") -> Judgement:
    """The judgement where there are too few records."""
    return Judgement(UNDECIDED, reason=why)


def adjust(judgements: Mapping[str, Judgement]) -> dict[str, Judgement]:
    """All judgements, their p values adjusted together; a verdict that does not stand becomes
    undecided."""
    sampled = {name: j.p for name, j in judgements.items() if j.p is not None}
    adjusted = dict(zip(sampled, holm(list(sampled.values())), strict=True))
    return {
        name: replace(
            judgement,
            adjusted=adjusted[name],
            verdict=judgement.verdict if adjusted[name] < LEVEL else UNDECIDED,
        )
        if name in adjusted
        else judgement
        for name, judgement in judgements.items()
    }
