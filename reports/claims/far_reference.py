"""To resolve who a pronoun means, a model needs long memory.

Source: Hobbs 1978 (Resolving pronoun references, Lingua), for the problem.

A model that remembers the names without their titles gets half right, and has not resolved it. The
words are artificial: in real text nearness and topic often tell who is meant. RNN, LSTM and GRU
each have the start that was best for them on other seeds.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import (
    Draw,
    Measured,
    Solved,
    Statement,
    along,
    fewer_than_half,
    needs_learned,
    pooled,
    rate_higher,
    undecided,
)
from reports.claims.measures import receptive_field, shares
from reports.claims.parts import HORIZON, LEARNING
from reports.figures import lines
from reports.formats import listed

WINDOW = "fnn_window"
NETWORKS = {"RNN": "rnn", "LSTM": "lstm", "GRU": "gru"}
LONG = ("LSTM", "GRU")
DISTANCES = (5, 15, 45, 95)
REFERENCE = Part(
    name="reference",
    tasks=[f"reference[distance={distance}]" for distance in DISTANCES],
    architectures=[WINDOW, *NETWORKS.values()],
    budget=LEARNING,
)
CELLS = (REFERENCE, HORIZON)

NEAR, FAR = min(DISTANCES), 45
STATEMENTS = {
    "window": Statement(
        "With at least as many words between names and pronoun as its window has steps, fewer than "
        "half of the seeds of a windowed feed-forward network resolve the pronoun."
    ),
    "horizon": Statement(
        "At the nearest distance beyond its memory horizon a network resolves the pronoun in fewer "
        "than half of the seeds: RNN, LSTM and GRU, all seeds together."
    ),
    **{
        name: Statement(
            f"With {FAR} words between, more seeds of the {name} than of the RNN resolve the "
            "pronoun."
        )
        for name in LONG
    },
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    success = {name: _success(evidence, a) for name, a in NETWORKS.items()}
    window, seen = receptive_field(evidence, REFERENCE, WINDOW), _success(evidence, WINDOW)
    outside = min(d for d in seen if d >= window)
    label = f"window of {window} steps, {outside} words"
    horizons = _horizons(evidence)
    known = horizons.keys() == success.keys()
    return {
        "window": needs_learned(fewer_than_half(label, seen[outside]), seen[NEAR],
                                f"{NEAR} words between, by the windowed network,"),
        **({"horizon": _beyond(success, horizons)} if known else {}),
        **{
            name: rate_higher(
                (f"{name}, {FAR} words", f"RNN, {FAR} words"),
                success[name][FAR], success["RNN"][FAR],
            )
            for name in LONG
        },
    }  # fmt: skip


def _beyond(success: Mapping[str, Mapping[int, Solved]], horizons: Mapping[str, int]) -> Measured:
    """Success at the nearest distance beyond each network's horizon."""
    nearest = {
        name: min(beyond)
        for name, of in success.items()
        if (beyond := [distance for distance in of if distance >= horizons[name]])
    }
    labels = {n: f"{n}, horizon {horizons[n]}: {distance} words" for n, distance in nearest.items()}
    rows = [fewer_than_half(labels[n], success[n][d]).rows[0] for n, d in nearest.items()]
    beyond_it = pooled(success[name][distance] for name, distance in nearest.items())
    overall = fewer_than_half("", beyond_it).with_(rows=tuple(rows), unit="of seeds resolve it")
    farther = [name for name in success if name not in nearest]
    if farther:
        return undecided(overall, f"no distance is beyond the horizon of {listed(farther)}")
    near = pooled(of[NEAR] for of in success.values())
    return needs_learned(overall, near, f"{NEAR} words between, by RNN, LSTM and GRU,")


def draw(evidence: Evidence, _: Mapping[str, Measured]) -> Draw:
    """The share of seeds that resolve it, by distance, and how far each can look back."""
    edges = {WINDOW: receptive_field(evidence, REFERENCE, WINDOW)} | _horizons(evidence)
    labels = {WINDOW: WINDOW} | NETWORKS
    panels = [
        lines.Panel(name, {name: shares(_success(evidence, a))}, edges.get(name))
        for name, a in labels.items()
    ]
    scale = lines.Scale("words between", "share of seeds (dashed: window, horizon)",
                        ends=lines.SKILL)  # fmt: skip
    return along(panels, scale)


def _success(evidence: Evidence, architecture: str) -> dict[int, Solved]:
    """Which seeds resolve it, by the number of words between."""
    tasks = evidence.tasks_by(REFERENCE, "distance")
    return {d: evidence.solved(REFERENCE, task, architecture) for d, task in tasks.items()}


def _horizons(evidence: Evidence) -> dict[str, int]:
    """In steps, of the recall of a token, where all lags have been tried that are to be."""
    steps = {name: evidence.horizon(HORIZON, "recall", a).steps for name, a in NETWORKS.items()}
    return {name: reached for name, reached in steps.items() if reached is not None}
