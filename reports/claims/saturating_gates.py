"""Gates need activations that saturate: ReLU gates fail; tanh suits the candidate.

Source: Hochreiter and Schmidhuber 1997 (Neural Computation); Goodfellow, Bengio and Courville 2016,
Deep Learning, chapter 10.

Where the standard LSTM has not learned a task, there is nothing for the others to lose on it.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, rule

VARIANTS = ("lstm", "lstm[gate=hard_sigmoid]", "lstm[gate=relu]", "lstm[candidate=relu]")
FUNCTIONS = Part(
    name="gate-functions",
    tasks=["recall[lag=20]", "adding"],
    architectures=list(VARIANTS),
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
    comparisons, lost = [], []
    for task in evidence.tasks(FUNCTIONS):
        standard, hard, relu, candidate = (skills(evidence, task, a) for a in VARIANTS)
        lost.append(standard - relu)
        comparisons += [
            Comparison(f"sigmoid minus ReLU gates, {task}", lost[-1], LOSS),
            Comparison(f"hard-sigmoid minus sigmoid, {task}", hard - standard, -LOSS),
            Comparison(f"tanh minus ReLU candidate, {task}", standard - candidate, LOSS),
        ]
    return rule(comparisons, "skill", mean_over(lost))


def skills(evidence: Evidence, task: str, architecture: str) -> BySeed:
    """Skill by seed, at least 0."""
    trained = evidence.skills_or_zero(FUNCTIONS, task, architecture)
    return BySeed({seed: max(0.0, skill) for seed, skill in trained.items()})
