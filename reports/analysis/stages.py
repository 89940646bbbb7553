"""Seeds added in stages where a statement is open: what is settled at which look, at what level.

A statement is tested at 10 seeds; if it is open, again at 20, and at 40. Looking three times at
one level would make it three chances to err. So each look may spend a part of the level (Lan and
DeMets 1983): alpha * log(1 + (e - 1) * share of the seeds), their function of Pocock's type. Of
O'Brien and Fleming's type next to nothing would be spent at 10 seeds: in a family of 40 not even
10 of 10 seeds against 0 of 10 would be settled there, and stages would save nothing. As it is,
success rates of 10 seeds can settle a statement, and permutations of 10 cannot: docs/coverage.md.

Critical p-values follow from what is spent: test statistics of the looks i < j are normal under
the null hypothesis, with correlation sqrt(n_i / n_j), and the chance to first pass at a look is
integrated look by look (Armitage, McPherson and Rowe 1969; Jennison and Turnbull 2000, ch. 19).
Exact tests are discrete, and so spend less.

Over a family: a statement's **sequential p-value** is the smallest level at which one of the looks
so far would have settled it (Liu and Anderson 2008; the smallest of Jennison and Turnbull's
repeated p-values, 2000, ch. 9). However and whenever a statement's looks end, it is at most alpha
with chance at most alpha if the statement is false. Holm asks no more of its p-values, and what
it rejects it still rejects when others fall: so Holm over sequential p-values keeps the level of
the family at each look and over all of them (Glimm, Maurer and Bretz 2010; Maurer and Bretz 2013).
A statement that is not measured counts as p = 1. Never drop a look's p-value that was seen.

p-values are those of all seeds so far, each look's seeds among the next one's. Where a statement
can be supported or refuted, give twice the smaller of the two one-sided p-values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from reports.analysis.statistics import holm

LOOKS = (10, 20, 40)
"""Seeds at each look."""
LEVEL = 0.05
SMALLEST = 1e-12
"""Level below which none is sought: no sequential p-value is smaller."""
LEVELS = 61
"""Levels from there to 1 at which critical p-values are computed; between them a cubic that rises
as they do is off by less than a hundred-thousandth."""
NODES = 96


@dataclass(frozen=True)
class Stage:
    """Where a statement stands. ``looks``: how many were done."""

    looks: int
    p: float
    """Its sequential p-value, of all looks so far; 1 before the first."""
    adjusted: float
    """The same after Holm over the family."""
    settled: bool
    """``adjusted`` is at most the family's level; else it is open."""
    at: int | None
    """Seeds at the look that settles it, as the family now stands; None while it is open."""
    level: float
    """Of the family's level, what Holm leaves for this statement."""
    critical: tuple[float, ...]
    """The largest p-value that settles it at each look, at that level."""
    seeds: int | None
    """Seeds to have at the next look; None where it is settled or there is none."""


def stages(
    looks: Mapping[str, Sequence[float]], level: float = LEVEL, seeds: tuple[int, ...] = LOOKS
) -> dict[str, Stage]:
    """What is settled of a family of statements. looks: of **every** statement of the family the
    p-values at the looks done so far, none if it was not measured. seeds: at each look planned.

    Raises ValueError on more looks than planned, or on what is no p-value.
    """
    p = {name: sequential_p(of, seeds) for name, of in looks.items()}
    adjusted = dict(zip(p, holm(list(p.values())), strict=True))
    order = sorted(p, key=lambda name: p[name])
    left = len([name for name in order if adjusted[name] <= level])
    found = {}
    for rank, name in enumerate(order):
        settled, done = adjusted[name] <= level, len(looks[name])
        share = level / (len(order) - min(rank, left))
        limits = critical(share, seeds)
        passed = (n for n, q, limit in zip(seeds, looks[name], limits, strict=False) if q <= limit)
        following = None if settled or done == len(seeds) else seeds[done]
        at = next(passed, seeds[done - 1]) if settled else None
        found[name] = Stage(done, p[name], adjusted[name], settled, at, share, limits, following)
    return {name: found[name] for name in looks}


def sequential_p(pvalues: Sequence[float], seeds: tuple[int, ...] = LOOKS) -> float:
    """The smallest level at which one of the looks so far settles a statement; 1 without looks."""
    if len(pvalues) > len(seeds):
        raise ValueError(f"{len(pvalues)} looks, of {len(seeds)} planned")
    if wrong := [p for p in pvalues if not 0 <= p <= 1]:
        raise ValueError(f"no p-value: {wrong[0]}")
    found = [
        math.exp(float(level(min(max(math.log(max(p, SMALLEST)), level.x[0]), level.x[-1]))))
        for p, level in zip(pvalues, _levels(seeds), strict=False)
        if math.log(max(p, SMALLEST)) < level.x[-1]
    ]
    return min(found, default=1.0)


def spent(level: float, share: float) -> float:
    """How much of a level may be spent when this share of the seeds is there."""
    return level * math.log1p((math.e - 1) * share)


@cache
def critical(level: float, seeds: tuple[int, ...] = LOOKS) -> tuple[float, ...]:
    """The largest p-value that settles a statement at each look."""
    from scipy.optimize import brentq
    from scipy.special import ndtr

    # Of the sum of n standard normal values, a look's statistic times sqrt(n): its density over
    # the sums that passed at no look so far, at nodes with weights.
    at, mass = np.zeros(1), np.ones(1)
    limits, so_far, before = [], 0.0, 0
    for n in seeds:
        share, step = spent(level, n / seeds[-1]), math.sqrt(n - before)

        def excess(
            z: float, at: Any = at, mass: Any = mass, n: int = n, step: float = step,
            rest: float = share - so_far,
        ) -> float:  # fmt: skip
            return float(mass @ ndtr((at - z * math.sqrt(n)) / step)) - rest

        z = brentq(excess, -9.0, 40.0, xtol=1e-13)
        limits.append(float(ndtr(-z)))
        nodes, weights = _nodes()
        low, high = -9.0 * math.sqrt(n), z * math.sqrt(n)
        new = (high - low) / 2 * nodes + (high + low) / 2
        density = np.exp(-0.5 * ((new[:, None] - at) / step) ** 2) / step / math.sqrt(2 * math.pi)
        at, mass = new, density @ mass * weights * (high - low) / 2
        so_far, before = share, n
    return tuple(limits)


@cache
def _levels(seeds: tuple[int, ...]) -> tuple[Any, ...]:
    """For each look, the logarithm of the level as a function of that of the critical p-value."""
    from scipy.interpolate import PchipInterpolator

    levels = np.geomspace(SMALLEST, 0.999, LEVELS)
    limits = np.log([critical(float(level), seeds) for level in levels])
    return tuple(PchipInterpolator(of_look, np.log(levels)) for of_look in limits.T)


@cache
def _nodes() -> tuple[Any, Any]:
    return np.polynomial.legendre.leggauss(NODES)
