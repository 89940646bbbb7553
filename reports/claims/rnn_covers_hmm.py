"""What a hidden Markov model can solve a recurrent network can solve, too.

Source: Rabiner 1989 (A tutorial on hidden Markov models) and Elman 1990 (Finding structure in
time), for the two models; the comparison is the teaching's own.
"""

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.by_seed import differences, mean_over
from reports.claims.judging import Comparison, Judgement, missing, rule
from reports.claims.parts import SURVEY
from reports.formats import amount, estimate, listed, mean

CELLS = (SURVEY,)

KNOWS, BEHIND = 0.1, 0.05
CRITERION = (
    "On each task of the survey that serves both and on which the HMM has a mean skill of more "
    f"than {KNOWS:g}, the RNN's skill is no more than {BEHIND:g} below the HMM's."
)
DRAWN_FROM_AN_HMM = "hmm_source"


def judge(evidence: Evidence) -> Judgement:
    hmm, rnn = (
        {t: skills for t in evidence.tasks(SURVEY) if (skills := evidence.skills(SURVEY, t, a))}
        for a in ("hmm", "rnn")
    )
    both = [task for task in hmm if task in rnn]
    means = {task: summarize(hmm[task]).mean or 0.0 for task in both}
    known = [task for task in both if means[task] > KNOWS]
    if not known:
        return missing()
    ahead = {task: differences(rnn[task], hmm[task]) for task in known}
    comparisons = [Comparison(f"rnn minus hmm, {t}", ahead[t], -BEHIND) for t in known]
    overall = mean_over(list(ahead.values()))
    pairs = [f"{task} {amount(means[task])} against {mean(rnn[task])}" for task in known]
    behind = [t for t in known if (summarize(ahead[t]).mean or 0.0) < -BEHIND]
    reason = (
        f"Both apply on {len(both)} tasks of the survey, and on {len(known)} of them the HMM has "
        f"more than {KNOWS:g} skill. HMM against RNN: {listed(pairs, 99)}. Over these tasks the "
        f"RNN has {estimate(overall)} more. "
        + (f"On data drawn from an HMM the RNN's skill minus the HMM's is "
           f"{estimate(ahead[DRAWN_FROM_AN_HMM])}. " if DRAWN_FROM_AN_HMM in ahead else "")
        + (f"It is more than {BEHIND:g} behind on {listed(behind, 99)}. " if behind
           else f"On none of them is it more than {BEHIND:g} behind. ")
        + "What is compared is what each learned in one budget: an RNN that is behind may yet be "
        "able to represent the solution, and one that trains longer may find it."
    )  # fmt: skip
    return rule(comparisons, "skill", overall, reason)
