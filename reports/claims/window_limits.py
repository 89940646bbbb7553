"""A windowed feed-forward network, and a CNN, cannot use what lies beyond the window.

Source: Waibel et al. 1989 (Phoneme recognition using time-delay neural networks); Bai, Kolter and
Koltun 2018 (An empirical evaluation of generic convolutional and recurrent networks).
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import differences, mean_over, negative
from reports.claims.judging import Comparison, Judgement, rule
from reports.figures import lines
from reports.figures.style import Drawing

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


def judge(evidence: Evidence) -> Judgement:
    comparisons, drops, fields = [], [], []
    for part in CELLS:
        name, field = part.architectures[0], _field(evidence, part)
        curve = _curve(evidence, part, name)
        inside, outside = (curve.get(lag, {}) for lag in (field - 1, field))
        drops.append(differences(inside, outside))
        comparisons += [
            Comparison(f"{name}: lag {field - 1} minus lag {field}", drops[-1], DROP),
            Comparison(f"{name}: minus skill at lag {field}", negative(outside), -BLIND),
        ]
        fields.append(f"{name} sees {field} steps")
    reason = (
        f"{'. '.join(fields)}. That nothing is seen beyond the edge is so by construction, and no "
        "budget changes it; how much is learned just inside it depends on the budget, most of all "
        "in a deep stack, where the edge is reached by a single path. A wider window or one level "
        "more moves the cliff: the limit is in the choice of the window, not in the kind of model."
    )
    return rule(comparisons, "skill", mean_over(drops), reason)


def draw(evidence: Evidence, name: str) -> Drawing | None:
    """Skill against lag; dashed: the edge."""
    panels = []
    for part in CELLS:
        field = _field(evidence, part)
        title, edge = (f"sees {field} steps", field - 0.5) if field else ("", None)
        curves = {a: _curve(evidence, part, a) for a in part.architectures}
        panels.append(lines.Panel(title, curves, edge))
    scale = lines.Scale("lag, steps (dashed: the edge)", "skill", ends=lines.SKILL, levels=(0,))
    return lines.draw(name, panels, scale)


def _field(evidence: Evidence, part: Part) -> int:
    """Steps that the part's first architecture sees, the last included, by its records; 0: they do
    not say."""
    fields = {
        int(field)
        for task in evidence.tasks(part)
        for field in evidence.numbers(part, task, part.architectures[0], "receptive_field").values()
    }
    return fields.pop() if len(fields) == 1 else 0


def _curve(evidence: Evidence, part: Part, architecture: str) -> dict[int, dict[int, float]]:
    """Skill by lag."""
    tasks = evidence.tasks_by(part, "lag")
    return {lag: evidence.skills(part, task, architecture) for lag, task in tasks.items()}
