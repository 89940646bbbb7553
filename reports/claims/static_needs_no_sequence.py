"""Tabular data is served by traditional models; it needs no sequence model.

Source: Grinsztajn, Oyallon and Varoquaux 2022 (Why do tree-based models still outperform deep
learning on typical tabular data?), for deep models in general.

On one step a recurrent layer is a feed-forward layer with more parameters an output. The tables
are small and nearly linear: where a linear model fails, as on the task `static`, trees may not.
"""

from collections.abc import Mapping
from statistics import fmean

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Measured, Statement, all_of, exactly, mean_below, mean_over
from reports.claims.measures import mean_clipped, of_reference
from reports.formats import listed

LOGISTIC, BOOSTING, RECURRENT = "logistic", "gradient boosting", ("rnn", "lstm", "gru")
TABLES, FOLDS = ("breast_cancer", "wine", "iris"), range(10)
"""Five folds are a cross-validation, ten are two."""
STATIC = Part(
    name="static",
    tasks=[f"tabular[fold={fold},name={name}]" for name in TABLES for fold in FOLDS],
    architectures=[LOGISTIC, *RECURRENT],
)
CELLS = (STATIC,)

SERVED, BETTER = 0.5, 0.05
OVER = f"in two cross-validations over {listed(['breast cancer', 'wine', 'iris'])}"
STATEMENTS = {
    "served": Statement(
        f"Logistic regression and gradient boosting each have more than {SERVED:g} skill, {OVER}.",
        exact=True,
    ),
    **{
        key: Statement(
            f"None of RNN, LSTM and GRU leads {what} by {BETTER:g} skill or more, {OVER}."
        )
        for key, what in (("linear", "logistic regression"), ("boosting", BOOSTING))
    },
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    boosting = [
        of_reference(evidence, STATIC, task, LOGISTIC, BOOSTING) for task in evidence.tasks(STATIC)
    ]
    traditional = {
        "linear": mean_clipped(evidence, STATIC, LOGISTIC), "boosting": mean_over(boosting)
    }  # fmt: skip
    recurrent = {a: mean_clipped(evidence, STATIC, a) for a in RECURRENT}
    skills = {key: fmean(of.values()) for key, of in traditional.items()}
    table = [("model", "skill"), *((key, f"{of:.3f}") for key, of in skills.items())]
    least, folds = min(skills.values()), len(evidence.tasks(STATIC))
    return {"served": exactly(least > SERVED, least, "skill of the lower", folds, table)} | {
        key: all_of(
            mean_below(f"{a} minus {key}", recurrent[a] - of, BETTER, "skill") for a in RECURRENT
        )
        for key, of in traditional.items()
    }
