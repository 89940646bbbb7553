"""The training loss of an RNN swings; clipping the gradient calms it.

Source: Pascanu, Mikolov and Bengio 2013 (On the difficulty of training recurrent neural networks,
ICML).
"""

import math

import numpy as np

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import doublings, mean_over, times
from reports.claims.judging import Comparison, Judgement, missing, rule
from reports.claims.parts import CLIPPED, UNCLIPPED
from reports.formats import estimate, means

CELLS = (CLIPPED, UNCLIPPED)
TASKS = ("adding", "english_chars")
"""Where losses can be compared: the noise of a squared error is in proportion to it, and text is
learned by all and solved by none. On recall a network that learns nothing has the calmest loss."""
OTHERS = ("lstm", "cnn")

TENTH = math.log2(1.1)
CRITERION = (
    "The standard deviation of the change of the loss's logarithm from one update to the next, "
    f"geometric mean over {' and '.join(TASKS)}, is more than a tenth larger for the unclipped RNN "
    "than for the unclipped LSTM, than for the unclipped CNN, and than for the RNN with the "
    "gradient's norm clipped at 1."
)


def judge(evidence: Evidence) -> Judgement:
    ratios = {
        f"rnn against {other}, unclipped": _ratio(evidence, (UNCLIPPED, other)) for other in OTHERS
    } | {"rnn, unclipped against clipped": _ratio(evidence, (CLIPPED, "rnn"))}
    if not all(ratios.values()):
        return missing()
    comparisons = [Comparison(label, values, TENTH) for label, values in ratios.items()]

    def spreads(part: Part, name: str, *architectures: str) -> str:
        return means({a: _spread(evidence, part, a, name) for a in architectures})

    every = ("rnn", *OTHERS, "gru", "self_attention", "rnn[gain=2.0]")
    ratios_told = "; ".join(f"{label}: {estimate(times(v))}" for label, v in ratios.items())
    reason = (
        "The spread is the standard deviation of the change of the loss's logarithm from one "
        f"update to the next, geometric mean over {' and '.join(TASKS)}. Without clipping: "
        f"{spreads(UNCLIPPED, 'loss', *every)}. With the gradient clipped to a norm of 1: "
        f"{spreads(CLIPPED, 'loss', *every)}. How many times one is the other: {ratios_told}. The "
        "same of the gradient's norm, without clipping: "
        f"{spreads(UNCLIPPED, 'norm', 'rnn', *OTHERS)}; with: "
        f"{spreads(CLIPPED, 'norm', 'rnn', *OTHERS)}. Trainings of the RNN that diverged without "
        f"clipping: {evidence.diverged(UNCLIPPED, TASKS, ['rnn'])}. Most of any spread is the "
        "chance of the batch, which is the same for all, since all see the same examples in the "
        "same order; and Adam, which divides by the gradients' usual size, takes over much of what "
        "clipping does."
    )
    return rule(comparisons, "doublings", next(iter(ratios.values())), reason)


def _ratio(evidence: Evidence, other: tuple[Part, str]) -> dict[int, float]:
    """Doublings from the other's spread to the unclipped RNN's, mean over the tasks."""
    return mean_over([
        doublings(_of_task(evidence, UNCLIPPED, task, "rnn", "loss"),
                  _of_task(evidence, other[0], task, other[1], "loss"))
        for task in TASKS
    ])  # fmt: skip


def _spread(evidence: Evidence, part: Part, architecture: str, name: str) -> dict[int, float]:
    """The geometric mean over the tasks."""
    by_task = [_of_task(evidence, part, task, architecture, name) for task in TASKS]
    logs = mean_over([{s: math.log(v) for s, v in of.items() if v > 0} for of in by_task])
    return {seed: math.exp(value) for seed, value in logs.items()}


def _of_task(
    evidence: Evidence, part: Part, task: str, architecture: str, name: str
) -> dict[int, float]:
    """Standard deviation of the steps of a logarithm; ``name``: loss or norm."""
    deviations = {}
    for seed, arrays in evidence.updates(part, task, architecture).items():
        values = np.asarray(arrays[name], float)
        kept = values[np.isfinite(values) & (values > 0)]
        if len(kept) > 2:
            deviations[seed] = float(np.diff(np.log(kept)).std())
    return deviations
