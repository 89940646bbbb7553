"""A windowed feed-forward network, and a CNN, cannot use what lies beyond the window.

Source: Waibel et al. 1989 (Phoneme recognition using time-delay neural networks); Bai, Kolter and
Koltun 2018 (An empirical evaluation of generic convolutional and recurrent networks).
"""

from dataclasses import dataclass

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.analysis.statistics import Summary, summarize
from reports.claims.by_seed import differences, mean_over, negative
from reports.claims.judging import Comparison, Judgement, missing, rule
from reports.figures import lines
from reports.figures.style import Drawing
from reports.formats import amount, estimate

CONTROL = "rnn"
"""Has no window."""
WINDOW = Part(
    name="window",
    tasks=[f"recall[lag={lag}]" for lag in range(7, 12)],
    architectures=["fnn_window", CONTROL],
)
FIELD = Part(
    name="receptive-field",
    tasks=[f"recall[lag={lag}]" for lag in range(12, 17)],
    architectures=["cnn[levels=3]", CONTROL],
)
CELLS = (WINDOW, FIELD)

DROP, BLIND = 0.5, 0.05
CRITERION = (
    "For the windowed network and the CNN, with the token to be recalled one step beyond the "
    f"receptive field, skill is below {BLIND:g}; and it falls by more than {DROP:g} from the last "
    "lag inside the field to the first outside: a cliff, exactly there."
)


@dataclass(frozen=True)
class Cliff:
    """Skill by seed on both sides of a window's edge."""

    architecture: str
    field: int
    """Steps that the model sees, the last included."""
    inside: dict[int, float]
    outside: dict[int, float]


def judge(evidence: Evidence) -> Judgement:
    cliffs = [cliff for part in CELLS if (cliff := _cliff(evidence, part))]
    if len(cliffs) < len(CELLS):
        return missing()
    drops = [differences(c.inside, c.outside) for c in cliffs]
    comparisons = [
        comparison
        for c, drop in zip(cliffs, drops, strict=True)
        for comparison in (
            Comparison(f"{c.architecture}: lag {c.field - 1} minus lag {c.field}", drop, DROP),
            Comparison(
                f"{c.architecture}: minus skill at lag {c.field}", negative(c.outside), -BLIND
            ),
        )
    ]
    edges = [
        f"{c.architecture} sees {c.field} steps. With the token that it is asked for at the last "
        f"of them its skill is {estimate(c.inside)}, one step further back {estimate(c.outside)}"
        for c in cliffs
    ]
    curves = [_curve(evidence, part, CONTROL) for part in CELLS]
    controls = ", ".join(f"{CONTROL} {amount(c[max(c)].mean)}" for c in curves if c)
    reason = (
        f"{'. '.join(edges)}. "
        + (f"At the longest lags of these, a network without a window: {controls}. " if controls
           else "")
        + "That nothing is seen beyond the edge is so by construction, and no budget changes it; "
        "how much is learned just inside it depends on the budget, most of all in a deep stack, "
        "where the edge is reached by a single path. A wider window or one level more moves the "
        "cliff: the limit is in the choice of the window, not in the kind of model."
    )  # fmt: skip
    return rule(comparisons, "skill", mean_over(drops), reason)


def draw(evidence: Evidence, name: str) -> Drawing | None:
    """Skill against lag; dashed: the edge."""
    panels, words = [], []
    for part in CELLS:
        shown = {a: _curve(evidence, part, a) for a in part.architectures}
        words += [
            f"{a}: " + ", ".join(f"{amount(s.mean)} at lag {lag}" for lag, s in curve.items())
            for a, curve in shown.items()
        ]
        cliff = _cliff(evidence, part)
        title, edge = (f"sees {cliff.field} steps", cliff.field - 0.5) if cliff else ("", None)
        panels.append(lines.Panel(title, shown, edge))
    scale = lines.Scale("lag, steps (dashed: the edge)", "skill", ends=lines.SKILL, levels=(0,))
    return lines.draw(name, panels, scale, f"Skill against lag. {'; '.join(words)}.")


def _cliff(evidence: Evidence, part: Part) -> Cliff | None:
    """Where the records say that the part's first architecture ends."""
    windowed, tasks = part.architectures[0], evidence.tasks_by(part, "lag")
    fields = {
        int(field)
        for task in tasks.values()
        for field in evidence.numbers(part, task, windowed, "receptive_field").values()
    }
    if len(fields) != 1:
        return None
    (field,) = fields
    inside, outside = (
        evidence.skills(part, tasks.get(lag, ""), windowed) for lag in (field - 1, field)
    )
    return Cliff(windowed, field, inside, outside) if inside and outside else None


def _curve(evidence: Evidence, part: Part, architecture: str) -> dict[int, Summary]:
    """Skill by lag."""
    return {
        lag: summarize(skills.values())
        for lag, task in evidence.tasks_by(part, "lag").items()
        if (skills := evidence.skills(part, task, architecture))
    }
