"""An HMM's one-of-N state is a weaker memory than an RNN's distributed one: to remember n bits it
needs 2^n states.

Source: Ghahramani and Jordan 1997 (Factorial hidden Markov models, Machine Learning).

That n bits need 2^n states is a theorem; what the HMM and the smaller RNNs reached is what was
learned in this budget, not what they could hold.
"""

import math

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import Comparison, Judgement, rule
from reports.formats import listed

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
    bound = math.log2(LARGEST)
    beyond = {seed: bits - bound for seed, bits in rnn[LARGEST].items()}
    comparisons = [
        *(Comparison(f"bits, {n} units minus {n} states", rnn[n] - hmm[n])
          for n in HMM),
        Comparison(f"bits of {LARGEST} units beyond the {bound:g} of any {LARGEST} states", beyond),
    ]  # fmt: skip
    return rule(comparisons, "bits", beyond)


def _kept(evidence: Evidence, part: Part, architecture: str) -> BySeed:
    """The skill's share of the bits asked for, on the task where most were kept."""
    tasks = evidence.tasks_by(part, "n")
    skills = {n: evidence.skills(part, task, architecture) for n, task in tasks.items()}
    seeds = sorted(set().union(*skills.values()))
    return BySeed({s: max(0.0, *(n * of.get(s, 0.0) for n, of in skills.items())) for s in seeds})
