"""Recurrent training is slow, because each step has to wait for the one before; convolution and
self-attention run in parallel over time.

Source: Vaswani et al. 2017 (Attention is all you need, NeurIPS); Bai, Kolter and Koltun 2018 (An
empirical evaluation of generic convolutional and recurrent networks).
"""

import math
from collections.abc import Mapping

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import fit_slope
from reports.claims import costs
from reports.claims.by_seed import BySeed, doublings, mean_over, negative, times
from reports.claims.judging import Comparison, Judgement, rule
from reports.claims.parts import COST_LENGTH
from reports.figures import lines
from reports.figures.style import Drawing

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
    chains = {a: costs.by_length(evidence, a, costs.chain) for a in (*RECURRENT, *PARALLEL)}
    seconds = {a: costs.by_length(evidence, a) for a in chains}
    powers = {a: _powers(by_length) for a, by_length in chains.items()}
    slower = {
        (r, p): mean_over([doublings(seconds[r][n], seconds[p][n])
                           for n in sorted(seconds[r].keys() & seconds[p].keys())])
        for p in PARALLEL
        for r in RECURRENT
    }  # fmt: skip
    comparisons = [
        *(Comparison(f"exponent of the chain's length, {a}", powers[a], ALONG) for a in RECURRENT),
        *(Comparison(f"the same, {a}, negative", negative(powers[a]), -FLAT) for a in PARALLEL),
        *(Comparison(f"doublings of seconds from {p} to {r}", values)
          for (r, p), values in slower.items()),
    ]  # fmt: skip
    reason = (
        "The chain holds on any machine. Seconds hold for this one, a single core and a batch of "
        "8, by the library's kernels: nothing runs in parallel over time, and the number of "
        "operations decides. On hardware with thousands of units the chain weighs more, and the "
        "work less, than here."
    )
    overall = times(mean_over(slower.values()))
    return rule(comparisons, "times the seconds", overall, reason)


def draw(evidence: Evidence, name: str) -> Drawing | None:
    """Seconds an update, and the chain, against the length."""
    panels = [
        lines.Panel(title, {
            a: {n: [factor * value for value in values.values()]
                for n, values in costs.by_length(evidence, a, cost).items()}
            for a in evidence.architectures(COST_LENGTH)
        })
        for title, cost, factor in (
            ("milliseconds an update", costs.seconds, 1000),
            ("operations in the longest chain", costs.chain, 1),
        )
    ]  # fmt: skip
    scale = lines.Scale("length of the sequence, steps", "", 10, logarithmic=True)
    return lines.draw(name, panels, scale)


def _powers(by_length: Mapping[int, BySeed]) -> dict[int, float]:
    """The power of the length that a cost grows with, by seed."""
    fitted = {n: values for n, values in by_length.items() if n >= FITTED}
    seeds = set.intersection(*map(set, fitted.values())) if len(fitted) > 1 else set()
    lengths = [math.log(n) for n in fitted]
    return {
        seed: fit_slope(lengths, [math.log(v[seed]) for v in fitted.values()]).mean or 0.0
        for seed in sorted(seeds)
    }
