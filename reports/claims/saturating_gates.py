"""Gates need activations that saturate: ReLU gates fail; tanh suits the candidate.

Source: Hochreiter and Schmidhuber 1997 (Neural Computation); Goodfellow, Bengio and Courville 2016,
Deep Learning, chapter 10.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import differences, mean_over
from reports.claims.judging import Comparison, Judgement, rule
from reports.formats import means_by_task

STANDARD, HARD = "lstm", "lstm[gate=hard_sigmoid]"
RELU_GATE, RELU_CANDIDATE = "lstm[gate=relu]", "lstm[candidate=relu]"
NAMES = {
    "sigmoid gates and tanh candidate": STANDARD,
    "hard-sigmoid gates": HARD,
    "ReLU gates": RELU_GATE,
    "ReLU candidate": RELU_CANDIDATE,
}
FUNCTIONS = Part(
    name="gate-functions",
    tasks=["recall[lag=20]", "adding"],
    architectures=list(NAMES.values()),
    budget={"steps": 1500},
    may_diverge=True,
)
CELLS = (FUNCTIONS,)

LOSS = 0.05
CRITERION = (
    f"On recall and on adding, an LSTM with ReLU gates loses more than {LOSS:g} skill against "
    f"sigmoid gates, one with a ReLU candidate more than {LOSS:g} against tanh, and one with "
    f"hard-sigmoid gates, which saturate too, less than {LOSS:g}. A training that diverges, or "
    "ends below the floor, counts as the floor."
)


def judge(evidence: Evidence) -> Judgement:
    tasks = evidence.tasks(FUNCTIONS)
    by_task = {t: {word: skills(evidence, t, a) for word, a in NAMES.items()} for t in tasks}
    comparisons, lost = [], []
    for task, of_task in by_task.items():
        standard, hard, relu, candidate = of_task.values()
        lost.append(differences(standard, relu))
        worse = differences(standard, candidate)
        comparisons += [
            Comparison(f"sigmoid minus ReLU gates, {task}", lost[-1], LOSS),
            Comparison(f"hard-sigmoid minus sigmoid, {task}", differences(hard, standard), -LOSS),
            Comparison(f"tanh minus ReLU candidate, {task}", worse, LOSS),
        ]
    diverged = evidence.diverged(FUNCTIONS, architectures=(RELU_GATE, RELU_CANDIDATE))
    reason = (
        "LSTMs that differ in one activation only, at equal parameters and updates. Skill: "
        f"{means_by_task(by_task)}. Of the trainings with a ReLU, {diverged} diverged, although "
        "gradients are clipped. Where the standard LSTM has not learned a task within the budget, "
        "there is nothing for the others to lose on it."
    )
    return rule(comparisons, "skill", mean_over(lost), reason)


def skills(evidence: Evidence, task: str, architecture: str) -> dict[int, float]:
    """Skill by seed, at least 0."""
    trained = evidence.skills_or_zero(FUNCTIONS, task, architecture)
    return {seed: max(0.0, skill) for seed, skill in trained.items()}
