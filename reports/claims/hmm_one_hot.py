"""An HMM's one-of-N state is a weaker memory than an RNN's distributed one: to remember n bits it
needs 2^n states.

Source: Ghahramani and Jordan 1997 (Factorial hidden Markov models, Machine Learning).

That n bits need 2^n states is a theorem; beside the states that hold them, an HMM needs others to
read and to say them. What a fitted HMM or an RNN reaches is what was learned in this budget, not
what it could hold.
"""

import math
from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import (
    Draw,
    Measured,
    Statement,
    all_of,
    along,
    exactly,
    mean_above,
    undecided,
)
from reports.claims.parts import LEARNING
from reports.figures import lines

TASKS = [f"bits[lag=3,n={n}]" for n in (2, 4, 6, 8)]
FITTED = {n: f"hmm[iterations=200,states={n},steps=20000]" for n in (8, 16, 32)}
"""By the number of states, which is also the number of the RNN's units."""
BITS_HMM = Part(name="bits-hmm", tasks=TASKS, architectures=list(FITTED.values()))
BITS_RNN = {
    units: Part(
        name=f"bits-rnn-{units}",
        tasks=TASKS,
        architectures=["rnn"],
        budget=LEARNING | {"match": "none", "width": units},
    )
    for units in FITTED
}
BY_HAND = Part(
    name="bits-by-hand",
    probe="bits-by-hand",
    tasks=TASKS[:3],
    architectures=[f"hmm[states={2**n}]" for n in (2, 4, 6)],
    seeds=[0],
)
CELLS = (BITS_HMM, *BITS_RNN.values(), BY_HAND)

MORE, NEAR = 0.5, 0.01
"""Bits."""
STATEMENTS = {
    "states": Statement(
        "An HMM that is built by hand, with N states to hold its memory, keeps log2 N of the bits, "
        f"or all where there are no more: to {NEAR:g} bits, with 4, 16 and 64 states, of 2, 4 "
        "and 6 bits.",
        exact=True,
    ),
    "units": Statement(
        f"With each of 8, 16 and 32 units the best of the seeds of an RNN keeps at least {MORE:g} "
        "bits more than the most that as many states can hold, log2 of their number. Where it "
        "keeps fewer this is left open.",
        exact=True,
    ),
    "fitted": Statement(
        "With each of 8, 16 and 32 units an RNN learns to keep more bits than an HMM that is "
        "fitted with as many states, in the mean over seeds."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    hmm, rnn = _kept(evidence)
    best = {n: max(rnn[n].values()) - math.log2(n) for n in FITTED}
    heads = ("units or states", "most that states can hold", "best HMM", "best RNN")
    table = [heads] + [
        (str(n), f"{math.log2(n):g}", f"{max(hmm[n].values()):.2f}", f"{max(rnn[n].values()):.2f}")
        for n in FITTED
    ]
    unit, least = "bits more, where it is least", min(best.values())
    reached = exactly(True, least, unit, len(best), table)
    short = "no seed got so far, which says what was learned and not what could be held"
    return {
        "states": _by_hand(evidence),
        "units": reached if least >= MORE else undecided(reached, short),
        "fitted": all_of(
            mean_above(f"{n} units minus {n} states", rnn[n] - hmm[n], unit="bits") for n in FITTED
        ),
    }


def draw(evidence: Evidence, _: Mapping[str, Measured]) -> Draw:
    """The most bits that a seed keeps, by units or states."""
    hmm, rnn = _kept(evidence)
    hand: dict[int, list[float]] = {}
    for _bits, measured in _hands(evidence):
        hand.setdefault(int(measured["holding"]), []).append(measured["kept"])
    curves = {
        "RNN, best seed": {n: [max(of.values())] for n, of in rnn.items()},
        "HMM fitted, best seed": {n: [max(of.values())] for n, of in hmm.items()},
        "HMM by hand, states that hold": {n: [max(of)] for n, of in sorted(hand.items())},
        "log2 N, the most of N states": {n: [math.log2(n)] for n in sorted({*FITTED, *hand})},
    }
    return along([lines.Panel("", curves)], lines.Scale("units or states", "bits kept", 2))


def _kept(evidence: Evidence) -> tuple[dict[int, BySeed], dict[int, BySeed]]:
    """By seed, of the fitted HMM and of the RNN, by size: the bits kept, on the task on which they
    are most."""

    def most(part: Part, architecture: str) -> BySeed:
        tasks = evidence.tasks_by(part, "n")
        skills = {n: evidence.clipped(part, task, architecture) for n, task in tasks.items()}
        seeds = sorted({seed for of in skills.values() for seed in of})
        return BySeed({s: max(n * of.get(s, 0.0) for n, of in skills.items()) for s in seeds})

    hmm = {size: most(BITS_HMM, name) for size, name in FITTED.items()}
    return hmm, {units: most(part, "rnn") for units, part in BITS_RNN.items()}


def _hands(evidence: Evidence) -> list[tuple[int, Mapping[str, float]]]:
    """What was measured of those built by hand, after the bits asked for."""
    return [
        (n, measured)
        for n, task in evidence.tasks_by(BY_HAND, "n").items()
        for name in evidence.architectures(BY_HAND)
        for measured in evidence.measured(BY_HAND, task, name).values()
    ]


def _by_hand(evidence: Evidence) -> Measured:
    table, wrong = [("bits asked for", "states that hold", "states in all", "bits kept")], []
    for n, of in _hands(evidence):
        table.append((str(n), f"{of['holding']:g}", f"{of['states']:g}", f"{of['kept']:.3f}"))
        wrong.append(abs(of["kept"] - min(n, math.log2(of["holding"]))))
    return exactly(max(wrong) <= NEAR, max(wrong), "bits off, where it is most", len(wrong), table)
