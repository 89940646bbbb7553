"""A bidirectional model wins where the label depends on the future, too.

Source: Schuster and Paliwal 1997 (Bidirectional recurrent neural networks, IEEE Transactions on
Signal Processing); Graves and Schmidhuber 2005 (Neural Networks).

A network that reads forwards can only guess a later token, by construction. In text, skill counts
from the usual label of each character or word on, after at most 5,000 updates, stopped after 1,000
without progress. Nothing here speaks of tasks whose label the past decides.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import (
    Draw,
    Measured,
    Statement,
    all_of,
    as_rows,
    exactly,
    mean_above,
    mean_over,
    rate_higher,
)
from reports.claims.parts import LEARNING, SETTLING

PAIRS = {"rnn": "birnn", "lstm": "bilstm", "gru": "bigru"}
READ = ("rnn", "lstm")
"""Those that read text."""
FUTURE, NAMES, TAGS = "future_context", "chinese_ner[length=32]", "chinese_pos[length=32]"
BOTH = [name for pair in PAIRS.items() for name in pair]
DIRECTIONS = Part(name="directions", tasks=[FUTURE], architectures=BOTH, budget=LEARNING)
DIRECTIONS_TEXT = Part(
    name="directions-text",
    tasks=[NAMES, TAGS],
    architectures=[name for one in READ for name in (one, PAIRS[one])],
    budget=LEARNING | SETTLING | {"steps": 5000},
)
DIRECTIONS_WINDOW = Part(
    name="directions-window", probe="future", tasks=[FUTURE], architectures=BOTH, seeds=[0]
)
CELLS = (DIRECTIONS, DIRECTIONS_TEXT, DIRECTIONS_WINDOW)

WIN = 0.01
STATEMENTS = {
    "future": Statement(
        "Where the label is the token three steps later, each of RNN, LSTM and GRU learns it in "
        "more seeds if it reads in both directions than if it reads forwards."
    ),
    "window": Statement(
        "What a network that reads forwards gives at a step is the same whatever follows; of one "
        "that reads in both directions it is not, at any step.",
        exact=True,
    ),
    **{
        key: Statement(
            f"RNN and LSTM {what} in Chinese sentences with a skill that is more than {WIN:g} "
            "higher if they read in both directions, in the mean over the two."
        )
        for key, what in (("names", "find names"), ("tags", "tag words"))
    },
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    solved = {a: evidence.solved(DIRECTIONS, FUTURE, a) for a in BOTH}
    learned = [rate_higher((both, one), solved[both], solved[one]) for one, both in PAIRS.items()]
    measured = {"future": all_of(learned), "window": _window(evidence)}
    for key, task in (("names", NAMES), ("tags", TAGS)):
        skills = {a: evidence.clipped(DIRECTIONS_TEXT, task, a) for a in BOTH}
        gains = {one: skills[PAIRS[one]] - skills[one] for one in READ}
        rows = [mean_above(f"{PAIRS[a]} minus {a}, {key}", gains[a], WIN).rows[0] for a in READ]
        gain = mean_above(key, mean_over(gains.values()), WIN, "skill")
        measured[key] = gain.with_(rows=tuple(rows))
    return measured


def draw(_: Evidence, measured: Mapping[str, Measured]) -> Draw:
    """Success on the later token, and gains in text."""
    return as_rows(measured.values(), "share of seeds that learn it; gain in skill")


def _window(evidence: Evidence) -> Measured:
    """The share of steps at which the output changes with what follows."""
    found = {
        a: min(of["changed"] for of in measured.values())
        for a in BOTH
        if (measured := evidence.measured(DIRECTIONS_WINDOW, FUTURE, a))
    }
    table = [("network", "steps whose output changes with what follows")]
    table += [(a, f"{share:.0%}") for a, share in found.items()]
    forwards = [found[a] for a in PAIRS]
    holds = max(forwards) == 0 and all(found[a] == 1 for a in PAIRS.values())
    return exactly(
        holds, max(forwards), "of the outputs change, reading forwards", len(found), table
    )
