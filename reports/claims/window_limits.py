"""A windowed feed-forward network, and a CNN, cannot use what lies beyond the window.

Source: Waibel et al. 1989 (Phoneme recognition using time-delay neural networks); Bai, Kolter and
Koltun 2018 (An empirical evaluation of generic convolutional and recurrent networks).

That nothing is seen beyond the edge is so by construction; how much is learned just inside it
depends on the budget. The limit is in the choice of the window, not in the kind of model.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Draw, Measured, Statement, along, exactly, fewer_than_half
from reports.claims.measures import receptive_field, shares, success_by_lag
from reports.claims.parts import LEARNING
from reports.figures import lines

CONTROL = "gru"
NETWORKS = {"windowed FNN": "fnn_window", "CNN": "cnn[levels=3]"}
PARTS = {
    name: Part(
        name=part,
        tasks=[f"recall[lag={lag}]" for lag in lags],
        architectures=[NETWORKS[name], CONTROL],
        budget=LEARNING,
    )
    for name, part, lags in (
        ("windowed FNN", "window", range(8, 12)),
        ("CNN", "receptive-field", range(13, 17)),
    )
}
EDGE = Part(
    name="edge-gradient",
    probe="gradient-flow",
    tasks=["recall[lag=40]"],
    architectures=list(NETWORKS.values()),
    seeds=[0],
    budget={"steps": 1},
)
CELLS = (*PARTS.values(), EDGE)

STATEMENTS = {
    **{
        name: Statement(
            f"Of the seeds of the {name} that recall the first step inside its window, fewer than "
            "half recall the step before that."
        )
        for name in NETWORKS
    },
    "gradient": Statement(
        "The gradient at each step outside of the window is exactly zero, and at the first step "
        "inside it is not.",
        exact=True,
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    measured = {}
    for name, part in PARTS.items():
        field = receptive_field(evidence, part, NETWORKS[name])
        success = success_by_lag(evidence, part, NETWORKS[name])
        inside, outside = (success.get(lag, {}) for lag in (field - 1, field))
        kept = {seed: solved for seed, solved in outside.items() if inside.get(seed)}
        label = f"{name}, which sees {field} steps: lag {field}"
        note = (
            f"Lag {field - 1}, the first inside, is learned by {len(kept)} of {len(inside)} seeds"
        )
        measured[name] = fewer_than_half(label, kept).with_(note=f"{note} of the {name}.")
    return measured | {"gradient": _gradient(evidence)}


def draw(evidence: Evidence, _: Mapping[str, Measured]) -> Draw:
    """The share of seeds that learn each lag, and the edge."""
    panels = []
    for name, part in PARTS.items():
        field = receptive_field(evidence, part, NETWORKS[name])
        curves = {a: shares(success_by_lag(evidence, part, a)) for a in part.architectures}
        panels.append(lines.Panel(f"{name}: sees {field} steps", curves, field - 0.5))
    across = "lag, steps (dashed: the edge)"
    return along(panels, lines.Scale(across, "share of seeds that learn it", ends=lines.SKILL))


def _gradient(evidence: Evidence) -> Measured:
    (task,), beyond, holds = evidence.tasks(EDGE), [], []
    table = [("network", "steps seen", "gradient at the first of them", "largest before that")]
    for name, network in NETWORKS.items():
        fields = evidence.numbers(EDGE, task, network, "receptive_field")
        for seed, found in evidence.measured(EDGE, task, network).items():
            norms = [norm or 0.0 for norm in found["initial"]["norms"]["input"]["mean"]]
            field = int(fields[seed])
            inside, outside = norms[field - 1], max(norms[field:])
            beyond.append(outside)
            holds.append(inside > 0 and outside == 0)
            table.append((name, str(field), f"{inside:.2g}", f"{outside:.2g}"))
    return exactly(all(holds), max(beyond), "is the largest gradient outside", len(holds), table)
