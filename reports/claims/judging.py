"""How numbers decide the statements of a claim.

Each function here makes a `Measured` of what the records say of one statement: a test that it holds
and one that it does not, an effect, and the rows of a figure. Seeds that solve a task or do not
are compared by exact tests, other numbers by permutation tests over seeds. What was counted or
computed has no p-value: it holds or it does not. `reports.claims.trial` tests the statements of
all claims as one family.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from reports.analysis import exact, permutation
from reports.analysis.evidence import BySeed
from reports.analysis.statistics import summarize
from reports.figures import forest, lines
from reports.figures.forest import Effect, Row
from reports.figures.style import Drawing

Solved = Mapping[int, bool]
"""By seed, whether it solved a task. One that did not learn, or diverged, did not."""


Test = Callable[..., "Measured"]
"""Of a label, numbers by seed, a threshold and a unit."""

QUARTER = 0.25
"""Of the seeds: how far two success rates have to lie apart, where none less matters. That rates
are no further apart, 40 seeds can show; of a tenth they could not."""


@dataclass(frozen=True)
class Statement:
    """One thing that a claim says, with its threshold, in words that were stated before its
    records were made. ``exact``: it is counted or computed, not sampled."""

    text: str
    exact: bool = False


@dataclass(frozen=True)
class Measured:
    """What the records say of a statement."""

    p_for: float = 1.0
    """One-sided: the chance of such records, or stronger ones, if the statement did not hold."""
    p_against: float = 1.0
    """The same if it did."""
    holds: bool | None = None
    """Of what is exact; None of what is sampled, and where it is left open."""
    effect: Effect = Effect()
    """The headline number; of what is exact ``n`` things were counted."""
    unit: str = ""
    rows: tuple[Row, ...] = ()
    """What was compared."""
    table: tuple[tuple[str, ...], ...] = ()
    """Of what is exact: the heads and the rows."""
    note: str = ""
    """What was left out, or not learned."""

    @property
    def p(self) -> float:
        """Two-sided, as a statement may be supported or refuted."""
        return min(1.0, 2 * min(self.p_for, self.p_against))

    def with_(self, **fields: object) -> Self:
        """With another effect, unit or note."""
        return replace(self, **fields)  # type: ignore[arg-type]


# -- scores, seconds and other numbers: permutation tests -----------------------------------------


def mean_above(label: str, values: BySeed, threshold: float = 0.0, unit: str = "") -> Measured:
    """The mean over seeds lies above a threshold."""
    mean = _mean(values)
    return Measured(
        permutation.above(values.values(), threshold),
        permutation.above((-values).values(), -threshold),
        effect=mean, unit=unit, rows=(Row(label, values, mean, (threshold, math.inf)),),
    )  # fmt: skip


def mean_below(label: str, values: BySeed, threshold: float = 0.0, unit: str = "") -> Measured:
    """The mean over seeds lies below a threshold."""
    turned, mean = mean_above(label, -values, -threshold), _mean(values)
    row = Row(label, values, mean, (-math.inf, threshold))
    return turned.with_(effect=mean, unit=unit, rows=(row,))


def mean_within(label: str, values: BySeed, margin: float, unit: str = "") -> Measured:
    """The mean over seeds lies within a margin of 0: two one-sided tests (Schuirmann 1987)."""
    above, below = (permutation.above(v.values(), margin) for v in (values, -values))
    mean = _mean(values)
    return Measured(
        permutation.equivalent(values.values(), margin), min(1.0, 2 * min(above, below)),
        effect=mean, unit=unit, rows=(Row(label, values, mean, (-margin, margin)),),
    )  # fmt: skip


def mean_of(test: Test, of: Mapping[str, BySeed], threshold: float, unit: str = "") -> Measured:
    """One of the tests above, of the mean over several, which are told beside it."""
    each = [test(label, values, threshold, unit) for label, values in of.items()]
    mean = test("mean of these", mean_over(of.values()), threshold, unit)
    return mean.with_(rows=tuple(row for m in (*each, mean) for row in m.rows))


# -- solved or not: exact tests -------------------------------------------------------------------


def more_than_half(label: str, solved: Solved) -> Measured:
    """More than half of the seeds solve a task: the binomial test."""
    of = exact.rate(solved.values())
    row = _row(label, solved, (0.5, math.inf))
    return Measured(
        exact.against(of, 0.5, "greater"), exact.against(of, 0.5, "less"),
        effect=row.effect, unit="of seeds solve it", rows=(row,),
    )  # fmt: skip


def fewer_than_half(label: str, solved: Solved) -> Measured:
    """Fewer than half of the seeds solve a task."""
    above, row = more_than_half(label, solved), _row(label, solved, (-math.inf, 0.5))
    return above.with_(p_for=above.p_against, p_against=above.p_for, rows=(row,))


def rate_higher(
    labels: tuple[str, str], one: Solved, other: Solved, by: float | None = None
) -> Measured:
    """More seeds of one than of the other solve a task, or more by so large a share (below 0: not
    fewer by as much). Their initial weights are unrelated, so that their seeds are two samples:
    Boschloo's test, or Chan's. Without ``by`` it is refuted only if fewer do."""
    a, b = exact.rate(one.values()), exact.rate(other.values())
    told = _difference(labels, one, other)
    if by is None:
        return told.with_(
            p_for=exact.boschloo(a, b, "greater"), p_against=exact.boschloo(a, b, "less")
        )
    return told.with_(p_for=exact.higher(a, b, by), p_against=exact.higher(b, a, -by))


def rates_alike(labels: tuple[str, str], one: Solved, other: Solved) -> Measured:
    """The shares of seeds that solve a task lie within a quarter of each other."""
    a, b = exact.rate(one.values()), exact.rate(other.values())
    apart = min(exact.higher(a, b, QUARTER), exact.higher(b, a, QUARTER))
    return _difference(labels, one, other).with_(
        p_for=exact.equivalent(a, b, QUARTER), p_against=min(1.0, 2 * apart)
    )


def rate_lower_of_pairs(labels: tuple[str, str], one: Solved, other: Solved) -> Measured:
    """Fewer seeds of one than of the other end so, where the same seed has the same initial
    weights in both: McNemar's test."""
    return _difference(labels, one, other).with_(
        p_for=exact.mcnemar(one, other, "less"), p_against=exact.mcnemar(one, other, "greater")
    )


