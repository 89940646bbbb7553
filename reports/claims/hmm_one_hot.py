"""One of N states remembers less than N units do."""

from __future__ import annotations

import math
import re

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.claim import Claim, Comparison, Judgement, differences, rule
from reports.formats import found, listed

HMM = "bits-hmm"
SIZES = (8, 16, 32)
"""States of the HMM, and units of the RNN."""
LARGEST = SIZES[-1]


def judge(evidence: Evidence) -> Judgement:
    hmm, rnn = ({n: _held(evidence, kind, n) for n in SIZES} for kind in ("hmm", "rnn"))
    if not all([*hmm.values(), *rnn.values()]):
        return rule([], "bits", "")
    more = {size: differences(rnn[size], hmm[size]) for size in SIZES}
    most = math.log2(LARGEST)
    beyond = {seed: held - most for seed, held in rnn[LARGEST].items()}
    comparisons = [
        *(Comparison(f"bits, {n} units minus {n} states", more[n]) for n in SIZES),
        Comparison(f"bits of {LARGEST} units beyond the {most:g} of any {LARGEST} states", beyond),
    ]

    def reason(judgement: Judgement) -> str:
        told = [
            f"with {size}, the RNN {found(rnn[size].values())} and the HMM "
            f"{found(hmm[size].values())}, of which {size} states could at best hold "
            f"{math.log2(size):g}" for size in SIZES
        ]  # fmt: skip
        tried = listed([str(n) for n in sorted(_lengths(evidence))])
        least = summarize(rnn[LARGEST].values()).mean or 0.0
        return (
            f"Bits that were kept over a short lag, on the best of the tasks with {tried} bits: "
            f"{'; '.join(told)}. That N states hold no more than log2 N bits, so that n bits need "
            f"2^n of them, is a theorem; {LARGEST} units held {least:.1f} bits, for which an HMM "
            f"would need {math.ceil(2**least):,} states at the narrowest place alone. Where the "
            "HMM falls short of its bound, expectation-maximisation was caught in a local optimum: "
            "a gap to it is both weaker memory and harder learning. What the smaller RNNs reached "
            "depends on the "
            "budget: it is what gradient descent found in it, not what their units could hold."
        )

    return rule(comparisons, "bits", reason, beyond)


def _lengths(evidence: Evidence) -> dict[int, str]:
    """The tasks by how many bits they ask for, which a label leaves out where there are four."""
    tasks = evidence.tasks(HMM)
    return {int(m[1]) if (m := re.search(r"\bn=(\d+)", task)) else 4: task for task in tasks}


def _held(evidence: Evidence, kind: str, size: int) -> dict[int, float]:
    """Bits kept by seed: the skill's share of the bits asked for, on the task where most were."""
    part = HMM if kind == "hmm" else f"bits-rnn-{size}"
    wanted = rf"hmm\[.*\bstates={size}\b" if kind == "hmm" else r"rnn$"
    held: dict[int, float] = {}
    for architecture in evidence.architectures(part, baselines=True):
        if re.match(wanted, architecture):
            for bits, task in _lengths(evidence).items():
                for seed, skill in evidence.skills(part, task, architecture).items():
                    held[seed] = max(held.get(seed, 0.0), bits * skill)
    return held


CLAIM = Claim(
    id="hmm-one-hot",
    statement="An HMM's one-of-N state is a weaker memory than an RNN's distributed one: to "
    "remember n bits it needs 2^n states.",
    source="Ghahramani and Jordan 1997 (Factorial hidden Markov models, Machine Learning)",
    needs=(HMM, *(f"bits-rnn-{size}" for size in SIZES)),
    criterion=f"With {listed([str(size) for size in SIZES])} units the RNN keeps more bits than "
    f"the HMM with as many states; and with {LARGEST} units it keeps more than "
    f"{math.log2(LARGEST):g} bits, which is the most that {LARGEST} states can hold, however they "
    "are fitted. Bits kept: the share of the n bits, times n, on the task with the n at which it "
    "is largest.",
    judge=judge,
)
