"""Self-attention needs fewer parameters, is faster, and gives good results.

Source: Vaswani et al. 2017 (Attention is all you need).

Seconds are those of this trial's machine, where the LSTM is a fused kernel. The models are small,
which is not where attention is at home. Where the rival learns nothing, to be as good says nothing.
"""

from collections.abc import Mapping
from functools import partial

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import (
    QUARTER,
    Draw,
    Measured,
    Statement,
    as_rows,
    doublings,
    exactly,
    mean_above,
    mean_of,
    rate_higher,
)
from reports.claims.measures import TENTH, as_good, as_seconds, by_length
from reports.claims.parts import COST_LENGTH, LEARNING

ATTENTION, LSTM, BILSTM = "self_attention", "lstm", "bilstm"
CAUSAL = Part(
    name="attention-causal",
    tasks=["english_chars[length=32]", "hmm_source", "copy"],
    architectures=[ATTENTION, LSTM],
    budget=LEARNING,
)
TWO_WAY = Part(
    name="attention-two-way",
    tasks=["keyword", "digit_rows", "future_context"],
    architectures=[ATTENTION, BILSTM],
    budget=LEARNING,
)
SIZE = Part(
    name="attention-size",
    probe="size",
    tasks=["recall"],
    architectures=[f"{ATTENTION}[layers=1]", ATTENTION, LSTM, BILSTM],
    seeds=[0],
    budget={"match": "none", "width": 64},
)
CELLS = (CAUSAL, TWO_WAY, SIZE, COST_LENGTH)

WORSE, LENGTH = 0.05, 100
GOOD = (
    f"self-attention of as many parameters as {{}} has less than {WORSE:g} less skill {{}}, cut "
    f"off at 0 and 1, and the share of its seeds that learn {{}} is less than {QUARTER:g} lower."
)
STATEMENTS = {
    "causal": Statement(
        "Where each step may see only what came before it, "
        + GOOD.format("an LSTM", "on text and on an HMM's sequences (mean of the two)", "to copy")
    ),
    "two-way": Statement(
        "Where each step may see the whole sequence, "
        + GOOD.format(
            "a bidirectional LSTM",
            "on images read by row",
            "both to find a pattern and to tell a later token",
        )  # fmt: skip
    ),
    "parameters": Statement(
        "With one layer each and at equal width, self-attention has fewer parameters than an LSTM.",
        exact=True,
    ),
    "seconds": Statement(
        f"At equal parameters an update of the LSTM at {LENGTH} steps takes over a tenth longer "
        "than one of self-attention."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    (task,) = evidence.tasks(SIZE)
    sizes = {
        a: of["without_embedding"]
        for a in evidence.architectures(SIZE)
        for of in evidence.measured(SIZE, task, a).values()
    }
    table = [("architecture", f"parameters at width {SIZE.budget['width']}")]
    table += [(a, f"{size:,}") for a, size in sizes.items()]
    ratio = sizes[LSTM] / sizes[SIZE.architectures[0]]
    seconds = [by_length(evidence, a, "seconds")[LENGTH] for a in (LSTM, ATTENTION)]
    slower = mean_above("LSTM against self-attention, log2 of seconds", doublings(*seconds), TENTH)
    above = partial(mean_of, mean_above, threshold=-WORSE, unit="skill")
    higher = partial(rate_higher, by=-QUARTER)
    return {
        "causal": as_good(evidence, CAUSAL, ATTENTION, LSTM, above, higher),
        "two-way": as_good(evidence, TWO_WAY, ATTENTION, BILSTM, above, higher),
        "parameters": exactly(
            ratio > 1, ratio, "times the parameters, LSTM over attention", len(sizes), table
        ),
        "seconds": as_seconds(slower, evidence, COST_LENGTH),
    }


def draw(_: Evidence, measured: Mapping[str, Measured]) -> Draw:
    """Skill against the two rivals."""
    shown = [measured["causal"], measured["two-way"]]
    return as_rows(shown, "skill of self-attention minus the other; share of seeds")
