"""The most frequent tag: each token's commonest label."""

from operator import itemgetter
from typing import Any

import numpy as np

from architectures.architecture import Data, Estimator, Signature, architecture

PULLS = (0.01, 0.03, 0.1, 0.3, 0.9)
"""Imagined occurrences of each token, labelled as the whole is; below 1, so that they decide
nothing but ties."""


@architecture("most_frequent_tag", problems=("many-to-many",), neural=False, baseline=True)
class MostFrequentTag(Estimator):
    """Each token's most frequent label in training; for tokens never seen, the commonest of all.

    Probabilities are counts of token and label, smoothed towards the labels' overall shares by
    less than one imagined occurrence, chosen on validation by log-probability.
    """

    def __init__(self, signature: Signature):
        super().__init__(signature)
        self.log = np.zeros((0, 0))

    @staticmethod
    def refuses(signature: Signature) -> str | None:
        if signature.inputs != "tokens":
            return f"it looks a token's label up; inputs here are {signature.inputs}"
        if signature.outputs not in ("classes", "tokens"):
            return f"it gives labels; outputs here are {signature.outputs}"
        if signature.problem != "many-to-many":
            return f"it labels token by token; here the problem is {signature.problem}"
        if signature.horizon is not None:
            return "what follows a token is no label of it: see ngram"
        return None

    def fit(self, training: Data, validation: Data, seed: int) -> dict[str, Any]:
        tokens, labels = self.signature.input_size, self.signature.output_size
        pairs = training.inputs[training.loss_mask] * labels + training.targets[training.loss_mask]
        counts = np.bincount(pairs, minlength=tokens * labels).reshape(tokens, labels)
        shares = (counts.sum(0) + 1e-3) / (counts.sum() + 1e-3 * labels)
        judged, right = (a[validation.loss_mask] for a in (validation.inputs, validation.targets))
        fits = []
        for pull in PULLS:
            smooth = (counts + pull * shares) / (counts.sum(1, keepdims=True) + pull)
            log = np.log(smooth).astype(np.float32)
            score = float(log[judged, right].mean())
            fits.append((score, pull, log))
        score, pull, self.log = max(fits, key=itemgetter(0))
        return {"pull": pull, "validation": score}

    def predict(self, inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        return self.log[inputs]

    def arrays(self) -> dict[str, np.ndarray]:
        return {"log_probabilities": self.log}

    def parameter_count(self) -> int:
        return self.log.shape[0] * (self.log.shape[1] - 1)
