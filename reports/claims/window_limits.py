"""A windowed feed-forward network, and a CNN, cannot use what lies beyond the window.

Source: Waibel et al. 1989 (Phoneme recognition using time-delay neural networks); Bai, Kolter and
Koltun 2018 (An empirical evaluation of generic convolutional and recurrent networks).

That nothing is seen beyond the edge is so by construction; how much is learned just inside it
depends on the budget. The limit is in the choice of the window, not in the kind of model.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, rule
from reports.figures import lines

CONTROL = "rnn"
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
    comparisons, drops, panels = [], [], []
    for part in CELLS:
        name, tasks = part.architectures[0], evidence.tasks_by(part, "lag")
        fields = [evidence.numbers(part, t, name, "receptive_field") for t in tasks.values()]
        field = int(max((steps for of in fields for steps in of.values()), default=0))
        curves = {
            a: {lag: evidence.skills(part, task, a) for lag, task in tasks.items()}
            for a in part.architectures
        }
        inside, outside = (curves[name].get(lag, BySeed()) for lag in (field - 1, field))
        drops.append(inside - outside)
        comparisons += [
            Comparison(f"{name}: lag {field - 1} minus lag {field}", drops[-1], DROP),
            Comparison(f"{name}: minus skill at lag {field}", -outside, -BLIND),
        ]
        panels.append(lines.Panel(f"sees {field} steps", curves, field - 0.5))
    scale = lines.Scale("lag, steps (dashed: the edge)", "skill", ends=lines.SKILL, levels=(0,))
    return rule(comparisons, "skill", mean_over(drops)).along(panels, scale)
