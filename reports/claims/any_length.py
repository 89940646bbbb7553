"""A recurrent network handles lengths it never saw."""

from __future__ import annotations

from collections.abc import Iterable

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.claim import Claim, Comparison, Judgement, rule
from reports.figures.style import PALE, Drawing, canvas, finish, looks
from reports.formats import by_name, found, listed

PART = "length"
RECURRENT = ("rnn", "lstm", "gru", "encoder_decoder")
"""The last one alone can write a sequence of another length than it reads."""
BEYOND = (2, 4, 8)
LEARNED, HANDLED = 0.9, 0.5


def judge(evidence: Evidence) -> Judgement:
    tasks = evidence.tasks(PART)
    pairs = {(t, a): _far(evidence, t, a, BEYOND[-1]) for t in tasks for a in RECURRENT}
    kept = {pair: values for pair, values in pairs.items() if len(values) > 1}
    comparisons = [
        Comparison(f"{a} on {_name(t)}, {BEYOND[-1]} times the length", values, HANDLED)
        for (t, a), values in kept.items()
    ]

    def reason(judgement: Judgement) -> str:
        told = [
            f"{_name(task)}: "
            + "; ".join(
                f"at {factor} times {_told(evidence, task, RECURRENT, factor)}" for factor in BEYOND
            )
            for task in tasks
            if any(t == task for t, _ in kept)
        ]
        rest = [
            f"{a} on {_name(t)}"
            for (t, a), values in pairs.items()
            if len(values) < 2 and evidence.skills(PART, t, a)
        ]
        others = [
            f"{_name(task)}, {_told(evidence, task, names, BEYOND[-1])}"
            for task in tasks
            if (names := _others(evidence, task))
        ]
        return (
            "Skill at lengths that training never showed, of the seeds with a skill of at least "
            f"{LEARNED:g} at the length of training. {'. '.join(told)}. The mean over all of these "
            f"at {BEYOND[-1]} times the length is {found(_overall(kept).values())}. "
            + (f"Not learned at all, and so not counted: {listed(rest, 99)}. " if rest else "")
            + (f"Of networks without recurrence there: {'; '.join(others)}. " if others else "")
            + "Sharing weights over time makes it possible to run at any length; whether what was "
            "learned holds there is another matter, and depends on the task."
        )

    return rule(comparisons, "skill", reason, _overall(kept))


def draw(evidence: Evidence, judgement: Judgement) -> Drawing | None:
    """Skill against the length in lengths of training, a panel for each task."""
    tasks = evidence.tasks(PART)
    names = [a for a in evidence.architectures(PART) if any(_line(evidence, t, a) for t in tasks)]
    if not names:
        return None
    panel, left, gap, height = 2.2, 0.6, 0.25, 3.8
    width = left + len(tasks) * (panel + gap)
    figure, axes = canvas(width, height, (left, width - left - panel, 1.15, 0.5))
    box, drawn = axes.get_position(), looks(tuple(names))
    told = []
    for number, task in enumerate(tasks):
        if number:
            x = box.x0 + number * (panel + gap) / width
            axes = figure.add_axes((x, box.y0, box.width, box.height))
            axes.tick_params(labelleft=False)
        else:
            axes.set_ylabel("skill")
        for a in names:
            line = _line(evidence, task, a)
            axes.plot(list(line), list(line.values()), color=drawn[a].colour, label=a,
                      linestyle=drawn[a].line, marker=drawn[a].marker, markersize=4)  # fmt: skip
            told += [f"{_name(task)}, {a}: {line[max(line)]:.2f}"] if line else []
        axes.axhline(0, color=PALE, linewidth=0.8, zorder=0)
        axes.set_xscale("log", base=2)
        axes.set_xticks((1, *BEYOND), [f"{f}x" for f in (1, *BEYOND)])
        axes.set_yticks((0, 0.5, 1))
        axes.set_ylim(-0.35, 1.06)
        axes.set_title(_name(task), fontsize=9, loc="left")
        axes.set_xlabel("length, as in training = 1x", labelpad=2)
    handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    figure.legend(handles.values(), handles.keys(), loc="upper left", frameon=False, fontsize=8,
                  ncols=3, bbox_to_anchor=(left / width, 1.0), borderaxespad=0.2)  # fmt: skip
    alt = "Skill at longer and longer sequences; at {most} times: {found}.".format(
        most=BEYOND[-1], found="; ".join(told)
    )
    return finish(figure, f"claim-{CLAIM.id}", alt)


def _line(evidence: Evidence, task: str, architecture: str) -> dict[int, float]:
    """Mean skill by factor, the length of training included, of the seeds that learned."""
    means = {n: summarize(_far(evidence, task, architecture, n).values()) for n in (1, *BEYOND)}
    return {n: max(-0.3, s.mean) for n, s in means.items() if s.mean is not None}


def _far(evidence: Evidence, task: str, architecture: str, factor: int) -> dict[int, float]:
    """Skill at so many times the length, of the seeds that learned the task."""
    near = evidence.skills(PART, task, architecture)
    far = evidence.skills(PART, task, architecture, "test" if factor == 1 else f"test@{factor}x")
    return {seed: skill for seed, skill in far.items() if near.get(seed, 0.0) >= LEARNED}


def _told(evidence: Evidence, task: str, names: Iterable[str], factor: int) -> str:
    return by_name((a, _far(evidence, task, a, factor).values()) for a in names)


def _overall(kept: dict[tuple[str, str], dict[int, float]]) -> dict[int, float]:
    """By seed, the mean over whatever of these it learned."""
    seeds = sorted({seed for values in kept.values() for seed in values})
    found = {seed: [v[seed] for v in kept.values() if seed in v] for seed in seeds}
    return {seed: sum(values) / len(values) for seed, values in found.items()}


def _others(evidence: Evidence, task: str) -> list[str]:
    return [
        a
        for a in ("tcn", "self_attention", "transformer")
        if len(_far(evidence, task, a, BEYOND[-1])) > 1
    ]


def _name(task: str) -> str:
    return task.split("[")[0]


CLAIM = Claim(
    id="any-length",
    statement="Because it shares its weights over time, a recurrent model handles sequences of "
    "lengths that it never saw in training.",
    source="Goodfellow, Bengio and Courville 2016 (Deep Learning, chapter 10); examined by "
    "Deletang et al. 2023 (Neural networks and the Chomsky hierarchy, ICLR)",
    needs=(PART,),
    criterion=f"Of a recurrent model on a task, at {BEYOND[-1]} times the length of training, the "
    f"mean skill is above {HANDLED:g}: nearer to solved than to knowing nothing. For every one of "
    f"{listed(RECURRENT)} on every task of which at least two seeds reach a skill of {LEARNED:g} "
    "at the length of training; the other seeds have nothing to carry over, and are left out.",
    judge=judge,
    draw=draw,
)
