"""Skip connections let deep recurrent stacks train.

Source: He et al. 2016 (Deep residual learning for image recognition, CVPR), for the idea; Wu et al.
2016 (Google's neural machine translation system), for stacks of LSTMs.

A training that diverged counts as no skill. Learning rate and start are those recommended for a
single layer; a deeper stack might do better on others.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import Draw, Measured, Statement, along, mean_above
from reports.claims.measures import mean_clipped
from reports.claims.parts import LEARNING
from reports.figures import lines

KINDS, DEPTHS = ("rnn", "lstm"), (2, 4, 8)
PLAIN, SKIPPING = "{}[layers={}]", "{}[layers={},residual=true]"
RESIDUAL = Part(
    name="residual",
    tasks=["recall[lag=20]", "digit_rows"],
    architectures=[
        label
        for kind in KINDS
        for label in (kind, *(f.format(kind, n) for f in (PLAIN, SKIPPING) for n in DEPTHS))
    ],
    budget={"match": "none", "width": 32} | LEARNING,
)
CELLS = (RESIDUAL,)

DEEP, HELP, BEHIND = max(DEPTHS), 0.05, 0.05
STATEMENTS = {
    f"{kind} {name}": Statement(text.format(kind.upper()))
    for kind in KINDS
    for name, text in {
        "helped": f"At equal width, {DEEP} layers of an {{}} with skip connections have more than "
        f"{HELP:g} skill more than {DEEP} without, in the mean over recall and images read by row.",
        "as a single layer": f"{DEEP} layers of an {{}} with skip connections are less than "
        f"{BEHIND:g} behind a single one in this mean.",
    }.items()
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    measured = {}
    for kind in KINDS:
        flat, plain, skipping = (
            _skill(evidence, form.format(kind, DEEP)) for form in ("{}", PLAIN, SKIPPING)
        )
        measured[f"{kind} helped"] = mean_above(
            f"{kind}, {DEEP} layers: with minus without", skipping - plain, HELP, "skill"
        )
        measured[f"{kind} as a single layer"] = mean_above(
            f"{kind}: {DEEP} with them minus 1 layer", skipping - flat, -BEHIND, "skill"
        )
    return measured


def draw(evidence: Evidence) -> Draw:
    """Skill against depth, a panel for each kind."""
    panels = []
    for kind in KINDS:
        flat = {1: _skill(evidence, kind)}
        curves = {
            name: flat | {n: _skill(evidence, form.format(kind, n)) for n in DEPTHS}
            for name, form in (("with skip connections", SKIPPING), ("without", PLAIN))
        }
        panels.append(lines.Panel(kind, curves))
    return along(panels, lines.Scale("layers", "skill, mean over tasks", 2, ends=lines.SKILL))


def _skill(evidence: Evidence, architecture: str) -> BySeed:
    return mean_clipped(evidence, RESIDUAL, architecture)
