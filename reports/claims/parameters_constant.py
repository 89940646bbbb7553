"""The number of parameters of a recurrent network does not depend on how long the sequence is; that
of a feed-forward network over a window grows with the window.

Source: Goodfellow, Bengio and Courville 2016 (Deep Learning, chapter 10: parameter sharing).

To see the whole of a longer sequence the feed-forward network needs a longer window, and with it
more parameters; recurrence is not the only way to use the same weights at every step.
"""

from itertools import pairwise

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Judgement, exactly, missing
from reports.claims.parts import SIZE_DECODERS
from reports.figures import lines
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
    counts: dict[str, dict[int, int]] = {}
    for part in CELLS:
        for a in evidence.architectures(part):
            measured = [evidence.measured(part, task, a) for task in evidence.tasks(part)]
            counts[a] = {m["length"]: m["parameters"] for of in measured for m in of.values()}
    recurrent = {a: counts.pop(a, {}) for a in RECURRENT}
    windows = {n: max(counts.pop(a, {}).values(), default=0) for n, a in WINDOWS.items()}
    if min(map(len, recurrent.values())) < len(WINDOWS) or not all(windows.values()):
        return missing()
    growth = [max(of.values()) - min(of.values()) for of in recurrent.values()]
    holds = [grown == 0 for grown in growth]
    holds += [less < more for less, more in pairwise(windows.values())]
    fixed = [a for a, of in counts.items() if len(of) > 1 and len(set(of.values())) == 1]
    reason = f"Constant, too, are the parameters of {listed(fixed, 99) or 'no others'}."
    counted = [(a, n, count) for a, of in recurrent.items() for n, count in of.items()]
    counted += [(WINDOWS[n], n, count) for n, count in windows.items()]
    table = [("architecture", "length, steps", "parameters")]
    table += [(a, f"{n:,}", f"{count:,}") for a, n, count in counted]
    curves = {**recurrent, "FNN whose window is the sequence": windows}
    points = {a: {n: [count] for n, count in of.items()} for a, of in curves.items()}
    scale = lines.Scale("length of the sequence, steps", "parameters", 10)
    judged = exactly(holds, max(growth), "parameters more at the longest", reason, table)
    return judged.along([lines.Panel("", points)], scale)
