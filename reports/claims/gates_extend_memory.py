"""LSTM and GRU capture longer dependencies than the plain recurrent network.

Source: Hochreiter and Schmidhuber 1997 (Long short-term memory, Neural Computation); Cho et al.
2014 (Learning phrase representations using RNN encoder-decoder, EMNLP).
"""

from reports.analysis.evidence import Evidence
from reports.claims import horizons
from reports.claims.by_seed import BySeed, differences, mean_over, times
from reports.claims.judging import Comparison, Judgement, rule
from reports.claims.parts import HORIZON
from reports.figures.style import Drawing
from reports.formats import estimate, listed

PLAIN, UNIFORM, GATED = "rnn", "rnn[start=uniform]", ("lstm", "gru")
NAMES = {PLAIN: "RNN", UNIFORM: "RNN, uniform start", "lstm": "LSTM", "gru": "GRU"}
CELLS = (HORIZON,)

LONGER = 0.5
"""Doublings: half a step of the grid, whose lags are 2 or 2.5 times the one before."""
CRITERION = (
    "On each of recall, adding and copy, the memory horizon of the LSTM and that of the GRU are "
    f"longer than the RNN's by more than {LONGER:g} doublings, half a step of the grid of lags, in "
    "the mean over seeds. A task on which no seed of either learns even the shortest lag, or all "
    "of both the longest, is left out: it cannot show a difference. The RNN starts from an "
    "orthogonal matrix."
)


def judge(evidence: Evidence) -> Judgement:
    tasks = horizons.tasks(evidence)
    pairs = [(t, a) for t in tasks for a in GATED]
    kept = [pair for pair in pairs if _can_differ(evidence, *pair)]
    gains = {pair: _gain(evidence, *pair, PLAIN) for pair in kept}
    comparisons = [
        Comparison(f"{NAMES[a]} over RNN, {task}", values, LONGER)
        for (task, a), values in gains.items()
    ]
    longer = _times(list(gains.values()))
    by_task = "; ".join(
        f"{task}, "
        + ", ".join(f"{name} {horizons.in_words(evidence, task, a)}" for a, name in NAMES.items())
        for task in tasks
    )
    left_out = [f"{NAMES[a]} on {t}" for t, a in pairs if (t, a) not in gains]
    reason = (
        "The longest lag, in steps, that at least half of the seeds learn with a skill of 0.9, and "
        f"its 95 % interval over seeds: {by_task}. Over the tasks, gates make it "
        f"{estimate(longer)} times as long as that of the RNN that starts orthogonal, "
        f"{estimate(_times([_gain(evidence, *pair, UNIFORM) for pair in kept]))} times that of one "
        "with torch's uniform start. "
        + (f"Left out, since both fail or both succeed: {listed(left_out)}. " if left_out else "")
        + f"All have {evidence.terms(HORIZON)}; with more updates each may reach further."
    )
    return rule(comparisons, "times as long", longer, reason)


def draw(evidence: Evidence, name: str) -> Drawing | None:
    """Skill against lag."""
    return horizons.draw(evidence, name, NAMES)


def _gain(evidence: Evidence, task: str, gated: str, plain: str) -> dict[int, float]:
    """Doublings from the plain network's horizon to the gated one's."""
    return differences(*(horizons.doublings(evidence, task, a) for a in (gated, plain)))


def _times(gains: list[dict[int, float]]) -> BySeed:
    """The geometric mean."""
    return times(mean_over([gain for gain in gains if gain]))


def _can_differ(evidence: Evidence, task: str, gated: str) -> bool:
    """Whether not both fail at the shortest lag, nor both learn the longest, with all seeds."""
    reached = {
        steps for a in (gated, PLAIN) for steps in horizons.doublings(evidence, task, a).values()
    }
    longest = evidence.results.parts[HORIZON.name].lags[-1]
    return len(reached) > 1 or not reached <= {horizons.doubling(0), horizons.doubling(longest)}
