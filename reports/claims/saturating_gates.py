"""Gates need activations that saturate."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, rule
from reports.formats import by_name, found

PART = "gate-functions"
STANDARD, HARD = "lstm", "lstm[gate=hard_sigmoid]"
RELU_GATE, RELU_CANDIDATE = "lstm[gate=relu]", "lstm[candidate=relu]"
LOSS = 0.05


def judge(evidence: Evidence) -> Judgement:
    comparisons, lost = [], []
    for task in evidence.tasks(PART):
        standard, hard, relu, candidate = (
            skills(evidence, task, a) for a in (STANDARD, HARD, RELU_GATE, RELU_CANDIDATE)
        )
        lost.append(differences(standard, relu))
        comparisons += [
            Comparison(f"sigmoid minus ReLU gates, {task}", lost[-1], LOSS),
            Comparison(f"hard-sigmoid minus sigmoid, {task}", differences(hard, standard), -LOSS),
            Comparison(f"tanh minus ReLU candidate, {task}", differences(standard, candidate),
                       LOSS),
        ]  # fmt: skip

    def reason(judgement: Judgement) -> str:
        named = {
            "sigmoid gates and tanh candidate": STANDARD,
            "hard-sigmoid gates": HARD,
            "ReLU gates": RELU_GATE,
            "ReLU candidate": RELU_CANDIDATE,
        }
        told = "; ".join(
            f"{task}, {by_name((n, skills(evidence, task, a).values()) for n, a in named.items())}"
            for task in evidence.tasks(PART)
        )
        diverged = sum(
            cell.outcome == "diverged"
            for task in evidence.tasks(PART)
            for a in (RELU_GATE, RELU_CANDIDATE)
            for cell in evidence.cells(PART, task, a)
        )
        return (
            "LSTMs that differ in one activation only, at equal parameters and updates. Skill, "
            f"where less than the floor counts as the floor: {told}. With ReLU in place of the "
            f"sigmoid in the gates, the loss of skill over the tasks is "
            f"{found(mean_over(lost).values())}. Of the trainings with a ReLU, {diverged} diverged "
            "(gradients are clipped), and count as the floor. Where the standard LSTM has not "
            "learned a task within the budget, there is nothing for the others to lose on it."
        )

    return rule(comparisons, "skill", reason, mean_over(lost))


def skills(evidence: Evidence, task: str, architecture: str) -> dict[int, float]:
    """Skill by seed, at least 0; 0 where training diverged, as nothing was learned."""
    found = {s: max(0.0, v) for s, v in evidence.skills(PART, task, architecture).items()}
    cells = evidence.cells(PART, task, architecture)
    return found | {cell.seed: 0.0 for cell in cells if cell.outcome == "diverged"}


CLAIM = Claim(
    id="saturating-gates",
    statement="Gates need activations that saturate: ReLU gates fail; tanh suits the candidate.",
    source="Hochreiter and Schmidhuber 1997 (Neural Computation); Goodfellow, Bengio and Courville "
    "2016, Deep Learning, chapter 10",
    needs=(PART,),
    criterion="On recall and on adding, an LSTM with ReLU gates loses more than "
    f"{LOSS:g} skill against sigmoid gates, one with a ReLU candidate more than {LOSS:g} against "
    f"tanh, and one with hard-sigmoid gates, which saturate too, less than {LOSS:g}. A training "
    "that diverges, or ends below the floor, counts as the floor.",
    judge=judge,
)
