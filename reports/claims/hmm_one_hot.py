"""An HMM's one-of-N state is a weaker memory than an RNN's distributed one: to remember n bits it
needs 2^n states.

Source: Ghahramani and Jordan 1997 (Factorial hidden Markov models, Machine Learning).
"""

import math
from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.by_seed import differences
from reports.claims.judging import Comparison, Judgement, missing, rule
from reports.formats import estimate, listed

TASKS = [f"bits[lag=3,n={n}]" for n in (1, 2, 4, 6)]
HMM = {n: f"hmm[iterations=200,states={n},steps=20000]" for n in (8, 16, 32)}
"""By the number of states, which is also the number of the RNN's units."""
LARGEST = max(HMM)
BITS_HMM = Part(name="bits-hmm", tasks=TASKS, architectures=list(HMM.values()))
BITS_RNN = {
    units: Part(
        name=f"bits-rnn-{units}",
        tasks=TASKS,
        architectures=["rnn"],
        budget={"match": "none", "width": units, "steps": 1500},
    )
    for units in HMM
}
CELLS = (BITS_HMM, *BITS_RNN.values())

CRITERION = (
    f"With {listed([str(size) for size in HMM])} units the RNN keeps more bits than the HMM with "
    f"as many states; and with {LARGEST} units it keeps more than {math.log2(LARGEST):g} bits, "
    f"which is the most that {LARGEST} states can hold, however they are fitted. Bits kept: the "
    "share of the n bits, times n, on the task with the n at which it is largest."
)


def judge(evidence: Evidence) -> Judgement:
    hmm = {size: _kept(evidence, BITS_HMM, name) for size, name in HMM.items()}
    rnn = {size: _kept(evidence, part, "rnn") for size, part in BITS_RNN.items()}
    if not all([*hmm.values(), *rnn.values()]):
        return missing()
    bound = math.log2(LARGEST)
    beyond = {seed: bits - bound for seed, bits in rnn[LARGEST].items()}
    comparisons = [
        *(Comparison(f"bits, {n} units minus {n} states", differences(rnn[n], hmm[n]))
          for n in HMM),
        Comparison(f"bits of {LARGEST} units beyond the {bound:g} of any {LARGEST} states", beyond),
    ]  # fmt: skip
    by_size = "; ".join(
        f"with {size}, the RNN {estimate(rnn[size])} and the HMM {estimate(hmm[size])}, of which "
        f"{size} states could at best hold {math.log2(size):g}"
        for size in HMM
    )
    asked = listed([str(n) for n in evidence.tasks_by(BITS_HMM, "n")])
    held = summarize(rnn[LARGEST]).mean or 0.0
    reason = (
        f"Bits that were kept over a short lag, on the best of the tasks with {asked} bits: "
        f"{by_size}. That N states hold no more than log2 N bits, so that n bits need 2^n of them, "
        f"is a theorem; {LARGEST} units held {held:.1f} bits, for which an HMM would need "
        f"{math.ceil(2**held):,} states at the narrowest place alone. Where the HMM falls short of "
        "its bound, expectation-maximisation was caught in a local optimum: a gap to it is both "
        "weaker memory and harder learning. What the smaller RNNs reached depends on the budget: "
        "it is what gradient descent found in it, not what their units could hold."
    )
    return rule(comparisons, "bits", beyond, reason)


def _kept(evidence: Evidence, part: Part, architecture: str) -> Mapping[int, float]:
    """The skill's share of the bits asked for, on the task where most were kept."""
    kept: dict[int, float] = {}
    for bits, task in evidence.tasks_by(part, "n").items():
        for seed, skill in evidence.skills(part, task, architecture).items():
            kept[seed] = max(kept.get(seed, 0.0), bits * skill)
    return kept
