"""Tabular data is served by traditional models; it needs no sequence model.

Source: Grinsztajn, Oyallon and Varoquaux 2022 (Why do tree-based models still outperform deep
learning on typical tabular data?), for deep models in general.

On one step a recurrent layer is a feed-forward layer with more parameters per output. The tables
are small and nearly linear: where a linear model fails, as on the task `static`, trees may not.
"""

from collections.abc import Mapping
from statistics import fmean

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Measured, Statement, all_of, exactly, mean_below, mean_over
from reports.claims.measures import mean_clipped, of_reference
from reports.formats import listed

LOGISTIC, RECURRENT = "logistic", ("rnn", "lstm", "gru")
REGRESSION, BOOSTING = "logistic regression", "gradient boosting"
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
        model: Statement(
            f"None of RNN, LSTM and GRU leads {model} by {BETTER:g} skill or more, {OVER}."
        )
        for model in (REGRESSION, BOOSTING)
    },
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    boosting = [
        of_reference(evidence, STATIC, task, LOGISTIC, BOOSTING) for task in evidence.tasks(STATIC)
    ]
    traditional = {
        REGRESSION: mean_clipped(evidence, STATIC, LOGISTIC), BOOSTING: mean_over(boosting)
    }  # fmt: skip
    recurrent = {a: mean_clipped(evidence, STATIC, a) for a in RECURRENT}
    skills = {model: fmean(of.values()) for model, of in traditional.items()}
    table = [("model", "skill"), *((model, f"{of:.3f}") for model, of in skills.items())]
    least, folds = min(skills.values()), len(evidence.tasks(STATIC))
    return {"served": exactly(least > SERVED, least, "skill of the lower", folds, table)} | {
        model: all_of(
            mean_below(f"{a} minus {model}", recurrent[a] - of, BETTER, "skill") for a in RECURRENT
        )
        for model, of in traditional.items()
    }
