"""A CNN works on time series but is not the best choice.

Source: Examined by Bai, Kolter and Koltun 2018 (An empirical evaluation of generic convolutional
and recurrent networks for sequence modeling), who find the opposite.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.by_seed import mean_over
from reports.claims.judging import Comparison, Judgement, rule
from reports.figures import forest
from reports.figures.style import Drawing
from reports.formats import estimate, listed, mean

CNN, CONVOLUTIONS = "cnn", ("cnn", "tcn")
NULL = "stocks"
"""Nobody can win there, so nobody can be the best choice."""
SERIES = Part(
    name="series",
    tasks=["oscillator", "oscillator[kind=mackey_glass]", "weather", "ucr", "japanese_vowels"],
    architectures=["logistic", "ridge", "hmm", "fnn_window", CNN, "rnn", "lstm", "gru",
                   "self_attention"],
)  # fmt: skip
CELLS = (SERIES,)

WORKS, AHEAD = 0.1, 0.05
CRITERION = (
    f"Over the tasks with time series ({NULL} left out, where nobody can win), the CNN has more "
    f"than {WORKS:g} skill; and the architecture that is best on validation among those that are "
    f"no convolutions is ahead of it, on the test, by more than {AHEAD:g}."
)


def judge(evidence: Evidence) -> Judgement:
    rivals = _rivals(evidence)
    works = mean_over([evidence.skills(SERIES, task, CNN) for task in rivals])
    ahead = mean_over([evidence.ahead(SERIES, task, rival, CNN) for task, rival in rivals.items()])
    comparisons = [
        Comparison("CNN, skill over the tasks", works, WORKS),
        Comparison("best other minus CNN, over the tasks", ahead, AHEAD),
    ]
    by_task = [
        f"{task} (CNN {_mean(evidence, task, CNN)}, {rival} {_mean(evidence, task, rival)})"
        for task, rival in rivals.items()
    ]
    null = _mean(evidence, NULL, CNN)
    reason = (
        f"On {len(rivals)} tasks with time series, the CNN has skill {estimate(works)}. Beside it "
        "stands, for each task, the best on validation of all that are no convolutions: "
        f"{listed(by_task, 99)}. Over the tasks, the difference to the CNN is {estimate(ahead)}."
        + (f" On {NULL}, which nobody can predict, the CNN has {null}." if null else "")
        + " Which one is best on a task is itself uncertain where several are close, and all are "
        "small and trained for a short time."
    )
    return rule(comparisons, "skill", ahead, reason)


def draw(evidence: Evidence, name: str) -> Drawing | None:
    """How far the best other is ahead, task by task."""
    rows = [
        Comparison(f"{task}: {rival}", evidence.ahead(SERIES, task, rival, CNN), AHEAD).row
        for task, rival in _rivals(evidence).items()
    ]
    return forest.draw(name, rows, "skill, best other minus CNN")


def _rivals(evidence: Evidence) -> dict[str, str]:
    """For each task, the best on validation of those that are no convolutions."""
    part, chosen = evidence.part(SERIES), {}
    others = [a for a in evidence.architectures(SERIES, baselines=True) if a not in CONVOLUTIONS]
    for task in part.tasks if part else ():
        sign = 1 if task.higher_is_better else -1
        scores = {a: evidence.scores(SERIES, task.name, a, split="validation") for a in others}
        means = {
            a: sign * found for a, of in scores.items() if (found := summarize(of).mean) is not None
        }
        if means and task.name != NULL:
            chosen[task.name] = max(means, key=lambda a: means[a])
    return chosen


def _mean(evidence: Evidence, task: str, architecture: str) -> str:
    return mean(evidence.skills(SERIES, task, architecture))
