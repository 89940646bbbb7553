"""Because it shares its weights over time, a recurrent model handles sequences of lengths that it
never saw in training.

Source: Goodfellow, Bengio and Courville 2016 (Deep Learning, chapter 10); examined by Deletang et
al. 2023 (Neural networks and the Chomsky hierarchy, ICLR).

Sharing weights makes it possible to run at any length; what was learned need not hold there.
"""

from statistics import fmean

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import Comparison, Judgement, rule
from reports.formats import listed

RECURRENT = ("rnn", "lstm", "gru", "encoder_decoder")
"""The last one alone can write a sequence of another length than it reads."""
LENGTH = Part(
    name="length",
    tasks=["parity[beyond=8]", "recall[beyond=8,lag=10]", "reverse[beyond=8,length=5]"],
    architectures=["rnn", "lstm", "gru", "tcn", "min_gru", "s4d", "self_attention",
                   "encoder_decoder", "attention_encoder_decoder", "transformer"],
    budget={"steps": 1500, "learning_rate": 0.003, "schedule": "constant", "solved": 0.999},
)  # fmt: skip
CELLS = (LENGTH,)

BEYOND = 8
LEARNED, HANDLED = 0.9, 0.5
CRITERION = (
    f"Of a recurrent model on a task, at {BEYOND} times the length of training, the mean skill "
    f"is above {HANDLED:g}: nearer to solved than to knowing nothing. For every one of "
    f"{listed(RECURRENT)} on every task of which at least two seeds reach a skill of {LEARNED:g} "
    "at the length of training; the other seeds have nothing to carry over, and are left out."
)


def judge(evidence: Evidence) -> Judgement:
    tasks = {evidence.task_name(LENGTH, task): task for task in evidence.tasks(LENGTH)}
    ran = [(n, a) for n, t in tasks.items() for a in RECURRENT if evidence.skills(LENGTH, t, a)]
    far = {(name, a): _far(evidence, tasks[name], a) for name, a in ran}
    kept = {pair: values for pair, values in far.items() if len(values) > 1}
    comparisons = [
        Comparison(f"{a} on {name}, {BEYOND} times the length", values, HANDLED)
        for (name, a), values in kept.items()
    ]
    seeds = sorted({seed for values in kept.values() for seed in values})
    overall = {seed: fmean(of[seed] for of in kept.values() if seed in of) for seed in seeds}
    left_out = [f"{a} on {name}" for name, a in ran if (name, a) not in kept]
    reason = f"Not learned, and so left out: {listed(left_out, 99)}." if left_out else ""
    return rule(comparisons, "skill", overall, reason)


def _far(evidence: Evidence, task: str, architecture: str) -> BySeed:
    """Skill at the longest, of the seeds that learned the task."""
    near = evidence.skills(LENGTH, task, architecture)
    far = evidence.skills(LENGTH, task, architecture, f"test@{BEYOND}x")
    return BySeed({s: skill for s, skill in far.items() if near.get(s, 0.0) >= LEARNED})
