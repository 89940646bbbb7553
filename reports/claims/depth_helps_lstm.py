"""LSTMs do well when stacked deep.

Source: Graves, Mohamed and Hinton 2013 (Speech recognition with deep recurrent neural networks,
ICASSP); Sutskever, Vinyals and Le 2014 (Sequence to sequence learning, NeurIPS).

This is what depth is worth in small networks on small data, after at most 4,000 updates, stopped
after 1,000 without progress, at a learning rate tuned for each; it does not speak of large ones,
for which depth is mostly recommended. At equal parameters a deeper network is a narrower one.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Measured, Statement, mean_above
from reports.claims.measures import mean_clipped
from reports.claims.parts import LEARNING, SETTLING, TUNED

FLAT, DEEPER = "lstm", {n: f"lstm[layers={n}]" for n in (2, 4)}
EQUAL = {
    what: Part(
        name=f"depth-{what}",
        tasks=["digit_rows", "chinese_pos[length=32]", "english_chars[length=32]"],
        architectures=[FLAT, *DEEPER.values()],
        budget=terms | LEARNING | SETTLING | TUNED,
    )
    for what, terms in (("parameters", {}), ("width", {"match": "none", "width": 32}))
}
CELLS = tuple(EQUAL.values())

HELP = 0.01
STATEMENTS = {
    f"{layers} layers, equal {what}": Statement(
        f"At equal {what} an LSTM of {layers} layers is more than {HELP:g} ahead in skill of one "
        "of a single layer, in the mean over images read by row, tagging and text."
    )
    for what in EQUAL
    for layers in DEEPER
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    flat = {what: mean_clipped(evidence, part, FLAT) for what, part in EQUAL.items()}
    return {
        f"{layers} layers, equal {what}": mean_above(
            f"{layers} layers minus 1, equal {what}",
            mean_clipped(evidence, part, deeper) - flat[what],
            HELP,
            "skill",
        )
        for what, part in EQUAL.items()
        for layers, deeper in DEEPER.items()
    }
