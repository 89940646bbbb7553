"""Clipping cures exploding gradients, but not vanishing ones."""

from __future__ import annotations

import math

import numpy as np

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, rule
from reports.figures.style import PALE, Drawing, canvas, finish, looks, plain_numbers
from reports.formats import amount, found

ON, OFF, DESCENT = "clip-on", "clip-off", "-sgd"
EXPLODING = ("rnn[gain=1.5]", "rnn[gain=2.0]")
VANISHING, LONG = "rnn[gain=0.5]", "recall[lag=50]"
TASKS = (LONG, "adding")
BEYOND = 128.0
"""Doublings that stand for a loss beyond all bounds: where 32-bit numbers end."""
HALF, LEARNED, GAIN = 1.0, 0.5, 0.05


def judge(evidence: Evidence) -> Judgement:
    calmer = {a: differences(_worst(evidence, OFF + DESCENT, a), _worst(evidence, ON + DESCENT, a))
              for a in EXPLODING}  # fmt: skip
    clipped, free = (evidence.skills(part, LONG, VANISHING) for part in (ON, OFF))
    gained = differences(clipped, free)
    if not (all(calmer.values()) and gained):
        return rule([], "doublings of the loss", "")
    comparisons = [
        *(Comparison(f"{a}: worst loss, unclipped over clipped, doublings", values, HALF)
          for a, values in calmer.items()),
        Comparison(f"{VANISHING}: minus skill at lag 50, clipped", _minus(clipped), -LEARNED),
        Comparison(f"{VANISHING}: minus what clipping adds to it", _minus(gained), -GAIN),
    ]  # fmt: skip

    def reason(judgement: Judgement) -> str:
        worst = {
            part: mean_over([_worst(evidence, part, a) for a in EXPLODING])
            for part in (OFF + DESCENT, ON + DESCENT, OFF, ON)
        }
        by_task = "; ".join(
            f"{task}, {found(_over_gains(evidence, OFF + DESCENT, task).values())} without and "
            f"{found(_over_gains(evidence, ON + DESCENT, task).values())} with clipping, mean "
            f"skill {_skill(evidence, OFF + DESCENT, task)} and "
            f"{_skill(evidence, ON + DESCENT, task)}"
            for task in TASKS
        )
        diverged, of = _diverged(evidence, OFF + DESCENT)
        with_clip, _ = _diverged(evidence, ON + DESCENT)
        return (
            "Exploding: RNNs that start with a recurrent gain of 1.5 and 2, by plain gradient "
            f"descent. Without clipping {diverged} of {of} trainings diverged, with the norm "
            f"clipped at 1 {with_clip}. The worst loss of an update, in doublings over the first: "
            f"{found(worst[OFF + DESCENT].values())} without and "
            f"{found(worst[ON + DESCENT].values())} with; a loss that is no longer a number counts "
            f"as {BEYOND:g}. By task: {by_task}. Under Adam, which rescales gradients itself, "
            f"{found(worst[OFF].values())} without and {found(worst[ON].values())} with. "
            f"Vanishing: at a gain of 0.5 and a lag of 50 steps the RNN's skill is "
            f"{found(free.values())} without clipping and {found(clipped.values())} with: clipping "
            f"adds {found(gained.values())}. It shortens gradients and never lengthens them, so "
            "that whatever it adds comes of another course of training; and seeds that learn the "
            "lag either way had nothing to be cured. That training no longer blows up does not "
            "mean that it learns: a network that starts so far on the chaotic side may stay at the "
            "floor."
        )

    effect = mean_over(list(calmer.values()))
    return rule(comparisons, "doublings of the loss", reason, effect)


