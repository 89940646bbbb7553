"""Tabular data needs no sequence model."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.claim import Claim, Comparison, Judgement, differences, mean_over, rule
from reports.formats import by_name, found

PART = "static"
TRADITIONAL = ("logistic", "fnn_window")
SEQUENCE = ("cnn", "rnn", "lstm", "gru", "self_attention")
SERVED, BETTER = 0.5, 0.05


def judge(evidence: Evidence) -> Judgement:
    tasks = evidence.tasks(PART)
    chosen = {task: _best(evidence, task) for task in tasks}
    best = {task: evidence.skills(PART, task, a) for task, a in chosen.items()}
    ahead = {
        a: mean_over([differences(best[t], evidence.skills(PART, t, a)) for t in tasks])
        for a in SEQUENCE
    }
    served = mean_over(list(best.values()))
    comparisons = [Comparison("traditional, skill over the tables", served, SERVED)] + [
        Comparison(f"traditional minus {a}", values, -BETTER) for a, values in ahead.items()
    ]
    effect = mean_over(list(ahead.values()))

    def reason(judgement: Judgement) -> str:
        shown = {
            task: [(a, evidence.skills(PART, task, a).values()) for a in (*TRADITIONAL, *SEQUENCE)]
            for task in tasks
        }
        told = "; ".join(f"{task}, {by_name(skills)}" for task, skills in shown.items())
        return (
            "Rows of measurements without any order, as sequences of one step. Skill: "
            f"{told}. The better of logistic regression and a feed-forward network, chosen on "
            f"validation for each table, has {found(served.values())} over the tables; its "
            f"difference to the sequence models is {found(effect.values())}. On one step a "
            "recurrent layer is a feed-forward layer with more parameters an output, so that it "
            "can hardly do better; that it does no worse shows only that these tables ask for no "
            "more. The real tables are small: one row of the test is 1 to 3 % of accuracy."
        )

    return rule(comparisons, "skill", reason, effect)


def _best(evidence: Evidence, task: str) -> str:
    """The traditional model with the better mean on validation (accuracy)."""
    means = {
        a: summarize(evidence.scores(PART, task, a, split="validation").values()).mean
        for a in TRADITIONAL
    }
    return max(TRADITIONAL, key=lambda a: -1.0 if (mean := means[a]) is None else mean)


CLAIM = Claim(
    id="static-needs-no-sequence",
    statement="Tabular data is served by traditional models; it needs no sequence model.",
    source="Grinsztajn, Oyallon and Varoquaux 2022 (Why do tree-based models still outperform deep "
    "learning on typical tabular data?), for deep models in general",
    needs=(PART,),
    criterion="Over the tables, the better of logistic regression and a feed-forward network "
    f"(chosen on validation) has more than {SERVED:g} skill, and none of CNN, RNN, LSTM, GRU and "
    f"self-attention has {BETTER:g} skill more than it.",
    judge=judge,
)
