"""Tabular data is served by traditional models; it needs no sequence model.

Source: Grinsztajn, Oyallon and Varoquaux 2022 (Why do tree-based models still outperform deep
learning on typical tabular data?), for deep models in general.

On one step a recurrent layer is a feed-forward layer with more parameters an output. The real
tables are small: one row of the test is 1 to 3 % of accuracy.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, rule

TRADITIONAL = ("logistic", "fnn_window")
SEQUENCE = ("cnn", "rnn", "lstm", "gru", "self_attention")
STATIC = Part(
    name="static",
    tasks=["static", "tabular", "tabular[name=wine]"],
    architectures=[*TRADITIONAL, *SEQUENCE],
)
CELLS = (STATIC,)

SERVED, BETTER = 0.5, 0.05
CRITERION = (
    "Over the tables, the better of logistic regression and a feed-forward network (chosen on "
    f"validation) has more than {SERVED:g} skill, and none of CNN, RNN, LSTM, GRU and "
    f"self-attention has {BETTER:g} skill more than it."
)


def judge(evidence: Evidence) -> Judgement:
    skills = evidence.by_task(STATIC, (*TRADITIONAL, *SEQUENCE))
    best = {
        task: of_task.get(evidence.best_on_validation(STATIC, task, TRADITIONAL), BySeed())
        for task, of_task in skills.items()
    }
    ahead = {
        a: mean_over(best[task] - of_task[a] for task, of_task in skills.items()) for a in SEQUENCE
    }
    served = mean_over(best.values())
    comparisons = [Comparison("traditional, skill over the tables", served, SERVED)] + [
        Comparison(f"traditional minus {a}", values, -BETTER) for a, values in ahead.items()
    ]
    return rule(comparisons, "skill", mean_over(ahead.values()))
