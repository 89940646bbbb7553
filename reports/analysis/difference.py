"""The one test of whether two architectures, or two runs of one, differ on a task.

It is one test over seeds and test examples together (`two_level.py`). With one seed it is that over
examples, and without stored scores of examples that over seeds; or, on tasks that seeds solve or do
not, Boschloo's exact test of how many do. The p-values of one table are corrected together (Holm
1979): those of all pairs of a task's architectures, for the best is found on the scores by which it
is compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from typing import TypeVar

from reports.analysis.cells import Group
from reports.analysis.exact import boschloo
from reports.analysis.results import Results, TaskInfo
from reports.analysis.solved import shown
from reports.analysis.statistics import Summary, holm, paired, summarize
from reports.analysis.two_level import TwoLevel, two_level

LEVEL = 0.05
BETTER, WORSE, NOT_SHOWN = "better", "worse", "not shown to differ"
METHOD = (
    "Two architectures differ on a task where a t test over seeds and test examples together says "
    "so: it asks whether the difference would hold with other seeds and other examples (Banerjee "
    "1961). p-values have Holm's correction over all pairs of the models of a task, at "
    f"{LEVEL}: the best is found on the scores by which it is compared.",
    "With one seed it is a t test over examples alone, and without stored scores of examples one "
    "over seeds alone or, where seeds solve a task or do not, Boschloo's exact test of how many "
    "do. With fewer than three seeds it says little of other seeds where they solve a task or do "
    "not. Test examples that overlap, as windows of a series do, make it too sure.",
    "Otherwise they are not shown to differ, which does not mean that they are equal: with three "
    "seeds and many pairs even a large difference may not be shown.",
)
"""The test in plain sentences, for print."""

Name = TypeVar("Name")


@dataclass(frozen=True)
class Difference:
    """One group of seeds minus another on a task.

    ``seeds`` and ``skills`` are over seeds, of the test score and of skill; ``both`` is over seeds
    and test examples. On tasks that seeds solve or do not, no mean over seeds has an interval.
    """

    seeds: Summary = Summary()
    skills: Summary = Summary()
    both: TwoLevel = TwoLevel()
    higher_is_better: bool = True
    exact: float | None = None
    """P-value that one solves the task in more seeds, where scores of examples are not stored."""
    adjusted: float | None = None
    """The p-value after the correction over all pairs of its table, see `corrected`."""

    @cached_property
    def p(self) -> float | None:
        """The p-value; None where there is nothing to test."""
        if self.exact is not None:
            return self.exact
        for tested in (self.both, self.examples, self.seeds):
            if (p := tested.p) is not None:
                # As may be of an rmse, whose root is over seeds, its squares over examples.
                opposite = (tested.mean or 0) * (self.seeds.mean or 0) < 0
                return 1.0 if opposite else p
        return None

    @property
    def examples(self) -> Summary:
        """Over test examples alone, in what the metric adds up (of an rmse: squared errors)."""
        return self.both.examples

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
    """Compare two groups of seeds; ``same_examples``: they were tested on the same ones. A seed in
    which both came to the ceiling is a tie."""
    records = [c.record for c in (*one.cells, *other.cells) if c.record and c.record.metric]
    both = TwoLevel()
    if same_examples:
        tied = _tied(one, other)
        ties = {seed: arrays for seed, arrays in one.examples.items() if seed in tied}
        both = two_level(one.examples, other.examples | ties)
    seeds = ahead(one, other, "score")
    counted = (one.binary or other.binary) and not both.examples.n and seeds.n > 1
    return Difference(
        seeds,
        ahead(one, other),
        both,
        records[0].higher_is_better if records else True,
        _in_solved(one, other) if counted else None,
    )


def ahead(one: Group, other: Group, of: str = "skill") -> Summary:
    """By how much the first has more of something than the other, over the seeds that both have."""
    tied = _tied(one, other)

    def numbers(group: Group) -> dict[int, float | None]:
        return {c.seed: 0.0 if c.seed in tied else getattr(c, of) for c in group.cells}

    return shown(paired(numbers(one), numbers(other)), one.binary or other.binary)


def _tied(one: Group, other: Group) -> frozenset[int]:
    return one.reached & other.reached


def _in_solved(one: Group, other: Group) -> float | None:
    """P-value that the success rates differ; 1 where the mean skills say the opposite."""
    (a, b), skills = (one.rate, other.rate), (one.skill.mean, other.skill.mean)
    if a.share is None or b.share is None or None in skills:
        return None
    ahead = (skills[0] or 0) - (skills[1] or 0)
    return boschloo(a, b) if (a.share - b.share) * ahead >= 0 else 1.0


def corrected(pairs: Mapping[Name, Difference]) -> dict[Name, Difference]:
    """The pairs with p-values corrected together; those without a p-value stay as they are."""
    known = {name: p for name, pair in pairs.items() if (p := pair.p) is not None}
    adjusted = dict(zip(known, holm(list(known.values())), strict=True))
    return {name: replace(pair, adjusted=adjusted.get(name)) for name, pair in pairs.items()}


def beats_floor(group: Group) -> bool:
    """Whether a mean skill is shown to be above 0, the best trivial predictor's: by Student's t
    over seeds or, on a task that seeds solve or do not, by a seed that solved it."""
    if group.binary and group.rate.solved:
        return True
    skill = summarize(cell.skill for cell in group.cells)
    sure = not skill.error or skill.p is None or skill.p < LEVEL
    return skill.mean is not None and skill.mean > 0 and sure


@dataclass(frozen=True)
class Standing:
    """The architectures with a score on one task, best mean first; false where there are none."""

    order: tuple[str, ...] = ()
    best: tuple[str, ...] = ()
    """Those that share the best mean, or all solved the task; nearly always one. None where
    nobody learned it within the budget."""
    pairs: dict[tuple[str, str], Difference] = field(default_factory=dict)
    """Each two of them, the better one first, and each with the best baseline, corrected
    together."""
    not_learned: tuple[str, ...] = ()
    """Those of which no seed learned it within the budget: neither worse nor alike."""

    @cached_property
    def differences(self) -> dict[str, Difference]:
        """The first minus each other architecture and the best baseline."""
        return {b: pair for (a, b), pair in self.pairs.items() if a == self.order[0]}

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
            top = next(iter(groups.values()))
            names = (*groups, *filter(None, [results.best_baselines.get(task.name)]))
            pairs = {(a, b): difference(scored[a], scored[b]) for a, b in combinations(names, 2)}
            equal = {a for a, g in groups.items() if g.score.mean == top.score.mean}
            solved = {a for a, g in groups.items() if g.at_ceiling and top.at_ceiling}
            lost = tuple(a for a, g in groups.items() if g.learned is False)
            some = len(lost) < len(groups)
            best = tuple(a for a in groups if some and a in equal | solved)
            results.standings[task.name] = Standing(tuple(groups), best, corrected(pairs), lost)
    return results.standings[task.name]
