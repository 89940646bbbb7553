"""The number of parameters of a recurrent network does not depend on how long the sequence is; that
of a feed-forward network over a window grows with the window.

Source: Goodfellow, Bengio and Courville 2016 (Deep Learning, chapter 10: parameter sharing).

To see the whole of a longer sequence the feed-forward network needs a longer window, and with it
more parameters; recurrence is not the only way to use the same weights at every step.
"""

from collections.abc import Mapping
from itertools import pairwise

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Draw, Measured, Statement, along, exactly
from reports.claims.parts import SIZE_DECODERS
from reports.figures import lines

RECURRENT = ("rnn", "lstm", "gru", "birnn", "bilstm", "bigru")
OTHERS = ("min_gru", "s4d", "cnn", "tcn", "self_attention")
WINDOWS = {10: "fnn_window", 100: "fnn_window[window=100]", 1000: "fnn_window[window=1000]"}
SIZE = Part(
    name="size",
    probe="size",
    tasks=["recall[lag=9]", "recall[lag=99]", "recall[lag=999]"],
    architectures=[*RECURRENT, *OTHERS, *WINDOWS.values()],
    seeds=[0],
    budget={"match": "none", "width": 16},
)
CELLS = (SIZE, SIZE_DECODERS)

LONGEST = 1000
STATEMENTS = {
    "recurrent": Statement(
        "Each recurrent network, in one direction and in both, has exactly as many parameters at "
        f"10 and 100 as at {LONGEST:,} steps.",
        exact=True,
    ),
    "window": Statement(
        "A feed-forward network has more parameters with each longer window of 10, 100 and "
        f"{LONGEST:,} steps.",
        exact=True,
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    counts = _counts(evidence)
    recurrent, windows = {a: counts[a] for a in RECURRENT}, _windows(counts)
    growth = [max(of.values()) - min(of.values()) for of in recurrent.values()]
    risen = [less < more for less, more in pairwise(windows.values())]
    table = [("architecture", "length, steps", "parameters")]
    table += [(a, f"{n:,}", f"{size:,}") for a, of in counts.items() for n, size in of.items()]
    more = windows[LONGEST] - windows[10]
    return {
        "recurrent": exactly(
            not any(growth), max(growth), "parameters more at the longest", len(growth), table
        ),
        "window": exactly(all(risen), more, "parameters more at the longest", len(windows)),
    }


def draw(evidence: Evidence, _: Mapping[str, Measured]) -> Draw:
    """Parameters against length."""
    counts = _counts(evidence)
    curves = {a: counts[a] for a in RECURRENT}
    curves["FNN whose window is the sequence"] = _windows(counts)
    points = {a: {n: [size] for n, size in of.items()} for a, of in curves.items()}
    scale = lines.Scale("length of the sequence, steps", "parameters", 10)
    return along([lines.Panel("", points)], scale)


def _counts(evidence: Evidence) -> dict[str, dict[int, int]]:
    """Parameters by architecture and length."""
    counts = {}
    for part in CELLS:
        for architecture in evidence.architectures(part):
            found = [evidence.measured(part, task, architecture) for task in evidence.tasks(part)]
            sizes = [m for by_seed in found for m in by_seed.values()]
            counts[architecture] = {m["length"]: m["parameters"] for m in sizes}
    return counts


def _windows(counts: Mapping[str, Mapping[int, int]]) -> dict[int, int]:
    """Parameters by window."""
    return {n: max(counts[a].values()) for n, a in WINDOWS.items()}
