"""Recurrent training is slow, because each step has to wait for the one before; convolution and
self-attention run in parallel over time.

Source: Vaswani et al. 2017 (Attention is all you need, NeurIPS); Bai, Kolter and Koltun 2018 (An
empirical evaluation of generic convolutional and recurrent networks).

The chain holds on any machine. Seconds hold for this one, a single core and a batch of 8, by the
library's kernels: nothing runs in parallel over time, and the number of operations decides.
"""

import math

from reports.analysis.evidence import BySeed, Evidence
from reports.analysis.statistics import fit_slope
from reports.claims.judging import Comparison, Judgement, doublings, mean_over, rule, times
from reports.claims.measures import by_length
from reports.claims.parts import COST_LENGTH

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
    seconds = {a: by_length(evidence, a, "seconds") for a in (*RECURRENT, *PARALLEL)}
    chains = {a: by_length(evidence, a, "chain") for a in (*RECURRENT, *PARALLEL)}
    slower = {
        f"doublings of seconds from {p} to {r}":
        mean_over(doublings(seconds[r][n], seconds[p][n]) for n in seconds[r] if n in seconds[p])
        for p in PARALLEL
        for r in RECURRENT
    }  # fmt: skip
    comparisons = [
        *(Comparison(f"exponent of the chain's length, {a}", _power(chains[a]), ALONG)
          for a in RECURRENT),
        *(Comparison(f"the same, {a}, negative", -_power(chains[a]), -FLAT)
          for a in PARALLEL),
        *(Comparison(label, values) for label, values in slower.items()),
    ]  # fmt: skip
    overall = times(mean_over(slower.values()))
    axis = "exponent, or doublings of seconds"
    return rule(comparisons, "times the seconds", overall, axis=axis)


def _power(costs: dict[int, BySeed]) -> BySeed:
    """The power of the length that a cost grows with, by seed."""
    fitted = {n: values for n, values in costs.items() if n >= FITTED}
    seeds = set.intersection(*map(set, fitted.values())) if len(fitted) > 1 else set()
    lengths = [math.log(n) for n in fitted]
    powers = {
        seed: fit_slope(lengths, [math.log(v[seed]) for v in fitted.values()]).mean or 0.0
        for seed in sorted(seeds)
    }
    return BySeed(powers)
