"""Skip connections let deep recurrent stacks train.

Source: He et al. 2016 (Deep residual learning for image recognition, CVPR), for the idea; Wu et al.
2016 (Google's neural machine translation system), for stacks of LSTMs.

A training that diverged counts as no skill. The learning rate is tuned for each depth, with skip
connections and without. Where not even a single layer learns, a stack says nothing.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import (
    QUARTER,
    Draw,
    Measured,
    Statement,
    all_of,
    along,
    mean_above,
    needs_learned,
    rate_higher,
)
from reports.claims.measures import mean_clipped, needs_more_than_guesses
from reports.claims.parts import LEARNING, TUNED
from reports.figures import lines

KINDS, DEPTHS = ("rnn", "lstm"), (2, 4, 8)
PLAIN, SKIPPING = "{}[layers={}]", "{}[layers={},residual=true]"
RECALL, IMAGES = "recall[lag=20]", "digit_rows"
RESIDUAL = Part(
    name="residual",
    tasks=[RECALL, IMAGES],
    architectures=[
        label
        for kind in KINDS
        for label in (kind, *(f.format(kind, n) for f in (PLAIN, SKIPPING) for n in DEPTHS))
    ],
    budget={"match": "none", "width": 32} | LEARNING | TUNED,
)
CELLS = (RESIDUAL,)

DEEP, HELP, BEHIND = max(DEPTHS), 0.05, 0.05
STATEMENTS = {
    f"{kind}, {name}": Statement(f"At equal width, {text.format(kind.upper())}")
    for kind in KINDS
    for name, text in {
        "recall": f"the share of seeds that learn recall is more than {QUARTER:g} higher with "
        f"{DEEP} layers of an {{}} with skip connections than with {DEEP} without, and less than "
        f"{QUARTER:g} lower than with a single layer.",
        "images": f"on images read by row, {DEEP} layers of an {{}} with skip connections are more "
        f"than {HELP:g} ahead in skill of {DEEP} without, and less than {BEHIND:g} behind a single "
        "layer.",
    }.items()
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    measured = {}
    for kind in KINDS:
        forms = {"1 layer": kind, f"{DEEP} layers": PLAIN.format(kind, DEEP),
                 f"{DEEP} with skips": SKIPPING.format(kind, DEEP)}  # fmt: skip
        measured[f"{kind}, recall"] = _recall(evidence, kind, forms)
        measured[f"{kind}, images"] = _images(evidence, kind, forms)
    return measured


def _recall(evidence: Evidence, kind: str, forms: Mapping[str, str]) -> Measured:
    flat, plain, skips = (evidence.solved(RESIDUAL, RECALL, a) for a in forms.values())
    one, stack, skipping = (f"{kind}, {form}, recall" for form in forms)
    both = all_of([
        rate_higher((skipping, stack), skips, plain, QUARTER),
        rate_higher((skipping, one), skips, flat, -QUARTER),
    ])  # fmt: skip
    return needs_learned(both, flat, "Recall, by a single layer,")


def _images(evidence: Evidence, kind: str, forms: Mapping[str, str]) -> Measured:
    flat, plain, skips = (evidence.clipped(RESIDUAL, IMAGES, a) for a in forms.values())
    label = f"{kind}, {DEEP} layers with skips minus"
    both = all_of([
        mean_above(f"{label} without, images", skips - plain, HELP, "skill"),
        mean_above(f"{label} 1 layer, images", skips - flat, -BEHIND, "skill"),
    ])  # fmt: skip
    return needs_more_than_guesses(both, evidence, RESIDUAL, kind, [IMAGES])


def draw(evidence: Evidence, _: Mapping[str, Measured]) -> Draw:
    """Skill against depth, a panel for each kind."""
    panels = []
    for kind in KINDS:
        flat = {1: mean_clipped(evidence, RESIDUAL, kind)}
        curves = {
            name: flat | {n: mean_clipped(evidence, RESIDUAL, form.format(kind, n)) for n in DEPTHS}
            for name, form in (("with skip connections", SKIPPING), ("without", PLAIN))
        }
        panels.append(lines.Panel(kind, curves))
    return along(panels, lines.Scale("layers", "skill, mean over tasks", 2, ends=lines.SKILL))