def draw(evidence: Evidence, judgement: Judgement) -> Drawing | None:
    task, name = "adding", EXPLODING[-1]
    shown = {"unclipped": OFF + DESCENT, "clipped": ON + DESCENT}
    found = {word: evidence.updates(part, task, name) for word, part in shown.items()}
    if not all(found.values()):
        return None
    figure, axes = canvas(7.2, 2.7, (0.75, 0.15, 0.35, 0.48))
    axes.set_yscale("log")
    longest = {word: max(len(a["loss"]) for a in seeds.values()) for word, seeds in found.items()}
    for word, seeds in found.items():
        look = looks(tuple(shown))[word]
        for number, arrays in enumerate(seeds.values()):
            loss = np.asarray(arrays["loss"], float)
            loss = loss[np.isfinite(loss) & (loss > 0)]
            axes.plot(np.arange(1, len(loss) + 1), loss, color=look.colour, linewidth=0.8,
                      label="" if number else word)  # fmt: skip
            if len(loss) < max(longest.values()):
                axes.plot(len(loss), loss[-1], marker="x", color=look.colour, markersize=5)
    axes.set_xscale("log")
    plain_numbers(axes.xaxis)
    plain_numbers(axes.yaxis)
    axes.axhline(1 / 6, color=PALE, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
    axes.set_xlabel("updates, plain gradient descent; x: the training broke off", labelpad=2)
    axes.set_ylabel("training loss", labelpad=2)
    axes.set_title(f"{task}, {name}; dashed: the loss of a constant guess", fontsize=9, loc="left")
    axes.legend(frameon=False, fontsize=8, loc="upper right")
    told = "; ".join(f"{word}: {n} updates at most" for word, n in longest.items())
    alt = f"Training loss of {name} on {task}. {told}."
    return finish(figure, "claim-clip-explosion", alt)


def _minus(values: dict[int, float]) -> dict[int, float]:
    return {seed: -value for seed, value in values.items()}


def _worst(
    evidence: Evidence, part: str, architecture: str, tasks: tuple[str, ...] = TASKS
) -> dict[int, float]:
    """The largest loss of any update, in doublings over the first; mean over the tasks."""
    return mean_over([
        {seed: _rise(np.asarray(arrays["loss"], float))
         for seed, arrays in evidence.updates(part, task, architecture).items()}
        for task in tasks
    ])  # fmt: skip


def _over_gains(evidence: Evidence, part: str, task: str) -> dict[int, float]:
    return mean_over([_worst(evidence, part, a, (task,)) for a in EXPLODING])


def _skill(evidence: Evidence, part: str, task: str) -> str:
    """The mean of the trainings that did not diverge."""
    skills = [v for a in EXPLODING for v in evidence.skills(part, task, a).values()]
    return amount(summarize(skills).mean) or "none, as all diverged"


def _rise(loss: np.ndarray) -> float:
    if not np.isfinite(loss).all():
        return BEYOND
    return min(BEYOND, math.log2(loss.max() / max(loss[0], 1e-12)))


def _diverged(evidence: Evidence, part: str) -> tuple[int, int]:
    """How many trainings of the exploding networks diverged, and how many there were."""
    cells = [c for t in evidence.tasks(part) for a in EXPLODING for c in evidence.cells(part, t, a)]
    return sum(c.outcome == "diverged" for c in cells), sum(c.record is not None for c in cells)


CLAIM = Claim(
    id="clip-explosion",
    statement="Clipping the gradient cures exploding gradients, but not vanishing ones.",
    source="Pascanu, Mikolov and Bengio 2013 (On the difficulty of training recurrent neural "
    "networks, ICML)",
    needs=(ON, OFF, ON + DESCENT, OFF + DESCENT),
    criterion="Of RNNs that start with a recurrent gain of 1.5 and of 2, trained by plain gradient "
    "descent, clipping the norm at 1 brings the worst loss of any update down to less than half "
    "(geometric mean over recall at a lag of 50 and adding); and of one that starts with a gain of "
    f"0.5, where gradients vanish, clipping adds less than {GAIN:g} to the skill at a lag of 50, "
    f"which stays below {LEARNED:g}.",
    judge=judge,
    draw=draw,
)
