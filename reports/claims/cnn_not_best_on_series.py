"""A CNN works on time series but is not the best choice.

Source: Examined by Bai, Kolter and Koltun 2018 (An empirical evaluation of generic convolutional
and recurrent networks for sequence modeling), and by Bagnall et al. 2017 (The great time series
classification bake off), who find the opposite of each other.

This is of classifying whole series, on few sets; the CNN has as many parameters as the others,
which is far fewer than in a network made for the purpose.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import Measured, Statement, mean_above, mean_over
from reports.claims.measures import of_reference
from reports.formats import listed

CNN, NEIGHBOUR = "cnn", "1 nearest neighbour"
OTHERS = ("logistic", "fnn_window", "rnn", "lstm", "gru", "self_attention")
SETS = ("ItalyPowerDemand", "GunPoint", "ArrowHead", "BasicMotions", "JapaneseVowels")
SERIES = Part(
    name="series",
    tasks=[f"ucr[name={name}]" for name in SETS],
    architectures=[CNN, *OTHERS],
    budget={"steps": 1000, "patience": 8, "seconds": 900},
)
CELLS = (SERIES,)

WORKS, AHEAD = 0.1, 0.05
OVER = f"in the mean over {len(SETS)} sets of the UCR and UEA archives"
STATEMENTS = {
    "works": Statement(f"The CNN has more than {WORKS:g} skill, {OVER}."),
    "not best": Statement(
        "The best of logistic regression, a windowed FNN, RNN, LSTM, GRU and self-attention, "
        f"chosen on validation for each set, is ahead of the CNN by more than {AHEAD:g} skill in "
        f"the test, {OVER}."
    ),
    "neighbour": Statement(
        "Giving each series the class of the one that is nearest to it in training, step by step, "
        f"is ahead of the CNN by more than {AHEAD:g} skill, {OVER}."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    sets = evidence.tasks_by(SERIES, "name")
    cnn = {name: evidence.clipped(SERIES, task, CNN) for name, task in sets.items()}
    best = {name: evidence.best_on_validation(SERIES, task, OTHERS) for name, task in sets.items()}
    rivals = {name: evidence.clipped(SERIES, task, best[name]) for name, task in sets.items()}
    nearest = {n: of_reference(evidence, SERIES, t, CNN, NEIGHBOUR) for n, t in sets.items()}

    def over(label: str, values: Mapping[str, BySeed], threshold: float) -> Measured:
        rows = [mean_above(f"{label}, {n}", of, threshold).rows[0] for n, of in values.items()]
        mean = mean_above(f"{label}, all", mean_over(values.values()), threshold, "skill")
        return mean.with_(rows=(*mean.rows, *rows))

    ahead = over("best minus CNN", {n: rivals[n] - cnn[n] for n in sets}, AHEAD)
    chosen = listed([f"{best[name]} on {name}" for name in sets])
    return {
        "works": over("CNN", cnn, WORKS),
        "not best": ahead.with_(note=f"Best on validation: {chosen}."),
        "neighbour": over("neighbour minus CNN", {n: nearest[n] - cnn[n] for n in sets}, AHEAD),
    }
