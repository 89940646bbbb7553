"""An RNN's training loss swings, and clipping calms it."""

from __future__ import annotations

import math

import numpy as np

from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, Comparison, Judgement, logarithms, mean_over, rule
from reports.formats import by_name, found

ON, OFF = "clip-on", "clip-off"
TASKS = ("adding", "english_chars")
"""Where losses can be compared: the noise of a squared error is in proportion to it, and text is
learned by all and solved by none. On recall a network that learns nothing has the calmest loss."""
RNN, OTHERS = "rnn", ("lstm", "cnn")
TENTH = math.log2(1.1)


def judge(evidence: Evidence) -> Judgement:
    tried = (RNN, *OTHERS, "gru", "self_attention", "rnn[gain=2.0]")
    spread = {(part, a): _spread(evidence, part, a, "loss") for part in (ON, OFF) for a in tried}
    ratios = {
        f"{RNN} against {other}, unclipped": _ratio(evidence, (OFF, RNN), (OFF, other))
        for other in OTHERS
    } | {f"{RNN}, unclipped against clipped": _ratio(evidence, (OFF, RNN), (ON, RNN))}
    if not all(ratios.values()):
        return rule([], "doublings", "")
    comparisons = [Comparison(label, values, TENTH) for label, values in ratios.items()]

    def reason(judgement: Judgement) -> str:
        told = {part: by_name((a, spread[part, a].values()) for a in tried) for part in (OFF, ON)}
        norms = {part: by_name((a, _spread(evidence, part, a, "norm").values())
                               for a in (RNN, *OTHERS)) for part in (OFF, ON)}  # fmt: skip
        times = "; ".join(f"{label}: {found(_times(values))}" for label, values in ratios.items())
        diverged = sum(
            cell.outcome == "diverged" for task in TASKS for cell in evidence.cells(OFF, task, RNN)
        )
        return (
            "The spread is the standard deviation of the change of the loss's logarithm from one "
            f"update to the next, geometric mean over {' and '.join(TASKS)}. Without clipping: "
            f"{told[OFF]}. With the gradient clipped to a norm of 1: {told[ON]}. How many times "
            f"one is the other: {times}. The same of the gradient's norm, without clipping: "
            f"{norms[OFF]}; with: {norms[ON]}. Trainings of the RNN that diverged without "
            f"clipping: {diverged}. Most of any spread is the chance of the batch, which is the "
            "same for all, since all see the same examples in the same order; and Adam, which "
            "divides by the gradients' usual size, takes over much of what clipping does."
        )

    effect = ratios[f"{RNN} against {OTHERS[0]}, unclipped"]
    return rule(comparisons, "doublings", reason, effect)


def _times(doublings: dict[int, float]) -> list[float]:
    return [2**value for value in doublings.values()]


def _ratio(evidence: Evidence, one: tuple[str, str], other: tuple[str, str]) -> dict[int, float]:
    """Doublings from the other's spread to the one's, mean over the tasks, by seed."""
    return mean_over([
        logarithms(_of_task(evidence, one[0], task, one[1], "loss"),
                   _of_task(evidence, other[0], task, other[1], "loss"))
        for task in TASKS
    ])  # fmt: skip


def _spread(evidence: Evidence, part: str, architecture: str, name: str) -> dict[int, float]:
    """The geometric mean over the tasks, by seed."""
    by_task = [_of_task(evidence, part, task, architecture, name) for task in TASKS]
    logs = mean_over([{s: math.log(v) for s, v in found.items() if v > 0} for found in by_task])
    return {seed: math.exp(value) for seed, value in logs.items()}


def _of_task(
    evidence: Evidence, part: str, task: str, architecture: str, name: str
) -> dict[int, float]:
    """Standard deviation of the steps of a logarithm, by seed; ``name``: loss or norm."""
    found = {}
    for seed, arrays in evidence.updates(part, task, architecture).items():
        values = np.asarray(arrays[name], float)
        kept = values[np.isfinite(values) & (values > 0)]
        if len(kept) > 2:
            found[seed] = float(np.diff(np.log(kept)).std())
    return found


CLAIM = Claim(
    id="loss-oscillates",
    statement="The training loss of an RNN swings; clipping the gradient calms it.",
    source="Pascanu, Mikolov and Bengio 2013 (On the difficulty of training recurrent neural "
    "networks, ICML)",
    needs=(ON, OFF),
    criterion="The standard deviation of the change of the loss's logarithm from one update to the "
    f"next, geometric mean over {' and '.join(TASKS)}, is more than a tenth larger for the "
    "unclipped RNN than for the unclipped LSTM, than for the unclipped CNN, and than for the RNN "
    "with the gradient's norm clipped at 1.",
    judge=judge,
)