def share_above(label: str, share: float, n: int, threshold: float, unit: str = "") -> Measured:
    """The share of n things that are not seeds lies above a threshold: the binomial test."""
    of = exact.rate(number < round(share * n) for number in range(n))
    effect = Effect(of.n, of.share, of.low, of.high)
    return Measured(
        exact.against(of, threshold, "greater"), exact.against(of, threshold, "less"),
        effect=effect, unit=unit, rows=(Row(label, {0: share}, effect, (threshold, math.inf)),),
    )  # fmt: skip


def pooled(several: Iterable[Solved]) -> Solved:
    """The seeds of several networks as one sample. Where one solves more than another their sum
    varies less than the binomial test reckons with (Hoeffding 1956), which errs on the safe
    side."""
    return dict(enumerate(done for solved in several for done in solved.values()))


# -- several at once, and what is exact -----------------------------------------------------------


def all_of(measured: Iterable[Measured]) -> Measured:
    """Each of several holds: an intersection-union test (Berger 1982), which needs no correction.
    Refuted if one of them fails (Simes 1986). The effect is that of the least certain; of rows with
    the same label the last is told."""
    kept = list(measured)
    if not kept:
        return Measured()
    against = sorted(m.p_against for m in kept)
    one = min(p * len(against) / rank for rank, p in enumerate(against, 1))
    return replace(
        max(kept, key=lambda m: m.p_for),
        p_for=max(m.p_for for m in kept), p_against=one,
        rows=tuple({row.label: row for m in kept for row in m.rows}.values()),
        note=" ".join(m.note for m in kept if m.note),
    )  # fmt: skip


