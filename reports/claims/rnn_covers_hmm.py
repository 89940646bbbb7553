"""What an HMM can solve an RNN can, too."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, rule
from reports.formats import amount, found, listed

SURVEY, SOURCE = "", "hmm_source"
HMM, RNN = "hmm", "rnn"
KNOWS, BEHIND = 0.1, 0.05


def judge(evidence: Evidence) -> Judgement:
    skills = {
        task: pair
        for task in evidence.tasks(SURVEY)
        if all(pair := tuple(evidence.skills(SURVEY, task, a) for a in (HMM, RNN)))
    }
    means = {task: summarize(pair[0].values()).mean or 0.0 for task, pair in skills.items()}
    known = [task for task in skills if means[task] > KNOWS]
    if not known:
        return rule([], "skill", "")
    ahead = {task: differences(skills[task][1], skills[task][0]) for task in known}
    comparisons = [Comparison(f"rnn minus hmm, {t}", ahead[t], -BEHIND) for t in known]
    overall = mean_over(list(ahead.values()))

    def reason(judgement: Judgement) -> str:
        told = listed([f"{task} {amount(means[task])} against "
                       f"{amount(summarize(skills[task][1].values()).mean)}"
                       for task in known], 99)  # fmt: skip
        behind = [t for t in known if (summarize(ahead[t].values()).mean or 0.0) < -BEHIND]
        own = (
            f"On data drawn from an HMM the RNN's skill minus the HMM's is "
            f"{found(ahead[SOURCE].values())}. " if SOURCE in ahead else ""
        )  # fmt: skip
        return (
            f"Both apply on {len(skills)} tasks of the survey, and on {len(known)} of them the HMM "
            f"has more than {KNOWS:g} skill. HMM against RNN: {told}. Over these tasks the RNN has "
            f"{found(overall.values())} more. {own}"
            + (f"It is more than {BEHIND:g} behind on {listed(behind, 99)}. " if behind
               else f"On none of them is it more than {BEHIND:g} behind. ")
            + "What is compared is what each learned in one budget: an RNN that is behind may yet "
            "be able to represent the solution, and one that trains longer may find it."
        )  # fmt: skip

    return rule(comparisons, "skill", reason, overall)


CLAIM = Claim(
    id="rnn-covers-hmm",
    statement="What a hidden Markov model can solve a recurrent network can solve, too.",
    source="Rabiner 1989 (A tutorial on hidden Markov models) and Elman 1990 (Finding structure in "
    "time), for the two models; the comparison is the teaching's own",
    needs=(SURVEY,),
    criterion="On each task of the survey that serves both and on which the HMM has a mean skill "
    f"of more than {KNOWS:g}, the RNN's skill is no more than {BEHIND:g} below the HMM's.",
    judge=judge,
)
