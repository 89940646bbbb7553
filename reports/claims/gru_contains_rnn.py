"""A GRU whose reset gate is held at 1 and whose update gate is held at 0 is the plain recurrent
network.

Source: Follows from the equations of Cho et al. 2014 (Learning phrase representations using RNN
encoder-decoder, EMNLP), with the update gate as the share of the old state that is kept.
"""

from typing import Any

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Judgement, exactly, missing
from reports.figures import forest
from reports.figures.style import Drawing

HELD = "gru[hold_reset=1,hold_update=0]"
CONTAINS = Part(
    name="contains-rnn",
    probe="contains-rnn",
    tasks=["recall[lag=20]", "copy", "adding"],
    architectures=[HELD],
)
CELLS = (CONTAINS,)

CRITERION = (
    "Computed, not sampled: with the same weights and inputs, outputs and gradients of the two "
    "agree to 1e-5 of their largest number, the rounding of 32-bit arithmetic, on every task and "
    "with every seed."
)
COMPARED = ("outputs", "gradients")


def judge(evidence: Evidence) -> Judgement:
    measured = _measured(evidence)
    if not measured:
        return missing()
    tolerance = measured[0][2]["tolerance"]
    largest = [max(m[name] for name in COMPARED) for *_, m in measured]
    holds = [difference <= tolerance for difference in largest]
    reason = (
        "Both were given the same weights, number for number, and the same examples. The largest "
        "difference is a share of the largest number compared; rounding in 32 bits may make up to "
        f"{tolerance:.0e}. {sum(holds)} of {len(holds)} cases agree to that. So whatever a GRU of "
        "this kind cannot do, for want of gates, the RNN cannot either, and the reverse; a GRU "
        "with free gates contains both."
    )
    numbers = (*COMPARED, "tolerance")
    table = [(task, str(seed), *(f"{m[n]:.3g}" for n in numbers)) for task, seed, m in measured]
    heads = ("task", "seed", *numbers)
    unit = "largest relative difference"
    return exactly(holds, max(largest), unit, reason, (heads, *table))


def draw(evidence: Evidence, name: str) -> Drawing | None:
    """Every difference, on a logarithmic axis, against the tolerance."""
    measured = _measured(evidence)
    rows = [
        forest.Row(
            f"{task}: {compared}",
            {seed: m[compared] for t, seed, m in measured if t == task},
            (0, measured[0][2]["tolerance"]),
        )
        for task in dict.fromkeys(task for task, *_ in measured)
        for compared in COMPARED
    ]
    axis = "largest difference, as a share of the largest number"
    return forest.draw(name, rows, axis, logarithmic=True)


def _measured(evidence: Evidence) -> list[tuple[str, int, dict[str, Any]]]:
    return [
        (task, seed, measured)
        for task in evidence.tasks(CONTAINS)
        for seed, measured in evidence.measured(CONTAINS, task, HELD).items()
    ]
