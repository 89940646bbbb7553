"""Cells that several claims rest on, and those that only other sections of the report show."""

from __future__ import annotations

from harness.experiment.matrix import HORIZON as CLIMB
from harness.experiment.matrix import OWN_CELLS, Part, load

# -- the survey: every claim about "all tasks" is judged here -------------------------------------

QUICK = load("quick")

SURVEY = Part(
    name=OWN_CELLS, tasks=QUICK.tasks, architectures=[*QUICK.architectures, "transformer"]
)
"""The matrix's own cells, which it shares with quick."""

# -- memory ---------------------------------------------------------------------------------------

CLIMBING = {"steps": 1000, "seconds": 900}

HORIZON = Part(
    name="horizon",
    probe=CLIMB,
    tasks=["recall", "adding", "copy"],
    architectures=["rnn", "rnn[start=uniform]", "lstm", "gru"],
    lags=[5, 10, 20, 50, 100, 200],  # with longer ones all the claims take hours longer
    budget=CLIMBING,
)
HORIZON_OTHERS = Part(
    name="horizon-others",
    probe=CLIMB,
    tasks=["recall"],
    architectures=["fnn_window", "tcn", "min_gru", "s4d", "self_attention"],
    lags=[5, 10, 20, 50, 100],
    budget=CLIMBING,
)

# -- stability ------------------------------------------------------------------------------------


def _clipped(name: str, norm: float) -> Part:
    return Part(
        name=name,
        tasks=["recall[lag=50]", "adding", "english_chars"],
        architectures=[
            "rnn", "rnn[gain=0.5]", "rnn[gain=1.5]", "rnn[gain=2.0]",
            "lstm", "gru", "cnn", "self_attention",
        ],
        budget={"clip_norm": norm},
        may_diverge=True,
    )  # fmt: skip


CLIPPED, UNCLIPPED = _clipped("clip-on", 1.0), _clipped("clip-off", 0.0)

# -- cost -----------------------------------------------------------------------------------------

FIVE = ["cnn", "rnn", "lstm", "gru", "self_attention"]

COST_LENGTH = Part(
    name="cost-length",
    probe="cost",
    tasks=["recall[lag=9]", "recall", "recall[lag=99]", "recall[lag=299]", "recall[lag=999]",
           "recall[lag=1999]"],
    architectures=["fnn_window", "cnn", "tcn", "rnn", "lstm", "gru", "min_gru", "s4d",
                   "self_attention"],
    budget={"batch": 8},
)  # fmt: skip
COST_BATCH = tuple(
    Part(
        name=f"cost-batch-{batch}",
        probe="cost",
        tasks=["recall[lag=99]"],
        architectures=FIVE,
        budget={"batch": batch},
    )
    for batch in (8, 32, 128)
)
COST_WIDTH = {
    width: Part(
        name=f"cost-width-{width}",
        probe="cost",
        tasks=["recall[lag=99]"],
        architectures=FIVE,
        budget={"match": "none", "width": width},
    )
    for width in (32, 64, 128)
}
"""By the number of hidden units, the same for all."""

SIZE_DECODERS = Part(
    name="size-decoders",
    probe="size",
    tasks=["reverse", "reverse[length=100]", "reverse[length=1000]"],
    architectures=["encoder_decoder", "attention_encoder_decoder", "transformer"],
    seeds=[0],
    budget={"match": "none", "width": 16},
)

NO_CLAIMS = (HORIZON_OTHERS, *COST_BATCH)
"""What other sections of the report show, and no claim rests on."""
