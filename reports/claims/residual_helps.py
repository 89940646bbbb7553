"""Skip connections let deep recurrent stacks train."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, rule
from reports.formats import by_name, found

PART, DEEP = "residual", 8
KINDS = ("rnn", "lstm")
HELP, BEHIND = 0.05, 0.05


def judge(evidence: Evidence) -> Judgement:
    skills = {a: _skills(evidence, a) for a in evidence.architectures(PART)}
    comparisons = []
    helped = []
    for kind in KINDS:
        flat, plain, skipping = (
            skills.get(name, {})
            for name in (kind, f"{kind}[layers={DEEP}]", f"{kind}[layers={DEEP},residual=true]")
        )
        helped.append(differences(skipping, plain))
        comparisons += [
            Comparison(f"{kind}, {DEEP} layers: with minus without", helped[-1], HELP),
            Comparison(f"{kind}: {DEEP} with them minus 1 layer", differences(skipping, flat),
                       -BEHIND),
        ]  # fmt: skip
    if not all(comparison.values for comparison in comparisons):
        return rule([], "skill", "")
    diverged = sum(
        cell.outcome == "diverged"
        for task in evidence.tasks(PART)
        for name in skills
        for cell in evidence.cells(PART, task, name)
    )

    def reason(judgement: Judgement) -> str:
        by_task = "; ".join(
            f"{task}, {by_name((a, evidence.skills(PART, task, a).values()) for a in skills)}"
            for task in evidence.tasks(PART)
        )
        told = ", ".join(f"{k} {found(v.values())}" for k, v in zip(KINDS, helped, strict=True))
        return (
            "All have as many parameters, so that a deep stack is narrow. What skip connections "
            f"add to the skill of {DEEP} layers, mean over the tasks: {told}. Mean skill by task: "
            f"{by_task}. Trainings that diverged, which count as no skill: {diverged}. Where a "
            "stack without them does as well, there was nothing to be cured at this depth and in "
            "this budget; where one with them is behind a single layer, they did not let it train. "
            "Depths beyond 8 were not tried, and the recurrent weights start orthogonal, which by "
            "itself helps gradients through."
        )

    return rule(comparisons, "skill", reason, mean_over(helped))


def _skills(evidence: Evidence, architecture: str) -> dict[int, float]:
    """Mean over the tasks, by seed; a training that diverged knows nothing."""
    return mean_over([
        {c.seed: 0.0 for c in evidence.cells(PART, task, architecture) if c.outcome == "diverged"}
        | evidence.skills(PART, task, architecture)
        for task in evidence.tasks(PART)
    ])  # fmt: skip


CLAIM = Claim(
    id="residual-helps",
    statement="Skip connections let deep recurrent stacks train.",
    source="He et al. 2016 (Deep residual learning for image recognition, CVPR), for the idea; Wu "
    "et al. 2016 (Google's neural machine translation system), for stacks of LSTMs",
    needs=(PART,),
    criterion=f"At matched parameters, in the mean over the tasks, {DEEP} layers with skip "
    f"connections have more than {HELP:g} skill more than {DEEP} without, and are no more than "
    f"{BEHIND:g} behind a single layer; of the RNN and of the LSTM.",
    judge=judge,
)
