"""Because it shares its weights over time, a recurrent model handles sequences of lengths that it
never saw in training.

Source: Goodfellow, Bengio and Courville 2016 (Deep Learning, chapter 10); examined by Deletang et
al. 2023 (Neural networks and the Chomsky hierarchy, ICLR).

Sharing weights makes it possible to run at any length; what was learned need not hold there. What
a network has not learned at the length of training it cannot carry over: such seeds are counted,
and say nothing else.
"""

from collections.abc import Mapping
from dataclasses import replace
from statistics import fmean

from reports.analysis.evidence import BySeed, Evidence
from reports.analysis.exact import rate
from reports.analysis.statistics import Summary
from reports.claims.judging import Draw, Measured, Solved, Statement, along, mean_above
from reports.claims.parts import LENGTH
from reports.figures import forest, lines
from reports.formats import listed

GATES = ("rnn", "lstm", "gru")
RECURRENT = {"parity": GATES, "brackets": GATES, "counting": GATES, "reverse": ("encoder_decoder",)}
"""By task; the last one alone can write a sequence of its own."""
ATTENTION = {task: "self_attention" for task in RECURRENT} | {
    "reverse": "attention_encoder_decoder"
}
"""Shown beside them."""
CELLS = (LENGTH,)

TIMES, HALF = (2, 4, 8), 0.5
LONGER = f"{listed([str(n) for n in TIMES])} times the length"
STATEMENTS = {
    task: Statement(
        f"On {task}, recurrent networks that solve it at the length of training solve more than "
        f"half of the tests at {LONGER}, in the mean over networks and seeds."
    )
    for task in RECURRENT
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    measured = {}
    for name, task in _tasks(evidence).items():
        networks = (*RECURRENT[name], ATTENTION[name])
        kept = {a: _kept(evidence, task, a) for a in networks}
        rows = {a: mean_above(f"{a} on {name}", kept[a], HALF).rows[0] for a in networks}
        rows[ATTENTION[name]] = replace(rows[ATTENTION[name]], side=forest.ANYWHERE)
        near = {a: rate(evidence.solved(LENGTH, task, a).values()) for a in networks}
        learned = listed([f"{a} {of.solved} of {of.n}" for a, of in near.items()])
        measured[name] = mean_above(
            name, _mean_over_known([kept[a] for a in RECURRENT[name]]), HALF
        ).with_(
            rows=tuple(rows.values()),
            unit=f"of the tests at {LONGER}",
            note=f"Seeds that learned {name} at the length of training: {learned}.",
        )
    return measured


def draw(evidence: Evidence) -> Draw:
    """The share of seeds that solve each length, of those that learned that of training."""
    panels = []
    for name, task in _tasks(evidence).items():
        curves = {}
        for a in (*RECURRENT[name], ATTENTION[name]):
            held = {1: _learned(evidence, task, a)} | _by_times(evidence, task, a)
            rates = {n: rate(solved.values()) for n, solved in held.items()}
            curves[a] = {n: Summary(of.n, of.share) for n, of in rates.items()}
        panels.append(lines.Panel(name, curves))
    scale = lines.Scale("length, times that of training", "share of those that learned it", 2,
                        ends=lines.SKILL)  # fmt: skip
    return along(panels, scale)


def _tasks(evidence: Evidence) -> dict[str, str]:
    return {evidence.task_name(LENGTH, task): task for task in evidence.tasks(LENGTH)}


def _learned(evidence: Evidence, task: str, architecture: str) -> Solved:
    """The seeds that solve the task at the length of training."""
    return {seed: True for seed, ok in evidence.solved(LENGTH, task, architecture).items() if ok}


def _by_times(evidence: Evidence, task: str, architecture: str) -> dict[int, Solved]:
    """Which of these solve it at each length."""
    learned = _learned(evidence, task, architecture)
    at = {n: evidence.solved(LENGTH, task, architecture, f"test@{n}x") for n in TIMES}
    return {n: {seed: solved[seed] for seed in learned} for n, solved in at.items()}


def _kept(evidence: Evidence, task: str, architecture: str) -> BySeed:
    """The share of the lengths that each of these solves."""
    by_times = _by_times(evidence, task, architecture)
    learned = _learned(evidence, task, architecture)
    return BySeed({seed: fmean(solved[seed] for solved in by_times.values()) for seed in learned})


def _mean_over_known(numbers: list[BySeed]) -> BySeed:
    """The mean, for each seed, of those that have it."""
    seeds = sorted({seed for of in numbers for seed in of})
    return BySeed({seed: fmean(of[seed] for of in numbers if seed in of) for seed in seeds})
