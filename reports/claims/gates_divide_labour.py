"""The reset gate serves short-term dependencies, the update gate long-term ones."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, rule
from reports.formats import by_name, found, listed

PART = "held-gates"
FREE, NO_RESET, NO_UPDATE = "gru", "gru[hold_reset=1]", "gru[hold_update=0]"
PAIRS = {"recall": ("recall[lag=5]", "recall"), "copy": ("copy[lag=5]", "copy[lag=30]")}
"""By task: the one with a short lag, 5 steps, and the one with a long one, 30."""
DIFFERENCE, SOMETHING = 0.05, 0.5


def judge(evidence: Evidence) -> Judgement:
    told = [name for name, (_, long) in PAIRS.items() if _mean(evidence, long) >= SOMETHING]
    shares = {
        "update gate, lost at 30 steps minus at 5": _shift(evidence, told, NO_UPDATE),
        "reset gate, lost at 5 steps minus at 30": {
            seed: -value for seed, value in _shift(evidence, told, NO_RESET).items()
        },
    }
    comparisons = [Comparison(name, values, DIFFERENCE) for name, values in shares.items()]
    if not told:
        return rule([], "skill", "")

    def reason(judgement: Judgement) -> str:
        words = "; ".join(
            f"{task}, {by_name((w, evidence.skills(PART, task, a).values()) for w, a in _WORDS)}"
            for name in told
            for task in PAIRS[name]
        )
        update, reset = shares.values()
        left_out = [name for name in PAIRS if name not in told]
        return (
            f"Skill with both gates and with one of them held: {words}. Without its update gate "
            f"the GRU loses {found(update.values())} more at 30 steps than at 5; without its reset "
            f"gate {found(reset.values())} more at 5 steps than at 30. "
            + (f"Left out, since the free GRU does not learn it at 30 steps: {listed(left_out)}. "
               if left_out else "")
            + f"All have {evidence.terms(PART)}: what one gate does for learning within that, on "
            "tasks that ask for nothing but memory, is what this shows."
        )  # fmt: skip

    return rule(comparisons, "skill", reason)


_WORDS = (("free", FREE), ("reset held at 1", NO_RESET), ("update held at 0", NO_UPDATE))


def _mean(evidence: Evidence, task: str) -> float:
    return summarize(evidence.skills(PART, task, FREE).values()).mean or 0.0


def _shift(evidence: Evidence, tasks: list[str], held: str) -> dict[int, float]:
    """How much more skill is lost at the long lag than at the short one, mean over tasks."""
    return mean_over([
        differences(_loss(evidence, long, held), _loss(evidence, short, held))
        for short, long in (PAIRS[task] for task in tasks)
    ])  # fmt: skip


def _loss(evidence: Evidence, task: str, held: str) -> dict[int, float]:
    return differences(*(evidence.skills(PART, task, a) for a in (FREE, held)))


CLAIM = Claim(
    id="gates-divide-labour",
    statement="In a GRU the reset gate serves short-term dependencies, the update gate long-term "
    "ones.",
    source="Cho et al. 2014 (Learning phrase representations using RNN encoder-decoder, EMNLP, "
    "section 2.3)",
    needs=(PART,),
    criterion="A GRU whose update gate is held at 0 loses more skill, against the free one, at a "
    f"lag of 30 than at a lag of 5, by more than {DIFFERENCE:g}; one whose reset gate is held at 1 "
    f"loses more at 5 than at 30, by more than {DIFFERENCE:g}; both in the mean over recall and "
    f"copy. A task on which the free GRU's mean skill at the long lag is below {SOMETHING:g} is "
    "left out, since there is nothing to lose.",
    judge=judge,
)
