"""The one test of whether two architectures, or two runs of one, differ on a task.

Over seeds: is the mean of the differences of the seeds that both have zero (paired Student's t)?
Over test examples: is the mean of the differences of each example's scores, averaged over those
seeds, zero? The two differ only if both say so, in the same direction: the p-value of a pair is
the larger of the two (intersection-union test, Berger 1982). The p-values of one table are
corrected together (Holm 1979).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, TypeVar

import numpy as np

from reports.analysis.cells import Group
from reports.analysis.results import Results, TaskInfo
from reports.analysis.statistics import Summary, holm, paired, summarize

LEVEL = 0.05
BETTER, WORSE, NOT_SHOWN = "better", "worse", "not shown to differ"
METHOD = (
    "Two architectures differ on a task where both of two tests say so, in the same direction: a "
    "paired t test over the seeds that both have (does it hold for other seeds?) and one over the "
    "test examples, their scores averaged over these seeds (does it hold for other examples?). The "
    "larger p-value counts, after Holm's correction over the comparisons with the best, at "
    f"{LEVEL}.",
    "With one seed only the test over examples is made, and without stored scores of examples only "
    "that over seeds. Test examples that overlap, as windows of a series do, make it too sure.",
    "Otherwise they are not shown to differ, which does not mean that they are equal.",
)
"""The test in plain sentences, for print."""

Name = TypeVar("Name")


@dataclass(frozen=True)
class Difference:
    """One group of seeds minus another on a task.

    ``seeds`` and ``skills`` are over seeds, of the test score and of skill; ``examples`` is over
    test examples, in the unit of what the metric adds up (of an rmse: squared errors).
    """

    seeds: Summary = Summary()
    skills: Summary = Summary()
    examples: Summary = Summary()
    higher_is_better: bool = True
    adjusted: float | None = None
    """The p-value after the correction over all pairs of its table, see `corrected`."""

    @property
    def p(self) -> float | None:
        """The larger p-value; None where there is nothing to test."""
        means = [s.mean for s in (self.seeds, self.examples) if s.p is not None]
        if len(means) == 2 and (means[0] or 0) * (means[1] or 0) < 0:
            return 1.0
        return max((p for s in (self.seeds, self.examples) if (p := s.p) is not None), default=None)

    @property
    def differs(self) -> bool:
        """Whether the two differ, after the correction where there was one."""
        p = self.p if self.adjusted is None else self.adjusted
        return p is not None and p < LEVEL

    @property
    def verdict(self) -> str:
        """How the first does against the other: better, worse, or not shown to differ."""
        if not self.differs:
            return NOT_SHOWN
        return BETTER if ((self.seeds.mean or 0) > 0) == self.higher_is_better else WORSE


def difference(one: Group, other: Group, same_examples: bool = True) -> Difference:
    """Compare two groups of seeds; ``same_examples``: they were tested on the same ones. A seed
    in which both stopped as solved is a tie."""
    records = [c.record for c in (*one.cells, *other.cells) if c.record and c.record.metric]
    tied = {c.seed for c in one.cells if c.solved} & {c.seed for c in other.cells if c.solved}

    def numbers(group: Group, of: str) -> dict[int, float | None]:
        return {c.seed: 0.0 if c.seed in tied else getattr(c, of) for c in group.cells}

    examples = Summary()
    if same_examples:
        ties = {seed: arrays for seed, arrays in one.examples.items() if seed in tied}
        examples = _over_examples(one.examples, other.examples | ties)
    return Difference(
        paired(numbers(one, "score"), numbers(other, "score")),
        paired(numbers(one, "skill"), numbers(other, "skill")),
        examples,
        records[0].higher_is_better if records else True,
    )


def corrected(pairs: Mapping[Name, Difference]) -> dict[Name, Difference]:
    """The pairs with p-values corrected together; those without a p-value stay as they are."""
    known = {name: p for name, pair in pairs.items() if (p := pair.p) is not None}
    adjusted = dict(zip(known, holm(list(known.values())), strict=True))
    return {name: replace(pair, adjusted=adjusted.get(name)) for name, pair in pairs.items()}


def beats_floor(skill: Summary) -> bool:
    """Whether a mean skill is shown to be above 0, the best trivial predictor's."""
    low = skill.mean if skill.low is None else skill.low
    return low is not None and low > 0


