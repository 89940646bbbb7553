"""Cells that several claims rest on, and those that only other sections of the report show."""

from typing import Any

from harness.experiment.matrix import HORIZON as CLIMB
from harness.experiment.matrix import Part, load

QUICK = load("quick")

LEARNING = {"steps": 4000, "patience": 0, "seconds": 900}
"""Where it is asked what can be learned: many updates, fewer only where the task is solved. Seeds
that solve one may stay at chance for more than 1,000 updates, so that none is broken off."""
SETTLING = {"evaluate_every": 100, "patience": 10}
"""Of texts and images, where none is solved and progress is steady: no more updates after 1,000
without it."""
TUNED = {"learning_rate": [0.001, 0.003, 0.01]}
"""For variants, of which no rate is recommended: chosen for each of those compared on each task, on
validation of a tuning seed. All have the default start, orthogonal."""
CLIMBING = {"steps": 1000, "patience": 0, "seconds": 900}

HORIZON = Part(
    name="horizon",
    probe=CLIMB,
    tasks=["recall"],
    architectures=["rnn[start=uniform]", "lstm[start=uniform]", "gru[start=uniform]",
                   "rnn", "lstm", "gru"],
    lags=[5, 10, 20, 50, 100, 200, 500],
    budget=LEARNING | {"seconds": 3600},
)  # fmt: skip
HORIZON_OTHERS = Part(
    name="horizon-others",
    probe=CLIMB,
    tasks=["recall"],
    architectures=["fnn_window", "tcn", "min_gru", "s4d", "self_attention"],
    lags=[5, 10, 20, 50, 100],
    budget=CLIMBING,
)
LENGTH = Part(
    name="length",
    tasks=["parity[beyond=8,length=12]", "brackets[beyond=8,depth=4,length=20]",
           "counting[beyond=8,longest=8,strings=3]", "reverse[beyond=8,length=5]"],
    architectures=["rnn", "lstm", "gru", "self_attention",
                   "encoder_decoder", "attention_encoder_decoder"],
    budget=LEARNING | {"solved": 0.999},
)  # fmt: skip
FLOW = Part(
    name="gradient-flow",
    probe="gradient-flow",
    tasks=["recall[lag=100]"],
    architectures=["rnn[gain=0.5]", "rnn", "rnn[gain=1.5]", "rnn[gain=2.0]", "rnn[start=uniform]",
                   "lstm", "gru", "lstm[forget_bias=0.0]", "cnn", "tcn", "min_gru", "s4d",
                   "self_attention", "fnn_window"],
    budget={"steps": 300},
)  # fmt: skip
DESCENT = {"optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant"}
"""Plain gradient descent: Adam divides by the gradients' usual size, which is half of clipping."""
CLIPPED, UNCLIPPED = (
    Part(
        name=name,
        tasks=["adding", "english_chars[length=32]"],
        architectures=["rnn[start=orthogonal]", "rnn[gain=1.5,start=orthogonal]",
                       "rnn[gain=2.0,start=orthogonal]", "lstm", "cnn"],
        budget={"steps": 1000, "evaluate_every": 100, "clip_norm": norm, "watched": 32} | DESCENT,
        may_diverge=True,
    )
    for name, norm in (("clip-on", 1.0), ("clip-off", 0.0))
)  # fmt: skip


def _cost(name: str, lags: list[int], architectures: list[str], **terms: Any) -> Part:
    """What an update costs, at sequences one step longer than these lags."""
    tasks = [f"recall[lag={lag}]" for lag in lags]
    return Part(name=name, probe="cost", tasks=tasks, architectures=architectures, budget=terms)


FIVE = ["cnn", "rnn", "lstm", "gru", "self_attention"]
NINE = ["fnn_window", "cnn", "tcn", "rnn", "lstm", "gru", "min_gru", "s4d", "self_attention"]
COST_LENGTH = _cost("cost-length", [9, 30, 99, 299, 999, 1999], NINE, batch=8)
COST_BATCH = tuple(_cost(f"cost-batch-{n}", [99], FIVE, batch=n) for n in (8, 32, 128))
COST_WIDTHS = tuple(
    _cost(f"cost-width-{n}", [99], FIVE, match="none", width=n) for n in (32, 64, 128)
)
"""With as many hidden units each."""

SIZE_DECODERS = Part(
    name="size-decoders",
    probe="size",
    tasks=["reverse", "reverse[length=100]", "reverse[length=1000]"],
    architectures=["encoder_decoder", "attention_encoder_decoder", "transformer"],
    seeds=[0],
    budget={"match": "none", "width": 16},
)

NO_CLAIMS = (HORIZON_OTHERS, FLOW, *COST_BATCH)
"""What other sections of the report show, and no claim rests on."""
