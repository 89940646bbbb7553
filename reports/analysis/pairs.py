"""Two architectures, or two runs of one, told apart: over seeds, and over test examples.

Over seeds, the mean of the differences of the seeds that both have is asked for its 95 % interval
(paired Student's t): does it hold for other seeds? Over test examples the same is asked of the
differences of the scores of each example, averaged over those seeds first: does it hold for other
examples? A difference counts only if both say so, so the p-value of a pair is the larger of the
two (the intersection-union test, Berger 1982). With one seed only the second is asked, without
stored scores of examples only the first. Test examples that overlap, as windows of a series do,
make the second interval too narrow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from harness.experiment.store import Store
from reports.analysis import statistics
from reports.analysis.results import Group
from reports.analysis.statistics import CONFIDENCE, Summary, paired, summarize

Name = TypeVar("Name")


@dataclass(frozen=True)
class Pair:
    """The differences between two groups of seeds, one minus other.

    ``seeds`` and ``skills`` are of the test score and of skill, over seeds. ``examples`` is over
    test examples, in the unit of what the metric adds up (squared errors, where that is a root).
    """

    seeds: Summary
    skills: Summary
    examples: Summary
    adjusted: float | None = None
    """The p-value after Holm's correction over all pairs of its table."""

    @property
    def p(self) -> float | None:
        """The larger p-value; None where there is nothing to test."""
        found = [p for s in (self.seeds, self.examples) if (p := p_value(s)) is not None]
        return max(found, default=None)

    @property
    def apart(self) -> bool:
        """Whether the two are told apart, after the correction where there is one."""
        p = self.p if self.adjusted is None else self.adjusted
        return p is not None and p < 1 - CONFIDENCE


def pair(one: Group, other: Group, store: Store, others: Store | None = None,
         same_examples: bool = True) -> Pair:  # fmt: skip
    """Compare two groups; ``others`` is where the second one's records are, if elsewhere."""
    seeds = paired(_by_seed(one, "score"), _by_seed(other, "score"))
    skills = paired(_by_seed(one, "skill"), _by_seed(other, "skill"))
    examples = Summary()
    if same_examples:
        examples = _over_examples(per_example(store, one), per_example(others or store, other))
    return Pair(seeds, skills, examples)


def holm(pairs: Mapping[Name, Pair]) -> dict[Name, Pair]:
    """The same pairs with their p-values corrected together (Holm 1979); those without one are
    left as they are."""
    known = {name: p for name, pair in pairs.items() if (p := pair.p) is not None}
    adjusted = dict(zip(known, statistics.holm(list(known.values())), strict=True))
    return {name: replace(pair, adjusted=adjusted.get(name)) for name, pair in pairs.items()}


def p_value(differences: Summary) -> float | None:
    """Two-sided Student's t-test of a mean difference against zero; None without an interval."""
    from scipy.special import stdtr  # scipy.stats takes a second to import, this does not

    mean, error = differences.mean, differences.error
    if mean is None or error is None:
        return None
    if not error:
        return 1.0 if not mean else 0.0
    return 2 * float(stdtr(differences.freedom, -abs(mean) / error))


def p_text(value: float) -> str:
    """Three decimals, or that it is below what they show."""
    return f"{value:.3f}" if value >= 0.001 else "<0.001"


def per_example(store: Store, group: Group) -> dict[int, tuple[Any, Any]]:
    """Score and weight of each test example, by seed: two arrays ``(examples,)``."""
    found = {}
    for cell in group.cells:
        arrays = {} if cell.hole else store.per_example(cell.id)
        if {"score", "weight"} <= arrays.keys():
            found[cell.seed] = arrays["score"], arrays["weight"]
    return found


def _by_seed(group: Group, number: str) -> dict[int, float | None]:
    return {cell.seed: getattr(cell, number) for cell in group.cells}


def _over_examples(
    one: Mapping[int, tuple[Any, Any]], other: Mapping[int, tuple[Any, Any]]
) -> Summary:
    """Empty where no seed has the scores of both, or they are not of the same examples."""
    import numpy as np

    seeds = sorted(one.keys() & other.keys())
    weights = [side[seed][1] for side in (one, other) for seed in seeds]
    if not seeds or any(not np.array_equal(weights[0], w) for w in weights):
        return Summary()
    differences = np.mean([one[seed][0] - other[seed][0] for seed in seeds], 0)
    return summarize(differences / np.mean(weights[0]))
