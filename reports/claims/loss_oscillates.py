"""The training loss of an RNN swings; clipping the gradient calms it.

Source: Pascanu, Mikolov and Bengio 2013 (On the difficulty of training recurrent neural networks,
ICML).

Most of any spread is the chance of the batch, the same for all, since all see the same examples in
the same order. Adam, which divides by the gradients' usual size, takes over much of what clipping
does.
"""

import math

import numpy as np

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import Comparison, Judgement, doublings, mean_over, rule
from reports.claims.parts import CLIPPED, UNCLIPPED

CELLS = (CLIPPED, UNCLIPPED)
TASKS = ("adding", "english_chars")
"""Where losses can be compared: the noise of a squared error is in proportion to it, and text is
learned by all and solved by none. On recall a network that learns nothing has the calmest loss."""
OTHERS = ("lstm", "cnn")

TENTH = math.log2(1.1)
CRITERION = (
    "The standard deviation of the change of the loss's logarithm from one update to the next, "
    f"geometric mean over {' and '.join(TASKS)}, is more than a tenth larger for the unclipped RNN "
    "than for the unclipped LSTM, than for the unclipped CNN, and than for the RNN with the "
    "gradient's norm clipped at 1."
)


def judge(evidence: Evidence) -> Judgement:
    comparisons = [
        *(Comparison(f"rnn against {other}, unclipped", _ratio(evidence, UNCLIPPED, other), TENTH)
          for other in OTHERS),
        Comparison("rnn, unclipped against clipped", _ratio(evidence, CLIPPED, "rnn"), TENTH),
    ]  # fmt: skip
    return rule(comparisons, "doublings", comparisons[0].values)


def _ratio(evidence: Evidence, part: Part, other: str) -> BySeed:
    """Doublings from the other's spread to the unclipped RNN's, mean over the tasks."""
    return mean_over(
        doublings(_spread(evidence, UNCLIPPED, task, "rnn"), _spread(evidence, part, task, other))
        for task in TASKS
    )


def _spread(evidence: Evidence, part: Part, task: str, architecture: str) -> BySeed:
    """Standard deviation of the steps of the loss's logarithm."""
    updates = evidence.updates(part, task, architecture)
    losses = {seed: np.asarray(arrays["loss"], float) for seed, arrays in updates.items()}
    kept = {seed: loss[np.isfinite(loss) & (loss > 0)] for seed, loss in losses.items()}
    spreads = {seed: float(np.diff(np.log(of)).std()) for seed, of in kept.items() if len(of) > 2}
    return BySeed(spreads)
