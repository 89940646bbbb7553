"""LSTM and GRU capture longer dependencies than the plain recurrent network."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.claims import lags
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, rule
from reports.figures.style import Drawing
from reports.formats import found, listed

PLAIN, UNIFORM, GATED = "rnn", "rnn[start=uniform]", ("lstm", "gru")
NAMES = {PLAIN: "RNN", UNIFORM: "RNN, uniform start", "lstm": "LSTM", "gru": "GRU"}
LONGER = 0.5
"""Doublings: half a step of the grid, whose lags are 2 or 2.5 times the one before."""


def judge(evidence: Evidence) -> Judgement:
    tasks = lags.tasks(evidence)
    told_apart = [(t, a) for t in tasks for a in GATED if _tells(evidence, t, a)]
    gains = {(task, a): _gain(evidence, task, a, PLAIN) for task, a in told_apart}
    comparisons = [
        Comparison(f"{NAMES[a]} over RNN, {task}", values, LONGER)
        for (task, a), values in gains.items()
    ]

    def reason(judgement: Judgement) -> str:
        told = "; ".join(
            f"{task}, "
            + ", ".join(
                f"{NAMES[a]} {lags.told(evidence.horizon(lags.PART, task, a))}" for a in NAMES
            )
            for task in tasks
        )
        uniform = _times([_gain(evidence, t, a, UNIFORM) for t, a in told_apart])
        left_out = [f"{NAMES[a]} on {t}" for t in tasks for a in GATED if (t, a) not in gains]
        return (
            "The longest lag, in steps, that at least half of the seeds learn with a skill of 0.9, "
            f"and its 95 % interval over seeds: {told}. Over the tasks, gates make it "
            f"{found(_times(list(gains.values())).values())} times as long as that of the RNN "
            f"that starts orthogonal, {found(uniform.values())} times that of one with torch's "
            "uniform start. "
            + (
                f"Left out, since nothing tells them apart: {listed(left_out)}. "
                if left_out
                else ""
            )
            + f"All have {evidence.terms(lags.PART)}; with more updates each may reach further."
        )

    return rule(comparisons, "times as long", reason, _times(list(gains.values())))


def _gain(evidence: Evidence, task: str, gated: str, plain: str) -> dict[int, float]:
    """Doublings from the plain network's horizon to the gated one's, by seed."""
    return differences(*(lags.doublings(evidence, task, a) for a in (gated, plain)))


def _times(gains: list[dict[int, float]]) -> dict[int, float]:
    """By seed the geometric mean."""
    return {seed: 2**v for seed, v in mean_over([gain for gain in gains if gain]).items()}


def _tells(evidence: Evidence, task: str, gated: str) -> bool:
    """Whether not both fail at the shortest lag, nor both master the longest, with all seeds."""
    reached = [*lags.doublings(evidence, task, gated).values(),
               *lags.doublings(evidence, task, PLAIN).values()]  # fmt: skip
    grid = evidence.results.parts[lags.PART].lags
    ends = {lags.doubling(0), lags.doubling(grid[-1])}
    return len(set(reached)) > 1 or not set(reached) <= ends


def draw(evidence: Evidence, judgement: Judgement) -> Drawing | None:
    return lags.draw(evidence, CLAIM.id, NAMES | {UNIFORM: "RNN, uniform start"})


CLAIM = Claim(
    id="gates-extend-memory",
    statement="LSTM and GRU capture longer dependencies than the plain recurrent network.",
    source="Hochreiter and Schmidhuber 1997 (Long short-term memory, Neural Computation); Cho et "
    "al. 2014 (Learning phrase representations using RNN encoder-decoder, EMNLP)",
    needs=(lags.PART,),
    criterion="On each of recall, adding and copy, the memory horizon of the LSTM and that of the "
    f"GRU are longer than the RNN's by more than {LONGER:g} doublings, half a step of the grid of "
    "lags, in the mean over seeds. Left out is a task on which no seed of either learns even the "
    "shortest lag, or all of both the longest: it cannot tell them apart. The RNN starts from an "
    "orthogonal matrix.",
    judge=judge,
    draw=draw,
)
