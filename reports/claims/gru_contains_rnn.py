"""A GRU whose reset gate is held at 1 and whose update gate is held at 0 is the plain recurrent
network.

Source: Follows from the equations of Cho et al. 2014 (Learning phrase representations using RNN
encoder-decoder, EMNLP), with the update gate as the share of the old state that is kept.

Where they agree, a GRU with free gates can represent all that the plain network can.
"""

import math

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, exactly, missing

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
COMPARED, LEAST = ("outputs", "gradients"), 1e-9


def judge(evidence: Evidence) -> Judgement:
    by_task = {t: evidence.measured(CONTAINS, t, HELD) for t in evidence.tasks(CONTAINS)}
    cases = [(task, seed, found) for task, of in by_task.items() for seed, found in of.items()]
    if not cases:
        return missing()
    tolerance = cases[0][2]["tolerance"]
    largest = [max(found[name] for name in COMPARED) for *_, found in cases]
    holds = [difference <= tolerance for difference in largest]
    heads = ("task", "seed", *COMPARED, "tolerance")
    table = [
        (task, str(seed), *(f"{found[n]:.3g}" for n in heads[2:])) for task, seed, found in cases
    ]
    digits = {
        f"{task}: {name}": {
            seed: -math.log10(max(found[name], LEAST)) for seed, found in of.items()
        }
        for task, of in by_task.items()
        for name in COMPARED
    }
    rows = [Comparison(pair, values, -math.log10(tolerance)) for pair, values in digits.items()]
    judged = exactly(holds, max(largest), "largest relative difference", "", (heads, *table))
    return judged.beside(rows, "digits that agree (9: or more)")
