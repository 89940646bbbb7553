"""How numbers decide a claim.

A claim states beforehand what its numbers have to show: each ``Comparison`` is one number a seed
and a threshold above which their mean lies if the claim holds (or, of an equivalence, a margin).
It is **supported** if every comparison lies on its side, **refuted** if every one lies on the other
side, **mixed** if some lie on one and some on the other, and else **undecided**.

"Lies on a side" is a one-sided t test over seeds. For a verdict that needs all comparisons, the
largest of their p values counts (an intersection-union test, Berger 1982); for one that needs
some, the smallest, times the number of comparisons (Bonferroni). The p values of all claims are
then adjusted together (Holm 1979): where the adjusted one is 0.05 or more, the verdict is
undecided. An exact claim has no p value: it is counted or computed, not sampled.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from reports.analysis.evidence import BySeed
from reports.analysis.statistics import greater, holm, summarize, tost
from reports.figures import forest, lines
from reports.figures.style import Drawing

SUPPORTED, REFUTED, MIXED, UNDECIDED = "supported", "refuted", "mixed", "undecided"
LEVEL = 0.05


def doublings(one: BySeed, other: BySeed) -> BySeed:
    """How many times one is other, as a base-2 logarithm: 1 is twice as much."""
    both = {seed: (n, other.get(seed, 0.0)) for seed, n in one.items()}
    return BySeed({seed: math.log2(n / m) for seed, (n, m) in both.items() if n > 0 and m > 0})


def times(doublings: BySeed) -> BySeed:
    """How many times, from base-2 logarithms."""
    return BySeed({seed: 2**value for seed, value in doublings.items()})


def mean_over(numbers: Iterable[Mapping[int, float]]) -> BySeed:
    """The mean of several numbers, for the seeds that have all of them."""
    numbers = list(numbers)
    seeds = sorted(set.intersection(*map(set, numbers))) if numbers else []
    return BySeed({seed: sum(n[seed] for n in numbers) / len(numbers) for seed in seeds})


class Comparison(forest.Row):
    """One thing that the claim predicts, with a number for each seed."""

    @property
    def p_for(self) -> float:
        """Chance of such values if the mean did not lie on the claim's side."""
        if self.margin is not None:
            return tost(self.values.values(), self.margin)
        return greater(self.values.values(), self.threshold)

    @property
    def p_against(self) -> float:
        """The same for the other side."""
        flipped = [-value for value in self.values.values()]
        if self.margin is not None:
            beyond = greater(self.values.values(), self.margin), greater(flipped, self.margin)
            return min(1.0, 2 * min(beyond))
        return greater(flipped, -self.threshold)


@dataclass(frozen=True)
class Judgement:
    """What came of a claim."""

    verdict: str
    effect: float | None = None
    """The headline number, a mean over seeds, with its 95 % interval."""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    n: int = 0
    """Seeds behind the effect; of an exact claim the number of things counted or computed."""
    reason: str = ""
    """What was found or left out, and what the verdict does not say."""
    p: float | None = None
    """Before it is adjusted for the other claims; None for an exact claim, or without records."""
    exact: bool = False
    comparisons: tuple[Comparison, ...] = ()
    draw: Callable[[str], Drawing | None] = lambda name: None
    """Makes the figure with this name."""
    adjusted: float | None = None
    """The p value adjusted for all claims that were judged together."""
    table: tuple[tuple[str, ...], ...] = ()
    """Of an exact claim, what was counted or computed: the heads and the rows."""

    def along(self, panels: Sequence[lines.Panel], scale: lines.Scale) -> Self:
        """Drawn as lines instead."""
        return replace(self, draw=lambda name: lines.draw(name, panels, scale))

    def beside(self, rows: Sequence[Comparison], axis: str) -> Self:
        """Drawn as other rows instead."""
        return replace(self, draw=lambda name: forest.draw(name, rows, axis))


def rule(
    comparisons: Sequence[Comparison],
    unit: str,
    effect: Mapping[int, float] | None = None,
    reason: str = "",
    axis: str = "",
) -> Judgement:
    """The verdict on comparisons, before it is adjusted for other claims; undecided where one of
    them has fewer than two seeds.

    effect: the headline number; the comparisons' mean, seed by seed, if not given. axis: what
    the comparisons' figure shows, if not the unit.
    """
    if min((len(c.values) for c in comparisons), default=0) < 2:
        return missing()
    supporting = [comparison.p_for for comparison in comparisons]
    opposing = [comparison.p_against for comparison in comparisons]
    some_of_both = len(comparisons) * max(min(supporting), min(opposing))
    ways = {SUPPORTED: max(supporting), REFUTED: max(opposing), MIXED: min(1.0, some_of_both)}
    verdict = min(ways, key=lambda way: ways[way])
    if effect is None:
        effect = mean_over(comparison.values for comparison in comparisons)
    mean = summarize(effect)
    return Judgement(
        verdict if ways[verdict] < LEVEL else UNDECIDED,
        mean.mean, unit, mean.low, mean.high, mean.n, reason, ways[verdict],
        comparisons=tuple(comparisons),
        draw=lambda name: forest.draw(name, comparisons, axis or unit),
    )  # fmt: skip


def exactly(
    holds: Sequence[bool],
    effect: float,
    unit: str,
    reason: str = "",
    table: Sequence[tuple[str, ...]] = (),
) -> Judgement:
    """The verdict on what was counted or computed, and so has no error: ``holds`` says of each
    thing whether it is as claimed, ``table`` gives the numbers, below their heads."""
    verdict = SUPPORTED if all(holds) else MIXED if any(holds) else REFUTED
    return Judgement(
        verdict, effect, unit, effect, effect, len(holds), reason, exact=True, table=tuple(table)
    )


def missing(why: str = "There are too few records to judge by.") -> Judgement:
    """The judgement where there are too few records."""
    return Judgement(UNDECIDED, reason=why)


def adjust(judgements: Mapping[str, Judgement]) -> dict[str, Judgement]:
    """All judgements, their p values adjusted together; a verdict that does not stand becomes
    undecided."""
    sampled = {name: j.p for name, j in judgements.items() if j.p is not None}
    adjusted = dict(judgements)
    for name, p in zip(sampled, holm(list(sampled.values())), strict=True):
        verdict = judgements[name].verdict if p < LEVEL else UNDECIDED
        adjusted[name] = replace(judgements[name], adjusted=p, verdict=verdict)
    return adjusted
