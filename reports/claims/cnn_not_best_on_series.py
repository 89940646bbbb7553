"""A CNN works on time series, but is not the best choice."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, rule
from reports.figures import forest
from reports.figures.style import Drawing
from reports.formats import amount, found, listed

PART = "series"
CNN, CONVOLUTIONS = "cnn", ("cnn", "tcn")
NULL = "stocks"
"""Nobody can win there, so nobody can be the best choice."""
WORKS, AHEAD = 0.1, 0.05


def judge(evidence: Evidence) -> Judgement:
    rivals = _rivals(evidence)
    works = mean_over([evidence.skills(PART, task, CNN) for task in rivals])
    ahead = mean_over([_ahead(evidence, task, rival) for task, rival in rivals.items()])
    comparisons = [
        Comparison("CNN, skill over the tasks", works, WORKS),
        Comparison("best other minus CNN, over the tasks", ahead, AHEAD),
    ]

    def reason(judgement: Judgement) -> str:
        told = listed(
            [
                f"{task} (CNN {_mean(evidence, task, CNN)}, {rival} {_mean(evidence, task, rival)})"
                for task, rival in rivals.items()
            ],
            99,
        )
        null = _mean(evidence, NULL, CNN)
        beside = f" On {NULL}, which nobody can foretell, the CNN has {null}." if null else ""
        return (
            f"On {len(rivals)} tasks with time series, the CNN has skill {found(works.values())}. "
            "Beside it stands, for each task, the best on validation of all that are no "
            f"convolutions: {told}. Over the tasks, the difference to the CNN is "
            f"{found(ahead.values())}.{beside} Which one is best on a task is itself "
            "uncertain where several are close, and all are small and trained for a short time."
        )

    return rule(comparisons, "skill", reason, ahead)


def draw(evidence: Evidence, judgement: Judgement) -> Drawing | None:
    """How far the best other is ahead, task by task."""
    rows = [
        Comparison(f"{task}: {rival}", _ahead(evidence, task, rival), AHEAD)
        for task, rival in _rivals(evidence).items()
    ]
    return forest.draw(f"claim-{CLAIM.id}", rows, "skill, best other minus CNN")


def _rivals(evidence: Evidence) -> dict[str, str]:
    """For each task, the best on validation of those that are no convolutions."""
    part, chosen = evidence.part(PART), {}
    for task in part.tasks if part else ():
        sign = 1 if task.higher_is_better else -1
        means = {
            a: sign * mean
            for a in evidence.architectures(PART, baselines=True)
            if a not in CONVOLUTIONS
            and (mean := summarize(
                evidence.scores(PART, task.name, a, split="validation").values()).mean) is not None
        }  # fmt: skip
        if means and task.name != NULL:
            chosen[task.name] = max(means, key=lambda a: means[a])
    return chosen


def _ahead(evidence: Evidence, task: str, rival: str) -> dict[int, float]:
    return differences(evidence.skills(PART, task, rival), evidence.skills(PART, task, CNN))


def _mean(evidence: Evidence, task: str, architecture: str) -> str:
    return amount(summarize(evidence.skills(PART, task, architecture).values()).mean)


CLAIM = Claim(
    id="cnn-not-best-on-series",
    statement="A CNN works on time series but is not the best choice.",
    source="Examined by Bai, Kolter and Koltun 2018 (An empirical evaluation of generic "
    "convolutional and recurrent networks for sequence modeling), who find the opposite",
    needs=(PART,),
    criterion=f"Over the tasks with time series ({NULL} left out, where nobody can win), the CNN "
    f"has more than {WORKS:g} skill; and the architecture that is best on validation among those "
    f"that are no convolutions is ahead of it, on the test, by more than {AHEAD:g}.",
    judge=judge,
    draw=draw,
)
