"""Logistic regression: classification that knows nothing of time."""

import warnings
from operator import itemgetter
from typing import Any

import numpy as np

from architectures.architecture import Data, Estimator, Signature, architecture
from architectures.baselines.features import flattened, pooled

STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0)
"""Inverse strengths of the L2 penalty (scikit-learn's C) that compete on validation."""
EXAMPLES = 16_000
WIDEST = 5_000
"""Most numbers that a flattened sequence may have."""
NUMBERS = 4_000_000
"""Most numbers in the dense features of all examples, which bounds the time of a fit."""
IMAGINED = 1e-3
"""Weight of an average example of each class that is added, so that no class is unknown."""


@architecture("logistic", neural=False, baseline=True)
class Logistic(Estimator):
    """Logistic regression on the whole sequence as one row of numbers (scikit-learn, L-BFGS).

    flattened: all steps side by side, where that makes at most 5,000 numbers, zeros after the
    end; what is longer than the longest training sequence is cut off. pooled: how often each
    token occurs, or mean and standard deviation of vectors over time. step: where each vector
    has a label of its own, the vector alone.
    Features and penalty are chosen on validation, by accuracy, then by log-probability.
    """

    def __init__(self, signature: Signature):
        super().__init__(signature)
        self.features, self.steps = "", 0
        self.weights, self.bias = np.zeros((0, 0)), np.zeros(0)

    @staticmethod
    def refuses(signature: Signature) -> str | None:
        if signature.outputs not in ("classes", "tokens"):
            return f"it chooses among classes; outputs here are {signature.outputs}"
        if signature.problem == "many-to-many" and signature.inputs == "tokens":
            return "a label for each token is a matter of counting: see most_frequent_tag and ngram"
        return None

    def fit(self, training: Data, validation: Data, seed: int) -> dict[str, Any]:
        from sklearn.linear_model import LogisticRegression

        self.steps, fits = training.inputs.shape[1], []
        for features in self._candidates():
            self.features = features
            rows, labels = self._examples(training)
            judged, right = self._examples(validation)
            rows, mean, spread = _standardised(rows)
            rows, labels, weight = _with_each_class(rows, labels, self.signature.output_size)
            for strength in STRENGTHS:
                model = LogisticRegression(C=strength, max_iter=100)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # iterations are bounded on purpose
                    model.fit(rows, labels, sample_weight=weight)
                bias, weights = model.intercept_, model.coef_.T
                if len(bias) == 1:  # two classes: scikit-learn gives the second one's log-odds
                    bias = np.append(0, bias)
                    weights = np.column_stack([0 * weights, weights])
                self.weights = weights / spread[:, None]
                self.bias = bias - mean @ self.weights
                log = self._log_probabilities(judged)
                hits = float((log.argmax(1) == right).mean())
                score = hits, float(log[np.arange(len(right)), right].mean())
                fits.append((score, features, strength, self.weights, self.bias))
        score, self.features, strength, self.weights, self.bias = max(fits, key=itemgetter(0))
        return {"features": self.features, "C": strength, "validation": score[0]}

    def _candidates(self) -> list[str]:
        if self.signature.problem == "many-to-many":
            return ["step"]
        if self.signature.problem == "one-to-one":
            return ["flattened"]
        fits = self.steps * self.signature.input_size <= WIDEST
        return ["pooled", "flattened"] if fits else ["pooled"]

    def _examples(self, data: Data) -> tuple[Any, np.ndarray]:
        """Features and labels, no more than can be fitted in a few seconds."""
        inputs, lengths, loss_mask = (
            a[:EXAMPLES] for a in (data.inputs, data.lengths, data.loss_mask)
        )
        rows, labels = self._rows(inputs, lengths), data.targets[:EXAMPLES][loss_mask]
        rows = rows[loss_mask]
        most = NUMBERS // rows.shape[1] if isinstance(rows, np.ndarray) else len(labels)
        return rows[:most], labels[:most]

    def _rows(self, inputs: np.ndarray, lengths: np.ndarray) -> Any:
        size = self.signature.input_size
        if self.features == "step":
            return inputs
        if self.features == "pooled":
            return pooled(inputs, lengths, size)
        return flattened(inputs, lengths, size, self.steps)

    def predict(self, inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        return self._log_probabilities(self._rows(inputs, lengths))

    def _log_probabilities(self, rows: Any) -> np.ndarray:
        from scipy.special import log_softmax

        return log_softmax(rows @ self.weights + self.bias, -1)

    def arrays(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights, "bias": self.bias}

    def parameter_count(self) -> int:
        # The classes' scores count only in their differences.
        return (self.weights.shape[0] + 1) * (self.weights.shape[1] - 1)


def _standardised(rows: Any) -> tuple[Any, np.ndarray, np.ndarray]:
    """Dense rows with mean 0 and standard deviation 1; what was subtracted and divided by.
    Sparse ones stay as they are."""
    if not isinstance(rows, np.ndarray):
        return rows, np.zeros(rows.shape[1]), np.ones(rows.shape[1])
    mean, spread = rows.mean(0, dtype=float), rows.std(0, dtype=float)
    spread[spread < 1e-6] = 1
    return ((rows - mean) / spread).astype(np.float32), mean, spread


def _with_each_class(rows: Any, labels: np.ndarray, classes: int) -> tuple[Any, Any, np.ndarray]:
    """Rows and labels with an average example of each class, and the weights of all."""
    if isinstance(rows, np.ndarray):
        rows = np.concatenate([rows, np.zeros((classes, rows.shape[1]), rows.dtype)])
    else:
        from scipy.sparse import csr_matrix, vstack

        rows = vstack([rows, csr_matrix((classes, rows.shape[1]))], "csr")
    weight = np.repeat([1.0, IMAGINED], [len(labels), classes])
    return rows, np.concatenate([labels, np.arange(classes)]), weight
