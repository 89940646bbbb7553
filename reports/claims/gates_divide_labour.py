"""In a GRU the reset gate serves short-term dependencies, the update gate long-term ones.

Source: Cho et al. 2014 (Learning phrase representations using RNN encoder-decoder, EMNLP, section
2.3).

This is what one gate does for learning within this budget, on tasks that ask for memory alone.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.analysis.statistics import summarize
from reports.claims.judging import Comparison, Judgement, mean_over, rule
from reports.formats import listed

FREE, NO_RESET, NO_UPDATE = "gru", "gru[hold_reset=1]", "gru[hold_update=0]"
SHORT, LONG = 5, 30
GATES = Part(
    name="held-gates",
    tasks=[f"{task}[lag={lag}]" for task in ("recall", "copy") for lag in (SHORT, LONG)],
    architectures=[FREE, NO_RESET, NO_UPDATE],
)
CELLS = (GATES,)

DIFFERENCE, SOMETHING = 0.05, 0.5
CRITERION = (
    "A GRU whose update gate is held at 0 loses more skill, against the free one, at a lag of "
    f"{LONG} than at a lag of {SHORT}, by more than {DIFFERENCE:g}; one whose reset gate is held "
    f"at 1 loses more at {SHORT} than at {LONG}, by more than {DIFFERENCE:g}; both in the mean "
    "over recall and copy. A task on which the free GRU's mean skill at the long lag is below "
    f"{SOMETHING:g} is left out, since there is nothing to lose."
)


def judge(evidence: Evidence) -> Judgement:
    by_lag = {name: evidence.tasks_by(GATES, "lag", name) for name in ("recall", "copy")}
    free = {name: evidence.skills(GATES, of.get(LONG, ""), FREE) for name, of in by_lag.items()}
    left_out = [name for name, skill in free.items() if (summarize(skill).mean or 0) < SOMETHING]

    def lost(held: str, lag: int, other: int) -> BySeed:
        """How much more skill at one lag than at another, in the mean over the tasks."""

        def at(task: str, lag: int) -> BySeed:
            return evidence.ahead(GATES, by_lag[task].get(lag, ""), FREE, held)

        return mean_over(at(t, lag) - at(t, other) for t in by_lag if t not in left_out)

    update, reset = lost(NO_UPDATE, LONG, SHORT), lost(NO_RESET, SHORT, LONG)
    comparisons = [
        Comparison(f"update gate, lost at {LONG} steps minus at {SHORT}", update, DIFFERENCE),
        Comparison(f"reset gate, lost at {SHORT} steps minus at {LONG}", reset, DIFFERENCE),
    ]
    reason = f"Left out, as the free GRU does not learn it: {listed(left_out)}." if left_out else ""
    return rule(comparisons, "skill", reason=reason)
