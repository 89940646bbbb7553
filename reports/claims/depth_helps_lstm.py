"""LSTMs do well when stacked deep."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, rule
from reports.formats import by_name, found, listed

PART, FLAT = "depth-lstm", "lstm"
DEEPER = ("lstm[layers=2]", "lstm[layers=4]")
HELP = 0.01


def judge(evidence: Evidence) -> Judgement:
    tasks = evidence.tasks(PART)
    skills = {(t, a): evidence.skills(PART, t, a) for t in tasks for a in (FLAT, *DEEPER)}
    known = [t for t in tasks if all(skills[t, a] for a in (FLAT, *DEEPER))]
    gains = {a: {t: differences(skills[t, a], skills[t, FLAT]) for t in known} for a in DEEPER}
    overall = {a: mean_over(list(by_task.values())) for a, by_task in gains.items()}
    comparisons = [Comparison(f"{a} minus {FLAT}, over the tasks", overall[a], HELP)
                   for a in DEEPER]  # fmt: skip

    def reason(judgement: Judgement) -> str:
        told = "; ".join(
            f"{t}, {by_name((a, skills[t, a].values()) for a in (FLAT, *DEEPER))}" for t in known
        )
        gained = [
            t for t in known
            if any((summarize(gains[a][t].values()).mean or 0.0) > HELP for a in DEEPER)
        ]  # fmt: skip
        return (
            f"LSTMs of 1, 2 and 4 layers with as many parameters, on {len(known)} tasks of real "
            f"data. Two layers have {found(overall[DEEPER[0]].values())} more skill than one in "
            f"the mean over the tasks, four {found(overall[DEEPER[1]].values())}. By task: {told}. "
            + (f"Depth gained more than {HELP:g} on {listed(gained, 99)}. " if gained
               else f"On no task did depth gain more than {HELP:g}. ")
            + "At matched parameters a deeper net is a narrower one, and the budget of updates is "
            "the same: this is what depth is worth in a small and short training, and does not "
            "speak of large ones, for which depth is mostly recommended."
        )  # fmt: skip

    return rule(comparisons, "skill", reason)


CLAIM = Claim(
    id="depth-helps-lstm",
    statement="LSTMs do well when stacked deep.",
    source="Graves, Mohamed and Hinton 2013 (Speech recognition with deep recurrent neural "
    "networks, ICASSP); Sutskever, Vinyals and Le 2014 (Sequence to sequence learning, NeurIPS)",
    needs=(PART,),
    criterion="At matched parameters, in the mean over the real tasks, an LSTM of two layers and "
    f"one of four each have more than {HELP:g} skill more than one of a single layer. The claim is "
    "of a direction, so a small lead is enough.",
    judge=judge,
)
