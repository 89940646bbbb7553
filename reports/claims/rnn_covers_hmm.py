"""What a hidden Markov model can solve a recurrent network can solve, too.

Source: Rabiner 1989 (A tutorial on hidden Markov models) and Elman 1990 (Finding structure in
time), for the two models; the comparison is the teaching's own.
"""

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.judging import Comparison, Judgement, rule
from reports.claims.parts import SURVEY
from reports.formats import means_by_task

CELLS = (SURVEY,)

KNOWS, BEHIND = 0.1, 0.05
CRITERION = (
    "On each task of the survey that serves both and on which the HMM has a mean skill of more "
    f"than {KNOWS:g}, the RNN's skill is no more than {BEHIND:g} below the HMM's."
)


def judge(evidence: Evidence) -> Judgement:
    both = evidence.leads(SURVEY, "rnn", "hmm")
    skills = {t: of for t, of in evidence.by_task(SURVEY, ("hmm", "rnn")).items() if t in both}
    known = [task for task in both if (summarize(skills[task]["hmm"]).mean or 0.0) > KNOWS]
    comparisons = [Comparison(f"rnn minus hmm, {t}", both[t], -BEHIND) for t in known]
    reason = (
        f"Both apply on {len(both)} tasks of the survey, and on {len(known)} of them the HMM has "
        f"more than {KNOWS:g} skill: {means_by_task({task: skills[task] for task in known})}. The "
        "data of hmm_source are drawn from an HMM. What is compared is what each learned in one "
        "budget: an RNN that is behind may yet be able to represent the solution, and one that "
        "trains longer may find it."
    )
    return rule(comparisons, "skill", reason=reason)
