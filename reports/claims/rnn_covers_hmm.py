"""What a hidden Markov model can solve a recurrent network can solve, too.

Source: Rabiner 1989 (A tutorial on hidden Markov models) and Elman 1990 (Finding structure in
time), for the two models; the comparison is the teaching's own.

What is compared is what each learned in one budget: an RNN that is behind may yet be able to
represent the solution, and one that trains longer may find it.
"""

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.judging import Comparison, Judgement, rule
from reports.claims.parts import SURVEY

CELLS = (SURVEY,)

KNOWS, BEHIND = 0.1, 0.05
CRITERION = (
    "On each task of the survey that serves both and on which the HMM has a mean skill of more "
    f"than {KNOWS:g}, the RNN's skill is no more than {BEHIND:g} below the HMM's."
)


def judge(evidence: Evidence) -> Judgement:
    comparisons = [
        Comparison(f"rnn minus hmm, {task}", lead, -BEHIND)
        for task, lead in evidence.leads(SURVEY, "rnn", "hmm").items()
        if (summarize(evidence.skills(SURVEY, task, "hmm")).mean or 0.0) > KNOWS
    ]
    return rule(comparisons, "skill")
