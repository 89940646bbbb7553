"""Hidden Markov models."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

from architectures.architecture import Data, Estimator, Signature, architecture
from architectures.markov import (
    Chain,
    baum_welch,
    distribution,
    fit_supervised,
    initialise,
    spread_of,
)

LEAST = 1e-12
"""Least probability a prediction gives to anything."""
ALPHAS = (0.001, 0.01, 0.1, 1.0, 10.0)
PULLS = (100.0, 5.0)
"""Imagined vectors of overall variance in each state; restarts take them in turn."""
OVERHEAD = 20
"""What a sequence costs EM beside its steps, in steps."""
STATES = (1, 2, 3, 4, 5, 8, 16, 32, 64, 128)


@architecture("hmm", neural=False)
class HMM(Estimator):
    """Hidden Markov model (Rabiner 1989), fitted as each kind of task asks:

    classify: one model a class, fitted by expectation-maximisation (EM); log-likelihood plus log
    prior. A sequence of symbols is closed by an end symbol, so that the state it ends in counts.
    Ergodic and left-to-right models compete.
    tag: the labels are the states; smoothed counts of the training labels, then the posterior of
    a step's state given the whole sequence, or, where the future is not to be seen, the past.
    continue: EM on the sequences alone; next symbol = filtered state x transitions x emissions.
    forecast: EM on the input vectors alone; the target's mean in each state is the least-squares
    fit of the training targets on the filtered state. With targets h steps ahead in the inputs
    that is what transitions^h x means would give; it also serves targets which are a function of
    those inputs that the signature does not tell.

    ``max_states``: the number of states is chosen on validation among 1, 2, 3, 4, 5, 8, 16, ...
    ``states``: exactly so many instead; 0 leaves the choice. Neither bears on tagging, where
    labels are the states.
    ``iterations`` of EM, at most, for each candidate, and again for the chosen one;
    ``restarts`` of each number of states; for vectors they differ in how strongly the variances
    are pulled to the overall ones. ``steps``: how many training steps EM is given: a random choice
    of whole sequences, each counted 20 longer than it is, for its overhead; shared by the classes;
    a quarter while candidates compete; a quarter of all this for vectors, which take longer.
    Counting, and a single state in the end, see the whole training set.

    ``fit`` returns the settings chosen; their score on validation (accuracy; log-probability of
    the next symbol, nats; minus the root mean squared error); the share of the chains whose EM
    converged in time.
    """

    def __init__(
        self,
        signature: Signature,
        *,
        max_states: int = 16,
        states: int = 0,
        iterations: int = 20,
        restarts: int = 2,
        steps: int = 100_000,
    ):
        super().__init__(signature)
        if states < 0:
            raise ValueError(f"states={states}: give a number of states, or 0 to choose it")
        self.use = _use(signature)
        self.sizes = [states] if states else [size for size in STATES if size <= max_states]
        self.iterations = iterations
        self.restarts, self.steps = restarts, steps
        if signature.inputs == "vectors":
            self.vocabulary = None
            self.steps = steps // 4
        else:
            symbols = max(signature.input_size, signature.output_size * (self.use == "continue"))
            self.vocabulary = symbols + (self.use == "classify")
        self.chains: list[Chain] = []
        self.spread: np.ndarray | None = None
        self.log_prior = np.zeros(0)
        self.targets = np.zeros((0, 0))

    @staticmethod
    def refuses(signature: Signature) -> str | None:
        if _use(signature):
            return None
        if signature.outputs == "tokens" and signature.horizon is None:
            return (
                "writing symbols down again takes one hidden state for each content that may have "
                "to be remembered: vocabulary^n states for n symbols"
            )
        if signature.outputs == "reals" and signature.horizon is None:
            return (
                "all that an HMM remembers is which of a few discrete states it is in; that cannot "
                "carry real numbers, or sums of them, from one step to another"
            )
        if signature.horizon is not None:
            return (
                "it predicts symbols from symbols or vectors from vectors, a step at a time; not "
                f"{signature.outputs} from {signature.inputs} ({signature.problem})"
            )
        return f"no hidden Markov model is fitted to {signature.problem} with {signature.outputs}"

    def fit(self, training: Data, validation: Data, seed: int) -> dict[str, Any]:
        rng = np.random.default_rng(seed)
        if self.vocabulary is None:
            self.spread = spread_of(training.inputs, training.lengths)
        judges = _some(validation, self.steps, np.random.default_rng(0))
        if self.use == "tag":
            return self._fit_by_counting(training, judges)
        if self.use == "classify":
            labels = training.targets[training.loss_mask]
            count = np.bincount(labels, minlength=self.signature.output_size)
            self.log_prior = np.log(distribution(count + 1e-3))
        return self._fit_by_em(training, judges, rng)

    def _fit_by_counting(self, training: Data, judges: Data) -> dict[str, Any]:
        states, fits = self.signature.output_size, []
        for alpha in ALPHAS:
            labelled = training.inputs, training.targets, training.loss_mask
            chain = fit_supervised(*labelled, states, self.vocabulary, alpha, self.spread)
            self.chains = [chain]
            fits.append((self._score(judges), alpha, chain))
        score, alpha, chain = max(fits, key=itemgetter(0))
        self.chains = [chain]
        return {"states": states, "alpha": alpha, "validation": score[0]}

    def _fit_by_em(self, training: Data, judges: Data, rng: np.random.Generator) -> dict[str, Any]:
        few = self._groups(training, self.steps // 4, rng)
        heads = _some(training, self.steps, rng)
        fits: list[Fit] = []
        for states in self.sizes:
            tries = [(False, restart) for restart in range(self.restarts if states > 1 else 1)]
            if self.use == "classify" and states > 1:
                tries.append((True, 0))
            for left_to_right, restart in tries:
                chains = [
                    initialise(*group, states, self.vocabulary, left_to_right, rng, self.spread)
                    for group in few
                ]
                settings = {"states": states, "left_to_right": left_to_right, "restart": restart}
                fits.append(self._learn(settings, chains, few, heads, judges))
            best = max(fits, key=lambda fit: fit.score)
            if self.sizes.index(states) - self.sizes.index(best.settings["states"]) == 2:
                break  # two sizes without gain
        # A single state is counted in one pass, so it may see everything, and among classifiers
        # is tried again: it is then naive Bayes.
        finals, candidates = [], [best]
        if self.use == "classify" and best.settings["states"] > 1:
            candidates += [fit for fit in fits if fit.settings["states"] == 1]
        for fit in candidates:
            steps = self.steps if fit.settings["states"] > 1 else None
            groups = self._groups(training, steps, rng)
            finals.append(self._learn(fit.settings, fit.chains, groups, heads, judges))
        best = max([*finals, best], key=lambda fit: fit.score)
        self.chains, self.targets = best.chains, best.targets
        return {
            **best.settings,
            "validation": best.score[0],
            "candidates": len(fits),
            "converged": best.converged,
        }

    def _groups(
        self, training: Data, steps: int | None, rng: np.random.Generator
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        if self.use != "classify":
            return [self._sequences(_some(training, steps, rng))]
        groups = []
        for label in range(self.signature.output_size):
            rows = np.flatnonzero((training.targets == label) & training.loss_mask)
            rows = rows if len(rows) else np.arange(len(training.lengths))  # a class never seen
            share = steps and steps // self.signature.output_size
            groups.append(self._sequences(_some(training, share, rng, rows)))
        return groups

    def _sequences(self, data: Data) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and what closes them: the last target, which is never an input, where the next
        symbol is asked for; the end symbol where symbols are classified."""
        inputs, lengths = data.inputs, data.lengths
        if self.use == "classify":
            return self._ended(inputs, lengths)
        if self.use != "continue" or self.signature.horizon != 1:
            return inputs, lengths
        rows = np.arange(len(lengths))
        known = data.loss_mask[rows, lengths - 1]
        return _closed(inputs, lengths, data.targets[rows, lengths - 1], known)

    def _ended(self, inputs: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self.vocabulary is None:
            return inputs, lengths
        return _closed(inputs, lengths, self.vocabulary - 1, np.ones(len(lengths), bool))

    def _learn(
        self,
        settings: dict[str, Any],
        chains: list[Chain],
        groups: list[tuple[np.ndarray, np.ndarray]],
        heads: Data,
        judges: Data,
    ) -> "Fit":
        pull = PULLS[settings["restart"] % len(PULLS)]
        fits = [
            baum_welch(chain, *group, self.iterations, self.spread, pull)
            for chain, group in zip(chains, groups, strict=True)
        ]
        self.chains = [chain for chain, _ in fits]
        if self.use == "forecast":
            state, _ = self.chains[0].filter(heads.inputs, heads.lengths)
            state, wanted = state[heads.loss_mask], heads.targets[heads.loss_mask]
            mean = wanted.mean(0, dtype=float)
            # One imagined observation of the overall mean in each state bounds a rare state's.
            gram = state.T @ state + np.eye(state.shape[1])
            self.targets = mean + np.linalg.solve(gram, state.T @ (wanted - mean))
        converged = float(np.mean([done for _, done in fits]))
        return Fit(settings, self.chains, self.targets, self._score(judges), converged)

    def _score(self, data: Data) -> tuple[float, ...]:
        """How well ``data`` is predicted, more is better: accuracy, then log-probability of the
        right label (nats); of the right symbol; or minus the root mean squared error."""
        answer = self.predict(data.inputs, data.lengths)[data.loss_mask]
        right = data.targets[data.loss_mask]
        if self.use == "forecast":
            return (-float(np.sqrt(np.mean((answer - right) ** 2))),)
        log_probability = float(answer[np.arange(len(right)), right].mean())
        if self.use == "continue":
            return (log_probability,)
        return float((answer.argmax(1) == right).mean()), log_probability

    def predict(self, inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        parts = [
            self._predict(inputs[at : at + 256], lengths[at : at + 256])
            for at in range(0, max(len(lengths), 1), 256)  # bounds the memory
        ]
        return np.concatenate(parts)

    def _predict(self, inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        if self.use == "classify":
            closed = self._ended(inputs, lengths)
            evidence = [chain.filter(*closed)[1].sum(1) for chain in self.chains]
            log = np.stack(evidence, 1) + self.log_prior
            return _log(np.exp(log - log.max(1, keepdims=True)))
        (chain,) = self.chains
        if self.use == "tag" and not self.signature.causal:
            return _log(chain.smooth(inputs, lengths))
        state, _ = chain.filter(inputs, lengths)
        if self.use == "tag":
            return _log(state)
        if self.use == "forecast":
            return state @ self.targets
        assert self.signature.horizon is not None and chain.emissions is not None
        moves = np.linalg.matrix_power(chain.transitions, self.signature.horizon)
        return _log(state @ (moves @ chain.emissions[:, : self.signature.output_size]))

    def arrays(self) -> dict[str, np.ndarray]:
        if self.use == "classify":
            named = {
                f"class_{label}/{name}": array
                for label, chain in enumerate(self.chains)
                for name, array in chain.arrays().items()
            }
            return {**named, "log_prior": self.log_prior}
        named = self.chains[0].arrays()
        return {**named, "targets": self.targets} if self.use == "forecast" else named

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Take the numbers that ``arrays`` of a fitted one gave."""
        if self.use == "classify":
            self.log_prior = arrays["log_prior"]
            prefixes = [f"class_{label}/" for label in range(len(self.log_prior))]
        else:
            prefixes = [""]
        self.chains = [
            Chain(
                arrays[at + "start"],
                arrays[at + "transitions"],
                arrays.get(at + "emissions"),
                arrays.get(at + "means"),
                arrays.get(at + "variances"),
            )
            for at in prefixes
        ]
        self.targets = arrays.get("targets", self.targets)

    def parameter_count(self) -> int:
        chains = sum(chain.parameter_count() for chain in self.chains)
        return chains + max(len(self.log_prior) - 1, 0) + self.targets.size


def _use(signature: Signature) -> str | None:
    """What an HMM can be used for: classify, tag, continue, forecast, or None."""
    form = (signature.problem, signature.inputs, signature.outputs)
    ahead = signature.horizon is not None
    if form == ("many-to-many", "tokens", "tokens") and ahead:
        return "continue"
    if form == ("many-to-many", "vectors", "reals") and ahead:
        return "forecast"
    if signature.outputs == "classes" and not ahead:
        uses = {"one-to-one": "classify", "many-to-one": "classify", "many-to-many": "tag"}
        return uses.get(signature.problem)
    return None


def _log(weights: np.ndarray) -> np.ndarray:
    """Log-probabilities of weights over the last axis, never minus infinity."""
    shares = weights / weights.sum(-1, keepdims=True) + LEAST
    return np.log(shares / shares.sum(-1, keepdims=True))


def _closed(
    inputs: np.ndarray, lengths: np.ndarray, last: np.ndarray | int, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of symbols with one more at the end, where it is known."""
    longer = np.pad(inputs, ((0, 0), (0, 1)))
    longer[np.arange(len(inputs)), lengths] = last
    return longer, lengths + known


@dataclass(frozen=True)
class Fit:
    """A fitted candidate."""

    settings: dict[str, Any]
    chains: list[Chain]
    targets: np.ndarray
    score: tuple[float, ...]
    converged: float


@dataclass(frozen=True)
class Subset:
    """Some of the examples."""

    inputs: np.ndarray
    lengths: np.ndarray
    targets: np.ndarray
    loss_mask: np.ndarray


def _some(
    data: Data, steps: int | None, rng: np.random.Generator, rows: np.ndarray | None = None
) -> Subset:
    """Whole sequences drawn at random (of ``rows``), as many as ``steps`` allow; None: all."""
    rows = rng.permutation(len(data.lengths) if rows is None else rows)
    if steps is not None:
        rows = rows[: np.searchsorted(np.cumsum(data.lengths[rows] + OVERHEAD), steps) + 1]
    rows = np.sort(rows)
    return Subset(data.inputs[rows], data.lengths[rows], data.targets[rows], data.loss_mask[rows])
