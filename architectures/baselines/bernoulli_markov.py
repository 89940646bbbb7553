"""A Markov chain for each of many yes-or-no signals: the notes of a chord, one by one."""

from operator import itemgetter
from typing import Any

import numpy as np

from architectures.architecture import Data, Estimator, Signature, architecture

PULLS = (0.01, 0.03, 0.1, 0.3, 1.0)
"""Imagined occurrences of a yes and of a no, each, after either."""


@architecture("bernoulli_markov", problems=("many-to-many",), neural=False, baseline=True)
class BernoulliMarkov(Estimator):
    """Per-note Markov chain: is a note on next, given whether this very note is on now?

    Two frequencies for each yes-or-no signal (after a yes, after a no), counted, with smoothing
    chosen on validation by log-probability. Signals know nothing of each other.
    """

    def __init__(self, signature: Signature):
        super().__init__(signature)
        self.log_odds = np.zeros((2, signature.output_size))

    @staticmethod
    def refuses(signature: Signature) -> str | None:
        if signature.outputs != "binary":
            return f"it predicts yes-or-no signals; outputs here are {signature.outputs}"
        form = (signature.problem, signature.inputs, signature.input_size)
        if form != ("many-to-many", "vectors", signature.output_size) or signature.horizon is None:
            return "it predicts each signal from its own present; inputs here are other signals"
        return None

    def fit(self, training: Data, validation: Data, seed: int) -> dict[str, Any]:
        now, after = (
            training.inputs[training.loss_mask] > 0.5,
            training.targets[training.loss_mask] > 0.5,
        )
        yes, no = (
            np.stack([(was & then).sum(0) for was in (~now, now)]) for then in (after, ~after)
        )
        wanted = validation.targets[validation.loss_mask] > 0.5
        fits = []
        for pull in PULLS:
            self.log_odds = np.log(yes + pull) - np.log(no + pull)
            odds = self.predict(validation.inputs, validation.lengths)[validation.loss_mask]
            score = -float(np.logaddexp(0, np.where(wanted, -odds, odds)).sum(-1).mean())
            fits.append((score, pull, self.log_odds))
        score, pull, self.log_odds = max(fits, key=itemgetter(0))
        return {"pull": pull, "validation": score}

    def predict(self, inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        return np.where(inputs > 0.5, self.log_odds[1], self.log_odds[0])

    def arrays(self) -> dict[str, np.ndarray]:
        return {"log_odds": self.log_odds}

    def parameter_count(self) -> int:
        return self.log_odds.size
