"""Two architectures over test examples, over both seeds and examples, and the best of several."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from reports.analysis.difference import Difference, corrected
from reports.analysis.statistics import paired
from reports.analysis.two_level import TwoLevel, two_level
from simulated.samples import LEVEL, SAMPLES, Case, Rng

EXAMPLES = 100
NUMBERS = (2, 3, 5, 10, 20)
JOINT = "two alike: t test over seeds and test examples"
ALIKE = 0.45
"""Standard deviation of what examples do, at which 100 of them vary a mean as 10 seeds do."""
Draw = Callable[[Rng, int], Any]


def _examples(draw: Draw) -> Callable[[Rng, int], bool]:
    """One seed, n examples; draw gives the scores of two."""

    def errs(rng: Rng, n: int) -> bool:
        (a, b), weight = draw(rng, n)
        return (two_level({0: (a, weight)}, {0: (b, weight)}).examples.p or 1) <= LEVEL

    return errs


def _of_words(rng: Rng, n: int) -> Any:
    weight = rng.integers(1, 30, n)
    return rng.binomial(weight, 0.7, (2, n)), weight


def _seeds_and_examples(name: str, of_example: float) -> Callable[[Rng, int], bool]:
    return lambda rng, n: _over_both(_crossed(rng, n, name, of_example)).differs


def _crossed(rng: Rng, n: int, name: str, of_example: float) -> Any:
    """Differences ``(seeds, examples)`` of two alike: what the seed does to all examples, plus what
    the example does to all seeds, plus noise."""
    s = SAMPLES[name]
    noise = rng.normal(0, 0.3, (n, EXAMPLES)) + rng.normal(0, of_example, EXAMPLES)
    return s.draw(rng, (n, 1)) - s.draw(rng, (n, 1)) + noise


def _both(rng: Rng, n: int) -> bool:
    """A paired t test over seeds, and one over examples, of the same differences."""
    scores = _crossed(rng, n, "normal", ALIKE)
    found = _two_level(scores)
    return max(found.seeds.p or 0, found.examples.p or 0) <= LEVEL


def _rare(rng: Rng, n: int) -> bool:
    solves = np.where(rng.random((n, 1)) < 0.9, 0.99, 0.1)
    scores = (rng.random((2, n, EXAMPLES)) < [np.full((n, 1), 0.99), solves]) * 1.0
    found = _two_level(scores[0] - scores[1])
    return abs((found.mean or 0) - 0.089) > (found.half or 0)


def _over_both(scores: Any) -> Difference:
    return Difference(both=_two_level(scores))


def _two_level(scores: Any) -> TwoLevel:
    weight = np.ones(EXAMPLES)
    one = {seed: (of_seed, weight) for seed, of_seed in enumerate(scores)}
    return two_level(one, {seed: (np.zeros(EXAMPLES), weight) for seed in one})


def _best(count: int, whole: bool) -> Callable[[Rng, int], bool]:
    """``count`` architectures that are all the same; whole: all pairs are corrected together, not
    those with the best alone."""

    def errs(rng: Rng, n: int) -> bool:
        scores = SAMPLES["normal"].draw(rng, (count, n))
        order = np.argsort(-scores.mean(1))
        pairs = combinations(order, 2) if whole else ((order[0], b) for b in order[1:])
        found = {(a, b): _difference(scores[a], scores[b]) for a, b in pairs}
        return any(d.differs for (a, _), d in corrected(found).items() if a == order[0])

    return errs


def _best_over_both(rng: Rng, n: int) -> bool:
    """Six that are all the same, over seeds and test examples, all pairs corrected together."""
    scores = SAMPLES["normal"].draw(rng, (6, n, 1)) + rng.normal(0, ALIKE, (6, n, EXAMPLES))
    order = np.argsort(-scores.mean((1, 2)))
    found = {(a, b): _over_both(scores[a] - scores[b]) for a, b in combinations(order, 2)}
    return any(d.differs for (a, _), d in corrected(found).items() if a == order[0])


def _difference(a: Any, b: Any) -> Difference:
    by_seed = (dict(enumerate(map(float, x))) for x in (a, b))
    return Difference(paired(*by_seed))


CASES = [
    *(
        Case("two alike: t test over test examples, one seed", f"{name}; n examples",
             _examples(draw), 20, of=(20, 100, 1000), runs=1500)
        for name, draw in {
            "normal": lambda rng, n: (rng.normal(size=(2, n)), np.ones(n)),
            "very skewed": lambda rng, n: (rng.lognormal(size=(2, n)), np.ones(n)),
            "80 % right": lambda rng, n: ((rng.random((2, n)) < 0.8) * 1.0, np.ones(n)),
            "97 % right": lambda rng, n: ((rng.random((2, n)) < 0.97) * 1.0, np.ones(n)),
            "70 % of 1 to 29 words right": _of_words,
        }.items()
    ),
    *(
        Case(JOINT, name,
             _seeds_and_examples(name, of_example), 3 if "50 %" in name else 2,
             of=NUMBERS, runs=2000)
        for name, of_example in dict.fromkeys(SAMPLES, 0.02).items()
    ),
    Case(JOINT, "normal, examples vary most",
         _seeds_and_examples("normal", 2.0), 2, of=NUMBERS, runs=2000),
    Case(JOINT, "normal, examples vary as much",
         _seeds_and_examples("normal", ALIKE), 2, of=NUMBERS, runs=2000),
    Case("two alike: both of two t tests, over seeds and over test examples",
         "normal, examples vary as much", _both, None, of=(5, 10), runs=1000),
    Case("a difference, not shown: t over seeds and test examples",
         "all of one solve, 90 % of the other", _rare, None, of=(3, 5, 10), runs=400),
    *(
        Case(f"best of {count}, all alike: {how}", "normal", _best(count, whole), holds,
             runs=1000, of=(3, 10))
        for how, whole, of_count in (
            ("Holm over the pairs with the best", False, ((3, 3), (6, None), (10, None))),
            ("Holm over all pairs", True, ((3, 3), (6, 3), (10, 3))),
        )
        for count, holds in of_count
    ),
    Case("best of 6, all alike: Holm over all pairs", "over seeds and test examples",
         _best_over_both, 2, runs=1000, of=(2, 3, 5, 10)),
]  # fmt: skip