def exactly(
    holds: bool, effect: float, unit: str, n: int, table: Sequence[tuple[str, ...]] = ()
) -> Measured:
    """What was counted or computed: ``n`` things. ``table``: the heads and the rows."""
    return Measured(holds=holds, effect=Effect(n, effect), unit=unit, table=tuple(table))


# -- what decides nothing -------------------------------------------------------------------------


def undecided(measured: Measured, why: str) -> Measured:
    """What is shown and decides nothing, with the reason."""
    note = " ".join(text for text in (measured.note, f"Left open: {why}.") if text)
    return measured.with_(p_for=1.0, p_against=1.0, holds=None, note=note)


def needs_learned(measured: Measured, solved: Solved, what: str) -> Measured:
    """Left open unless at least half of the seeds of what is compared with learn: where nothing
    was learned within the budget, neither does a likeness support nor a lack of one refute."""
    done, n = sum(solved.values()), len(solved)
    if n and 2 * done >= n:
        return measured
    return undecided(measured, f"{what} is learned by {done} of {n} seeds, fewer than half")


def needs_failures(measured: Measured, several: Iterable[Solved], what: str) -> Measured:
    """Left open where all seeds learn, so that nothing could be better."""
    if all(pooled(several).values()):
        return undecided(measured, f"{what} is learned by all seeds")
    return measured


def needs_clipping(measured: Measured, share: float, least: float) -> Measured:
    """Left open where clipping acted in too few updates to show what it does."""
    told = f"The gradient was clipped in {share:.1%} of the updates."
    noted = measured.with_(note=" ".join(text for text in (measured.note, told) if text))
    return noted if share >= least else undecided(noted, f"that is less than {least:.0%}")


# -- numbers by seed ------------------------------------------------------------------------------


def doublings(one: BySeed, other: BySeed) -> BySeed:
    """How many times one is other, as a base-2 logarithm: 1 is twice as much."""
    both = [s for s in one if one[s] > 0 and other.get(s, 0) > 0]
    return BySeed({seed: math.log2(one[seed] / other[seed]) for seed in both})


def mean_over(numbers: Iterable[BySeed]) -> BySeed:
    """The mean of several numbers, for the seeds that have all of them."""
    kept = list(numbers)
    seeds = set.intersection(*map(set, kept)) if kept else set()
    return BySeed({seed: sum(of[seed] for of in kept) / len(kept) for seed in sorted(seeds)})


Draw = Callable[[str], Drawing | None]
"""Makes a figure with this name."""


def along(panels: Sequence[lines.Panel], scale: lines.Scale) -> Draw:
    """A claim drawn as lines, where its rows say less."""
    return lambda name: lines.draw(name, panels, scale)


def as_rows(measured: Iterable[Measured], axis: str = "") -> Draw:
    """The rows of all statements, with their intervals."""
    kept = list(measured)
    rows = [row for m in kept for row in m.rows]
    unit = axis or next((m.unit for m in kept if m.rows), "")
    return lambda name: forest.draw(name, rows, unit)


def _mean(values: BySeed) -> Effect:
    mean = summarize(values)
    return Effect(mean.n, mean.mean, mean.low, mean.high)


def _difference(labels: tuple[str, str], one: Solved, other: Solved) -> Measured:
    """Two success rates, beside each other; nothing is tested yet."""
    a, b = exact.rate(one.values()), exact.rate(other.values())
    more = None if a.share is None or b.share is None else a.share - b.share
    return Measured(
        effect=Effect(min(a.n, b.n), more), unit="of seeds more",
        rows=tuple(_row(label, of) for label, of in zip(labels, (one, other), strict=True)),
    )  # fmt: skip


def _row(label: str, solved: Solved, side: tuple[float, float] = forest.ANYWHERE) -> Row:
    of = exact.rate(solved.values())
    effect = Effect(of.n, of.share, of.low, of.high) if of.n else Effect()
    return Row(label, {seed: float(done) for seed, done in solved.items()}, effect, side)
