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

from reports.analysis.evidence import Evidence
from reports.analysis.exact import rate
from reports.claims.judging import (
    Draw,
    Measured,
    Solved,
    Statement,
    along,
    more_than_half,
    needs_learned,
    pooled,
)
from reports.claims.measures import shares
from reports.claims.parts import LENGTH
from reports.figures import forest, lines
from reports.formats import listed

READERS: tuple[str, ...] = ("rnn", "lstm", "gru")
RECURRENT = dict.fromkeys(("parity", "brackets", "counting"), READERS) | {
    "reverse": ("encoder_decoder",)
}
"""By task; the last one alone can write a sequence of its own."""
ATTENTION = {task: "self_attention" for task in RECURRENT} | {
    "reverse": "attention_encoder_decoder"
}
"""Shown beside them."""
CELLS = (LENGTH,)

TIMES = (2, 4, 8)
LONGER = f"{listed([str(n) for n in TIMES])} times the length"
STATEMENTS = {
    task: Statement(
        f"On {task}, of the seeds of {listed(names)} together that solve it at the length of "
        f"training, more than half solve most of the tests at {LONGER}."
    )
    for task, names in RECURRENT.items()
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    measured = {}
    for name, task in _tasks(evidence).items():
        networks = (*RECURRENT[name], ATTENTION[name])
        kept = {a: _kept(evidence, task, a) for a in networks}
        rows = {a: more_than_half(f"{a} on {name}", kept[a]).rows[0] for a in networks}
        rows[ATTENTION[name]] = replace(rows[ATTENTION[name]], side=forest.ANYWHERE)
        near = {a: evidence.solved(LENGTH, task, a) for a in networks}
        rates = {a: rate(solved.values()) for a, solved in near.items()}
        learned = listed([f"{a} {of.solved} of {of.n}" for a, of in rates.items()])
        told = more_than_half(name, pooled(kept[a] for a in RECURRENT[name])).with_(
            rows=tuple(rows.values()),
            unit=f"of seeds solve most of the tests at {LONGER}",
            note=f"Seeds that learned {name} at the length of training: {learned}.",
        )
        at_first = pooled(near[a] for a in RECURRENT[name])
        measured[name] = needs_learned(told, at_first, f"{name} at the length of training")
    return measured


def draw(evidence: Evidence, _: Mapping[str, Measured]) -> Draw:
    """The share of seeds that solve each length, of those that learned that of training."""
    panels = []
    for name, task in _tasks(evidence).items():
        curves = {}
        for a in (*RECURRENT[name], ATTENTION[name]):
            held = {1: _learned(evidence, task, a)} | _by_times(evidence, task, a)
            curves[a] = shares(held)
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


def _kept(evidence: Evidence, task: str, architecture: str) -> Solved:
    """Whether each of these solves most of the lengths."""
    by_times = _by_times(evidence, task, architecture).values()
    learned = _learned(evidence, task, architecture)
    return {seed: 2 * sum(solved[seed] for solved in by_times) > len(TIMES) for seed in learned}
