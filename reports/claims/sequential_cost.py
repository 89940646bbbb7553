"""Recurrent training is slow, because each step has to wait for the one before; convolution and
self-attention run in parallel over time.

Source: Vaswani et al. 2017 (Attention is all you need, NeurIPS); Bai, Kolter and Koltun 2018 (An
empirical evaluation of generic convolutional and recurrent networks).

The chain holds on any machine. Seconds hold for this one, a single core and a batch of 8, by the
library's kernels: nothing runs in parallel over time, and the number of operations decides.
"""

import math
from collections.abc import Mapping
from functools import partial

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import fit_slope
from reports.claims import costs
from reports.claims.by_seed import BySeed, doublings, mean_over, negative, times
from reports.claims.judging import Comparison, Judgement, rule
from reports.claims.parts import COST_LENGTH
from reports.figures import lines

RECURRENT, PARALLEL = ("rnn", "lstm", "gru"), ("cnn", "self_attention")
CELLS = (COST_LENGTH,)

ALONG, FLAT = 0.9, 0.1
FITTED = 100
"""Steps from which on growth is fitted: on shorter sequences what does not grow outweighs it."""
CRITERION = (
    f"The longest chain of dependent operations grows with the length, from {FITTED} to 2,000 "
    f"steps, to a power above {ALONG:g} in RNN, LSTM and GRU, below {FLAT:g} in the CNN and in "
    "self-attention; and at matched parameters an update of each of the three takes more seconds "
    "than one of each of the two, in the mean of the ratio's logarithm over lengths from 10 to "
    "2,000."
)


def judge(evidence: Evidence) -> Judgement:
    every = dict.fromkeys([*RECURRENT, *PARALLEL, *evidence.architectures(COST_LENGTH)])
    seconds = {a: costs.by_length(evidence, a) for a in every}
    chains = {a: costs.by_length(evidence, a, costs.chain) for a in every}
    slower = {
        f"doublings of seconds from {p} to {r}":
        mean_over(doublings(seconds[r][n], seconds[p][n]) for n in seconds[r] if n in seconds[p])
        for p in PARALLEL
        for r in RECURRENT
    }  # fmt: skip
    comparisons = [
        *(Comparison(f"exponent of the chain's length, {a}", _power(chains[a]), ALONG)
          for a in RECURRENT),
        *(Comparison(f"the same, {a}, negative", negative(_power(chains[a])), -FLAT)
          for a in PARALLEL),
        *(Comparison(label, values) for label, values in slower.items()),
    ]  # fmt: skip
    milliseconds = {
        a: {n: [1000 * value for value in values.values()] for n, values in by_length.items()}
        for a, by_length in seconds.items()
    }
    panels = [
        lines.Panel("milliseconds an update", milliseconds),
        lines.Panel("operations in the longest chain", chains),
    ]
    scale = lines.Scale("length of the sequence, steps", "", 10, logarithmic=True)
    draw = partial(lines.draw, shown=panels, scale=scale)
    return rule(comparisons, "times the seconds", times(mean_over(slower.values())), draw=draw)


def _power(by_length: Mapping[int, BySeed]) -> dict[int, float]:
    """The power of the length that a cost grows with, by seed."""
    fitted = {n: values for n, values in by_length.items() if n >= FITTED}
    seeds = set.intersection(*map(set, fitted.values())) if len(fitted) > 1 else set()
    lengths = [math.log(n) for n in fitted]
    return {
        seed: fit_slope(lengths, [math.log(v[seed]) for v in fitted.values()]).mean or 0.0
        for seed in sorted(seeds)
    }
