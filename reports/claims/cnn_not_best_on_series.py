"""A CNN works on time series but is not the best choice.

Source: Examined by Bai, Kolter and Koltun 2018 (An empirical evaluation of generic convolutional
and recurrent networks for sequence modeling), who find the opposite.

Which one is best is itself uncertain where several are close; all trained for a short time.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, rule

CNN, CONVOLUTIONS = "cnn", ("cnn", "tcn")
NULL = "stocks"
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
    names = evidence.architectures(SERIES, baselines=True)
    others = [a for a in names if a not in CONVOLUTIONS]
    tasks = [task for task in evidence.tasks(SERIES) if task != NULL]
    best = {task: evidence.best_on_validation(SERIES, task, others) for task in tasks}
    rivals = {task: rival for task, rival in best.items() if rival}
    ahead = {task: evidence.ahead(SERIES, task, rival, CNN) for task, rival in rivals.items()}
    works = mean_over(evidence.skills(SERIES, task, CNN) for task in rivals)
    over_tasks = mean_over(ahead.values())
    comparisons = [
        Comparison("CNN, skill over the tasks", works, WORKS),
        Comparison("best other minus CNN, over the tasks", over_tasks, AHEAD),
    ]
    rows = [Comparison(f"{t}: {rival}", ahead[t], AHEAD) for t, rival in rivals.items()]
    return rule(comparisons, "skill", over_tasks).beside(rows, "skill, best other minus CNN")