@dataclass(frozen=True)
class Standing:
    """The architectures with a score on one task, best mean first; false where there are none."""

    order: tuple[str, ...] = ()
    best: tuple[str, ...] = ()
    """Those that share the best mean, or all solved the task; nearly always one. None where
    nobody learned it within the budget."""
    differences: dict[str, Difference] = field(default_factory=dict)
    """The first minus each other architecture and the best baseline, corrected together."""
    not_learned: tuple[str, ...] = ()
    """Those of which no seed learned it within the budget: neither worse nor alike."""

    def __bool__(self) -> bool:
        return bool(self.order)

    @property
    def worse(self) -> tuple[str, ...]:
        """Those that learned it, and differ from the first."""
        return tuple(a for a in self._others if self.differences[a].differs)

    @property
    def alike(self) -> tuple[str, ...]:
        """Those that learned it, and are not shown to differ from the first, with those that share
        its mean."""
        return tuple(a for a in self._others if not self.differences[a].differs)

    @property
    def _others(self) -> list[str]:
        return [a for a in self.order[1:] if a not in self.not_learned]

    @property
    def tested(self) -> bool:
        """Whether the first is tested against any other architecture."""
        return any(self.differences[a].p is not None for a in self.order[1:])

    @property
    def examples(self) -> int:
        """Test examples that were compared; the most of any pair."""
        return max((d.examples.n for d in self.differences.values()), default=0)


def standing(results: Results, task: TaskInfo) -> Standing:
    """Order on one task by mean test score in the metric's direction, and who differs from the
    best."""
    if task.name not in results.standings:
        scored = {a: g for a, g in results.scored(task).items() if g.score.n}
        groups = {a: g for a, g in scored.items() if a in results.architectures}
        results.standings[task.name] = Standing()
        if groups:
            first, *others = groups
            baseline = results.best_baselines.get(task.name)
            pairs = {a: difference(groups[first], scored[a])
                     for a in (*others, *([baseline] if baseline else []))}  # fmt: skip
            top = groups[first]
            equal = {a for a, g in groups.items() if g.score.mean == top.score.mean}
            solved = {a for a, g in groups.items() if g.solved and top.solved}
            lost = tuple(a for a, g in groups.items() if g.learned is False)
            some = len(lost) < len(groups)
            best = tuple(a for a in groups if some and a in equal | solved)
            results.standings[task.name] = Standing(tuple(groups), best, corrected(pairs), lost)
    return results.standings[task.name]


def all_pairs(results: Results, task: TaskInfo) -> dict[tuple[str, str], Difference]:
    """Each two of a task's architectures, the better one first. Only the comparisons with the
    best are corrected: the others are no part of any statement."""
    known, groups = standing(results, task), results.groups
    return {
        (a, b): known.differences[b] if a == known.order[0]
        else difference(groups[task.name, a], groups[task.name, b])
        for a, b in combinations(known.order, 2)
    }  # fmt: skip


def _over_examples(
    one: Mapping[int, tuple[Any, Any]], other: Mapping[int, tuple[Any, Any]]
) -> Summary:
    """The difference of two ratios of sums, scores to weights, with the interval of its linear
    terms (Cochran 1977). Empty where no seed has scores of both on the same examples."""
    seeds = sorted(one.keys() & other.keys())
    weights = [side[seed][1] for side in (one, other) for seed in seeds]
    if not seeds or any(not np.array_equal(weights[0], w) for w in weights):
        return Summary()
    share = np.asarray(weights[0], float) / np.mean(weights[0])
    terms = np.mean([one[s][0] - other[s][0] for s in seeds], 0) / np.mean(weights[0])
    mean = float(terms.mean())
    # Where the two differ on few examples Student's t is too sure: p is never below the smallest
    # that exchanging the two on each of these could give (Fisher 1935).
    least = min(1.0, 2.0 ** (1 - np.count_nonzero(terms)))
    return replace(summarize(terms - mean * (share - 1)), mean=mean, least=least)
