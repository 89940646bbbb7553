"""Self-attention needs fewer parameters, is faster, and gives good results.

Source: Vaswani et al. 2017 (Attention is all you need).

Seconds are those of this trial's machine, where the LSTM is a fused kernel. The models are small,
which is not where attention is at home.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import (
    Draw,
    Measured,
    Statement,
    as_rows,
    doublings,
    exactly,
    mean_above,
    mean_of,
)
from reports.claims.measures import TENTH, by_length, machine, times
from reports.claims.parts import COST_LENGTH, LEARNING

ATTENTION, LSTM, BILSTM = "self_attention", "lstm", "bilstm"
CAUSAL = Part(
    name="attention-causal",
    tasks=["english_chars[length=32]", "hmm_source", "copy"],
    architectures=[ATTENTION, LSTM],
    budget=LEARNING,
)
TWO_WAY = Part(
    name="attention-two-way",
    tasks=["keyword", "digit_rows", "future_context"],
    architectures=[ATTENTION, BILSTM],
    budget=LEARNING,
)
SIZE = Part(
    name="attention-size",
    probe="size",
    tasks=["recall"],
    architectures=[f"{ATTENTION}[layers=1]", ATTENTION, LSTM, BILSTM],
    seeds=[0],
    budget={"match": "none", "width": 64},
)
CELLS = (CAUSAL, TWO_WAY, SIZE, COST_LENGTH)

WORSE, LENGTH = 0.05, 100
GOOD = f"has at most {WORSE:g} less skill (cut off at 0 and 1, mean over {{}} tasks) than {{}}."
STATEMENTS = {
    "causal": Statement(
        "Where each step may see only what came before it, self-attention of as many parameters "
        + GOOD.format(len(CAUSAL.tasks), "an LSTM")
    ),
    "two-way": Statement(
        "Where each step may see the whole sequence, self-attention of as many parameters "
        + GOOD.format(len(TWO_WAY.tasks), "a bidirectional LSTM")
    ),
    "parameters": Statement(
        "With one layer each and at equal width, self-attention has fewer parameters than an LSTM.",
        exact=True,
    ),
    "seconds": Statement(
        f"At equal parameters an update of the LSTM at {LENGTH} steps takes over a tenth longer "
        "than one of self-attention."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    (task,) = evidence.tasks(SIZE)
    sizes = {
        a: of["without_embedding"]
        for a in evidence.architectures(SIZE)
        for of in evidence.measured(SIZE, task, a).values()
    }
    table = [("architecture", f"parameters at width {SIZE.budget['width']}")]
    table += [(a, f"{size:,}") for a, size in sizes.items()]
    ratio = sizes[LSTM] / sizes[SIZE.architectures[0]]
    seconds = [by_length(evidence, a, "seconds")[LENGTH] for a in (LSTM, ATTENTION)]
    slower = mean_above("LSTM against self-attention, log2 of seconds", doublings(*seconds), TENTH)
    return {
        "causal": _ahead(evidence, CAUSAL, LSTM),
        "two-way": _ahead(evidence, TWO_WAY, BILSTM),
        "parameters": exactly(
            ratio > 1, ratio, "times the parameters, LSTM over attention", len(sizes), table
        ),
        "seconds": times(slower, "the seconds").with_(note=machine(evidence, COST_LENGTH)),
    }


def draw(evidence: Evidence) -> Draw:
    """Skill against the two rivals."""
    found = judge(evidence)
    return as_rows([found["causal"], found["two-way"]], "skill of self-attention minus the other")


def _ahead(evidence: Evidence, part: Part, rival: str) -> Measured:
    skills = {
        f"{task}, skill minus {rival}": evidence.clipped(part, task, ATTENTION)
        - evidence.clipped(part, task, rival)
        for task in evidence.tasks(part)
    }
    return mean_of(mean_above, skills, -WORSE, "skill")
