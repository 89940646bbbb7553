"""What a hidden Markov model can solve a recurrent network can solve, too.

Source: Rabiner 1989 (A tutorial on hidden Markov models) and Elman 1990 (Finding structure in
time), for the two models; the comparison is the teaching's own.

The sources are HMMs themselves, the home ground of the one; what is compared is what each learns
from as many sequences, the number of its states chosen on validation, and not what it could hold.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import (
    Draw,
    Measured,
    Statement,
    all_of,
    along,
    mean_above,
    mean_over,
    mean_within,
)
from reports.claims.measures import needs_more_than_guesses
from reports.claims.parts import LEARNING
from reports.figures import lines

RNN, HMM = "rnn", "hmm[max_states=64,steps=120000]"
STATES, USUAL = (2, 8, 64), 8
SEQUENCES = (20, 200, 2000)
FEW, MANY = SEQUENCES[0], SEQUENCES[-1]


def _task(states: int, sequences: int) -> str:
    return f"hmm_source[sequences={sequences},states={states}]"


SOURCES = Part(
    name="sources",
    tasks=[
        *(_task(states, MANY) for states in STATES),
        *(_task(USUAL, sequences) for sequences in SEQUENCES[:-1]),
    ],
    architectures=[RNN, HMM],
    budget=LEARNING,
)
CELLS = (SOURCES,)

BEHIND = 0.05
STATEMENTS = {
    "covers": Statement(
        f"Given {MANY:,} sequences of a source of 2, 8 or 64 states, the RNN is less than "
        f"{BEHIND:g} skill behind the HMM, at each of them."
    ),
    "equal": Statement(
        f"Given as many, the two are within {BEHIND:g} skill of each other, in the mean over the "
        "three sources."
    ),
    "data": Statement(
        f"Given {FEW} sequences of a source of {USUAL} states, the RNN is further behind the HMM "
        f"than given {MANY:,}, by more than {BEHIND:g} skill."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    leads = {n: _ahead(evidence, n, MANY) for n in STATES}
    each = [mean_above(f"{n} states", lead, -BEHIND, "skill") for n, lead in leads.items()]
    more_behind = leads[USUAL] - _ahead(evidence, USUAL, FEW)
    equal = mean_within("over the sources", mean_over(leads.values()), BEHIND, "skill")
    tasks = [_task(n, MANY) for n in STATES]
    return {
        "covers": needs_more_than_guesses(all_of(each), evidence, SOURCES, HMM, tasks),
        "equal": needs_more_than_guesses(equal, evidence, SOURCES, HMM, tasks),
        "data": mean_above("more behind with few", more_behind, BEHIND, "skill"),
    }


def draw(evidence: Evidence, _: Mapping[str, Measured]) -> Draw:
    """Skill against states, and against sequences."""

    def curves(tasks: Mapping[int, str]) -> dict[str, dict[int, list[float]]]:
        return {
            label: {n: [*evidence.clipped(SOURCES, t, a).values()] for n, t in tasks.items()}
            for label, a in (("RNN", RNN), ("HMM", HMM))
        }

    panels = [
        lines.Panel(f"{MANY:,} sequences", curves({n: _task(n, MANY) for n in STATES}),
                    across="states of the source"),
        lines.Panel(f"{USUAL} states", curves({n: _task(USUAL, n) for n in SEQUENCES}),
                    across="sequences to learn from"),
    ]  # fmt: skip
    return along(panels, lines.Scale("", "skill", 2, ends=lines.SKILL))


def _ahead(evidence: Evidence, states: int, sequences: int) -> BySeed:
    """The RNN's skill minus the HMM's."""
    return evidence.ahead(SOURCES, _task(states, sequences), RNN, HMM)
