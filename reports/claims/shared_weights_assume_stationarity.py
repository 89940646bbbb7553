"""Sharing weights over time hurts when the rule changes within the sequence.

Source: Goodfellow, Bengio and Courville 2016, Deep Learning, chapter 10 (parameter sharing in
recurrent networks presumes that the conditional distribution is stationary).

What is shared is the equations, not the answer: a state can hold which rule is in force. A network
with weights of its own at each step has as many times the parameters, and cannot read further.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import QUARTER, Measured, Statement, needs_learned, rate_higher
from reports.claims.parts import LEARNING, TUNED

STEPS, FEW = 24, 200
SHARED, OWN = "rnn", f"rnn[untied={STEPS}]"
TASKS = {
    "cue": "switching",
    "no cue": "switching[cue=false]",
    "cue, few examples": f"switching[pool={FEW}]",
    "no cue, few examples": f"switching[cue=false,pool={FEW}]",
}
SWITCHING = Part(
    name="switching",
    tasks=list(TASKS.values()),
    architectures=[SHARED, OWN],
    budget={"match": "none", "width": 32} | LEARNING | TUNED,
)
CELLS = (SWITCHING,)

STATEMENTS = {
    name: Statement(
        "On labels whose rule changes midway, "
        + ("which a sign marks" if name.startswith("cue") else "with nothing to mark it")
        + (f", learned from {FEW} examples" if "few" in name else "")
        + f", the share of an RNN's seeds that learn them is more than {QUARTER:g} lower than "
        "that of the same RNN with weights of its own at each step."
    )
    for name in TASKS
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    measured = {}
    for name, task in TASKS.items():
        own, shared = (evidence.solved(SWITCHING, task, a) for a in (OWN, SHARED))
        told = rate_higher((f"{name}: own", f"{name}: shared"), own, shared, QUARTER)
        better = max(own, shared, key=lambda of: sum(of.values()))
        measured[name] = needs_learned(told, better, "The task, by the better of the two,")
    return measured
