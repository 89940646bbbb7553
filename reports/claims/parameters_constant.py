"""The number of parameters of a recurrent network does not depend on how long the sequence is; that
of a feed-forward network over a window grows with the window.

Source: Goodfellow, Bengio and Courville 2016 (Deep Learning, chapter 10: parameter sharing).
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Judgement, exactly, missing
from reports.claims.parts import SIZE_DECODERS
from reports.figures import lines
from reports.figures.style import Drawing
from reports.formats import listed

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

CRITERION = (
    "Counted, not sampled: each recurrent network, in one direction and in both, has exactly the "
    "same number of parameters at 10, 100 and 1,000 steps; the feed-forward network has more with "
    "each longer window of 10, 100 and 1,000 steps."
)


def judge(evidence: Evidence) -> Judgement:
    counts = _counts(evidence, SIZE) | _counts(evidence, SIZE_DECODERS)
    recurrent = {a: counts.get(a, {}) for a in RECURRENT}
    windows = _windows(counts)
    if min(map(len, recurrent.values())) < len(WINDOWS) or len(windows) < len(WINDOWS):
        return missing()
    growth = [max(of.values()) - min(of.values()) for of in recurrent.values()]
    sizes = list(windows.values())
    holds = [grown == 0 for grown in growth]
    holds += [less < more for less, more in zip(sizes[:-1], sizes[1:], strict=True)]
    others = [a for a in counts if a not in (*RECURRENT, *WINDOWS.values())]
    fixed = [a for a in others if len(counts[a]) > 1 and len(set(counts[a].values())) == 1]
    by_window = listed([f"{n:,} with a window of {size:,}" for size, n in windows.items()])
    reason = (
        "Trained numbers were counted with 16 hidden units and the embedding included. The "
        f"feed-forward network has {by_window}: to see the whole of a longer sequence it needs "
        "more. Recurrence is not the only way to use the same weights at every step: constant, "
        f"too, are the numbers of {listed(fixed, 99) or 'no others'}."
    )
    table = (
        ("architecture", "length, steps", "parameters"),
        *((a, f"{n:,}", f"{count:,}") for a, of in recurrent.items() for n, count in of.items()),
        *((WINDOWS[n], f"{n:,}", f"{count:,}") for n, count in windows.items()),
    )
    return exactly(holds, max(growth), "parameters more at the longest", reason, table)


def draw(evidence: Evidence, name: str) -> Drawing | None:
    """Parameters against length; the window as long as the sequence."""
    counts = _counts(evidence, SIZE)
    sizes = {a: counts.get(a, {}) for a in RECURRENT}
    sizes["FNN whose window is the sequence"] = _windows(counts)
    points = {a: {n: [count] for n, count in of.items()} for a, of in sizes.items()}
    scale = lines.Scale("length of the sequence, steps", "parameters", 10, logarithmic=True)
    return lines.draw(name, [lines.Panel("", points)], scale)


def _counts(evidence: Evidence, part: Part) -> dict[str, dict[int, int]]:
    """Parameters by architecture and length."""
    counts: dict[str, dict[int, int]] = {}
    for a in evidence.architectures(part):
        measured = [m for task in evidence.tasks(part)
                    for m in evidence.measured(part, task, a).values()]  # fmt: skip
        counts[a] = dict(sorted((m["length"], m["parameters"]) for m in measured))
    return counts


def _windows(counts: Mapping[str, Mapping[int, int]]) -> dict[int, int]:
    """The largest count at each window."""
    return {size: max(counts[a].values()) for size, a in WINDOWS.items() if counts.get(a)}
