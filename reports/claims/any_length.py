"""Because it shares its weights over time, a recurrent model handles sequences of lengths that it
never saw in training.

Source: Goodfellow, Bengio and Courville 2016 (Deep Learning, chapter 10); examined by Deletang et
al. 2023 (Neural networks and the Chomsky hierarchy, ICLR).
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, rule
from reports.figures import lines
from reports.figures.style import Drawing
from reports.formats import estimate, listed, means, means_by_task

RECURRENT = ("rnn", "lstm", "gru", "encoder_decoder")
"""The last one alone can write a sequence of another length than it reads."""
OTHERS = ("tcn", "self_attention", "transformer")
LENGTH = Part(
    name="length",
    tasks=["parity[beyond=8]", "recall[beyond=8,lag=10]", "reverse[beyond=8,length=5]"],
    architectures=["rnn", "lstm", "gru", "tcn", "min_gru", "s4d", "self_attention",
                   "encoder_decoder", "attention_encoder_decoder", "transformer"],
    budget={"steps": 1500, "learning_rate": 0.003, "schedule": "constant", "solved": 0.999},
)  # fmt: skip
CELLS = (LENGTH,)

BEYOND = (2, 4, 8)
LEARNED, HANDLED = 0.9, 0.5
CRITERION = (
    f"Of a recurrent model on a task, at {BEYOND[-1]} times the length of training, the mean skill "
    f"is above {HANDLED:g}: nearer to solved than to knowing nothing. For every one of "
    f"{listed(RECURRENT)} on every task of which at least two seeds reach a skill of {LEARNED:g} "
    "at the length of training; the other seeds have nothing to carry over, and are left out."
)


def judge(evidence: Evidence) -> Judgement:
    tasks = {t: evidence.task_name(LENGTH, t) for t in evidence.tasks(LENGTH)}
    pairs = {(t, a): _far(evidence, t, a, BEYOND[-1]) for t in tasks for a in RECURRENT}
    kept = {pair: values for pair, values in pairs.items() if len(values) > 1}
    comparisons = [
        Comparison(f"{a} on {tasks[t]}, {BEYOND[-1]} times the length", values, HANDLED)
        for (t, a), values in kept.items()
    ]
    by_task = [
        f"{tasks[task]}: "
        + "; ".join(
            f"at {n} times {means({a: _far(evidence, task, a, n) for a in RECURRENT})}"
            for n in BEYOND
        )
        for task in dict.fromkeys(task for task, _ in kept)
    ]
    not_learned = [
        f"{a} on {tasks[t]}"
        for (t, a), values in pairs.items()
        if len(values) < 2 and evidence.skills(LENGTH, t, a)
    ]
    others = {
        tasks[t]: {a: far for a in OTHERS if len(far := _far(evidence, t, a, BEYOND[-1])) > 1}
        for t in tasks
    }
    beside = means_by_task({task: known for task, known in others.items() if known})
    overall = _overall(list(kept.values()))
    reason = (
        "Skill at lengths that training never showed, of the seeds with a skill of at least "
        f"{LEARNED:g} at the length of training. {'. '.join(by_task)}. The mean over all of these "
        f"at {BEYOND[-1]} times the length is {estimate(overall)}. "
        + (f"Not learned, and so left out: {listed(not_learned, 99)}. " if not_learned else "")
        + (f"Of networks without recurrence there: {beside}. " if beside else "")
        + "Sharing weights over time makes it possible to run at any length; whether what was "
        "learned holds there is another matter, and depends on the task."
    )
    return rule(comparisons, "skill", overall, reason)


def draw(evidence: Evidence, name: str) -> Drawing | None:
    """Skill against the length in lengths of training, a panel for each task."""
    panels = [
        lines.Panel(
            evidence.task_name(LENGTH, task),
            {a: {n: _far(evidence, task, a, n) for n in (1, *BEYOND)}
             for a in evidence.architectures(LENGTH)},
        )
        for task in evidence.tasks(LENGTH)
    ]  # fmt: skip
    across = "length, as in training = 1x"
    scale = lines.Scale(across, "skill", 2, ends=lines.SKILL, levels=(0, LEARNED), unit="x")
    return lines.draw(name, panels, scale)


def _far(evidence: Evidence, task: str, architecture: str, factor: int) -> dict[int, float]:
    """Skill at so many times the length, of the seeds that learned the task."""
    near = evidence.skills(LENGTH, task, architecture)
    split = "test" if factor == 1 else f"test@{factor}x"
    far = evidence.skills(LENGTH, task, architecture, split)
    return {seed: skill for seed, skill in far.items() if near.get(seed, 0.0) >= LEARNED}


def _overall(numbers: list[dict[int, float]]) -> dict[int, float]:
    """By seed, the mean over whatever it learned."""
    seeds = sorted({seed for values in numbers for seed in values})
    known = {seed: [values[seed] for values in numbers if seed in values] for seed in seeds}
    return {seed: sum(values) / len(values) for seed, values in known.items()}
