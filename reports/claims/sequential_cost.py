"""Recurrent training is slow, because each step has to wait for the one before; convolution and
self-attention run in parallel over time.

Source: Vaswani et al. 2017 (Attention is all you need, NeurIPS); Bai, Kolter and Koltun 2018 (An
empirical evaluation of generic convolutional and recurrent networks).

The chain holds on any machine. Seconds hold for the one that they were measured on, at a batch of
8 and by the kernels of training: on a single core nothing runs in parallel over time, and the
number of operations decides. Seconds against self-attention are judged by attention-cheap-and-good.
"""

import math
from collections.abc import Mapping

from reports.analysis.evidence import BySeed, Evidence
from reports.analysis.statistics import fit_slope
from reports.claims.judging import (
    Draw,
    Measured,
    Statement,
    along,
    doublings,
    exactly,
    mean_above,
    mean_of,
    mean_over,
)
from reports.claims.measures import TENTH, as_seconds, by_length, machine
from reports.claims.parts import COST_LENGTH
from reports.figures import lines

RECURRENT, PARALLEL = ("rnn", "lstm", "gru"), ("cnn", "self_attention")
CELLS = (COST_LENGTH,)

FITTED, LONGEST = 100, 2000
"""Steps between which growth is fitted: at fewer, what does not grow outweighs it."""
ALONG, FLAT = 0.9, 0.1
GROWN = f"From {FITTED} to {LONGEST:,} steps"
STATEMENTS = {
    "chain": Statement(
        f"{GROWN}, the longest chain of operations of which each waits for the one before grows "
        f"with the length to a power above {ALONG:g} in the RNN, the LSTM and the GRU, and below "
        f"{FLAT:g} in the CNN and in self-attention.",
        exact=True,
    ),
    **{
        f"growth against {rival}": Statement(
            f"{GROWN}, the seconds of an update grow with the length to a higher power in the "
            f"recurrent networks (mean of the three) than in {name}, by more than {FLAT:g}."
        )
        for rival, name in (("cnn", "the CNN"), ("self_attention", "self-attention"))
    },
    "seconds": Statement(
        f"At equal parameters, from 10 to {LONGEST:,} steps, an update of a recurrent network "
        "(mean of the three) takes over a tenth longer than one of the CNN (mean of the ratio)."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    seconds = _costs(evidence, "seconds")
    powers = {a: power(of) for a, of in seconds.items()}
    found = {"chain": _chain(_costs(evidence, "chain"))}
    note = machine(evidence, COST_LENGTH)
    for rival in PARALLEL:
        more = {f"{r} against {rival}, exponent": powers[r] - powers[rival] for r in RECURRENT}
        measured = mean_of(mean_above, more, FLAT, "higher exponent")
        found[f"growth against {rival}"] = measured.with_(note=note)
    ratios = {
        f"{r} against cnn, log2 of seconds":
        mean_over(doublings(seconds[r][n], seconds["cnn"][n]) for n in seconds[r])
        for r in RECURRENT
    }  # fmt: skip
    slower = mean_of(mean_above, ratios, TENTH)
    return found | {"seconds": as_seconds(slower, evidence, COST_LENGTH)}


def draw(evidence: Evidence, _: Mapping[str, Measured]) -> Draw:
    """Operations that wait for each other, and seconds, against the length."""
    scale = lines.Scale("length, steps", "", 10)
    titles = {"chain": "longest chain, operations", "seconds": "an update, seconds"}
    return along([lines.Panel(t, _costs(evidence, cost)) for cost, t in titles.items()], scale)


def _chain(chains: Mapping[str, Mapping[int, BySeed]]) -> Measured:
    powers = {a: power(of).values() for a, of in chains.items()}
    holds = [p > ALONG for a in RECURRENT for p in powers[a]]
    holds += [p < FLAT for a in PARALLEL for p in powers[a]]
    table = [("architecture", "length, steps", "longest chain, operations")]
    table += [
        (a, f"{n:,}", f"{max(of.values()):,.0f}")
        for a, by in chains.items()
        for n, of in by.items()
    ]
    least = min(p for a in RECURRENT for p in powers[a])
    return exactly(all(holds), least, "exponent of a recurrent chain", len(chains), table)


def _costs(evidence: Evidence, cost: str) -> dict[str, dict[int, BySeed]]:
    return {a: by_length(evidence, a, cost) for a in (*RECURRENT, *PARALLEL)}


def power(costs: Mapping[int, BySeed]) -> BySeed:
    """The power of the length that a cost grows with, by seed."""
    fitted = {n: values for n, values in costs.items() if n >= FITTED}
    seeds = set.intersection(*map(set, fitted.values())) if len(fitted) > 1 else set()
    lengths = [math.log(n) for n in fitted]
    powers = {
        seed: fit_slope(lengths, [math.log(v[seed]) for v in fitted.values()]).mean or 0.0
        for seed in sorted(seeds)
    }
    return BySeed(powers)
