"""Hidden Markov chains: filtering, smoothing, supervised fitting and Baum-Welch.

The recursions are those of Rabiner (1989), scaled to sum to one at every step and run over a
whole padded batch at once. A padded step is given the same likelihood under every state, which
makes it carry no information: its content changes no real step's result.
"""

import warnings
from dataclasses import dataclass, replace

import numpy as np

FLOOR = 1e-8
"""Least probability of anything: no path is impossible, so nothing underflows to zero."""


@dataclass(frozen=True)
class Chain:
    """A hidden Markov chain of S states over symbols or, with diagonal covariances, vectors.

    ``start`` ``(S,)``, ``transitions`` ``(S, S)`` from row to column. Symbols: ``emissions``
    ``(S, vocabulary)``. Vectors: ``means`` and ``variances`` ``(S, dim)``.
    """

    start: np.ndarray
    transitions: np.ndarray
    emissions: np.ndarray | None = None
    means: np.ndarray | None = None
    variances: np.ndarray | None = None
    left_to_right: bool = False

    def arrays(self) -> dict[str, np.ndarray]:
        names = ("start", "transitions", "emissions", "means", "variances")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    def parameter_count(self) -> int:
        """Free parameters: a distribution over n things has n - 1."""
        states = len(self.start)
        moves = states - 1 if self.left_to_right else states * states - 1
        if self.emissions is not None:
            return moves + self.emissions.size - states
        assert self.means is not None and self.variances is not None
        return moves + self.means.size + self.variances.size

    def log_likelihoods(self, inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Log-density of each step's input under each state, nats: ``(batch, time, S)``; 0 on
        padding."""
        real = real_steps(inputs, lengths)
        if self.emissions is not None:
            log = np.log(self.emissions.T)[np.where(real, inputs, 0)]
        else:
            assert self.means is not None and self.variances is not None
            x = np.where(real[..., None], inputs, 0).astype(float)
            x = x - (centre := self.means.mean(0))  # squares of small numbers cancel less
            means, precisions = self.means - centre, 1 / self.variances
            log = x @ (means * precisions).T - x**2 @ precisions.T / 2
            log -= (means**2 * precisions + np.log(2 * np.pi * self.variances)).sum(1) / 2
        return np.where(real[..., None], log, 0)

    def filter(self, inputs: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Forward recursion. Returns P(state at t | inputs up to t), ``(batch, time, S)``, and
        log P(input at t | earlier inputs), ``(batch, time)``, nats, whose sum over time is the
        sequence's log-likelihood."""
        log = self.log_likelihoods(inputs, lengths)
        peak = log.max(2, keepdims=True)
        likelihood = np.exp(log - peak)
        filtered, normalisers = np.empty_like(log), peak[..., 0].copy()
        expected = np.broadcast_to(self.start, (len(log), len(self.start)))
        for t in range(log.shape[1]):
            joint = expected * likelihood[:, t]
            total = joint.sum(1)
            filtered[:, t] = joint / total[:, None]
            normalisers[:, t] += np.log(total)
            expected = filtered[:, t] @ self.transitions
        return filtered, normalisers

    def smooth(self, inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Forward-backward: P(state at t | the whole sequence), ``(batch, time, S)``."""
        log = self.log_likelihoods(inputs, lengths)
        likelihood = np.exp(log - log.max(2, keepdims=True))
        smoothed, _ = self.filter(inputs, lengths)
        back = np.ones(likelihood[:, 0].shape)
        for t in range(log.shape[1] - 2, -1, -1):
            back = (likelihood[:, t + 1] * back) @ self.transitions.T
            back /= back.max(1, keepdims=True)
            smoothed[:, t] *= back
        return smoothed / smoothed.sum(2, keepdims=True)


def real_steps(inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Which steps are not padding, ``(batch, time)``."""
    return np.arange(inputs.shape[1]) < lengths[:, None]


def distribution(weights: np.ndarray) -> np.ndarray:
    """Rows of weights as distributions without zeros; a row of nothing becomes uniform."""
    weights = np.where(weights.sum(-1, keepdims=True) > 0, weights, 1.0)
    shares = weights / weights.sum(-1, keepdims=True) + FLOOR
    return shares / shares.sum(-1, keepdims=True)


def emitting(
    flat: np.ndarray,
    weights: np.ndarray,
    vocabulary: int | None,
    alpha: float,
    spread: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """What each state emits, from ``(n,)`` symbols or ``(n, dim)`` vectors and their weights in
    each state, ``(n, S)``. ``alpha``: added to the count of every symbol; for vectors, the
    number of imagined observations with the mean of them all and the variance ``spread``."""
    states = range(weights.shape[1])
    if vocabulary is not None:
        counts = [np.bincount(flat, weights[:, s], minlength=vocabulary) for s in states]
        return {"emissions": distribution(np.array(counts) + alpha)}
    assert spread is not None
    flat = flat.astype(float)
    count = weights.sum(0)[:, None] + alpha
    sums = np.array([weights[:, s].astype(float) @ flat for s in states])
    means = (sums + alpha * flat.mean(0)) / count
    squares = np.array([weights[:, s].astype(float) @ (flat - means[s]) ** 2 for s in states])
    return {"means": means, "variances": (squares + alpha * spread) / count}


def spread_of(inputs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Variance of each number of the vectors, ``(dim,)``; one that varies less than the average
    is given the average, or a rare change in it would outweigh all the rest."""
    variances = inputs[real_steps(inputs, lengths)].var(0, dtype=float)
    return np.maximum(variances, variances.mean() + 1e-6)


def fit_supervised(
    inputs: np.ndarray,
    labels: np.ndarray,
    known: np.ndarray,
    states: int,
    vocabulary: int | None,
    alpha: float,
    spread: np.ndarray | None = None,
) -> Chain:
    """A chain whose states are given as labels: maximum likelihood with smoothing.

    labels: int64 ``(batch, time)``; known: bool ``(batch, time)``, which of them count. A move
    counts where both its ends do. ``alpha`` is added to every count; see ``emitting``.
    """
    first = np.bincount(labels[known[:, 0], 0], minlength=states)
    both = known[:, :-1] & known[:, 1:]
    moves = np.bincount(
        labels[:, :-1][both] * states + labels[:, 1:][both], minlength=states * states
    )
    at = labels[known][:, None] == np.arange(states)
    return Chain(
        distribution(first + alpha),
        distribution(moves.reshape(states, states) + alpha),
        **emitting(inputs[known], at, vocabulary, alpha, spread),
        left_to_right=False,
    )


def initialise(
    inputs: np.ndarray,
    lengths: np.ndarray,
    states: int,
    vocabulary: int | None,
    left_to_right: bool,
    rng: np.random.Generator,
    spread: np.ndarray | None = None,
) -> Chain:
    """The chain that Baum-Welch starts from. Left to right: each sequence cut into ``states``
    pieces of equal length. Else k-means clusters of vectors, or symbols given to states at random.
    """
    real = real_steps(inputs, lengths)
    flat = inputs[real]
    if left_to_right:
        part = (np.arange(inputs.shape[1]) * states // np.maximum(lengths, 1)[:, None])[real]
        weights = part[:, None] == np.arange(states)
        stay = 1 - min(0.5, states / lengths.mean())
        moves = stay * np.eye(states) + (1 - stay) * np.eye(states, k=1)
        moves[-1, -1] = 1.0
        start = np.eye(states)[0]
    else:
        if vocabulary is None:
            from scipy.cluster.vq import kmeans2, vq

            some = flat[rng.permutation(len(flat))[:2000]].astype(float)
            some += 1e-3 * rng.standard_normal(some.shape)  # repeated vectors upset the seeding
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of an empty cluster
                centres, _ = kmeans2(some, min(states, len(some)), 10, minit="++", rng=rng)
            weights = vq(flat.astype(float), centres)[0][:, None] == np.arange(states)
        else:
            weights = rng.dirichlet(np.ones(states), vocabulary)[flat]
        moves = np.eye(states) + rng.dirichlet(np.ones(states), states)
        start = np.ones(states)
    emits = emitting(flat, weights, vocabulary, 1.0, spread)
    return Chain(distribution(start), distribution(moves), **emits, left_to_right=left_to_right)


def baum_welch(
    chain: Chain,
    inputs: np.ndarray,
    lengths: np.ndarray,
    iterations: int,
    spread: np.ndarray | None = None,
    pseudo: float = 0.0,
) -> tuple[Chain, bool]:
    """The chain after expectation-maximisation (Baum et al. 1970, by hmmlearn), and whether it
    converged: it gained less than 1e-5 nats a step before ``iterations`` were up. ``pseudo``:
    pseudo-observations with the variance ``spread`` in each state, which keep a variance from
    shrinking to zero."""
    import logging

    from hmmlearn.hmm import CategoricalHMM, GaussianHMM

    # It warns of each fit that stops early or has more parameters than data: both are judged
    # on validation here.
    logging.getLogger("hmmlearn").setLevel(logging.ERROR)
    flat = inputs[real_steps(inputs, lengths)]
    states = len(chain.start)
    start, moves = chain.start, chain.transitions
    if chain.left_to_right:  # what is exactly zero stays so, whatever the prior
        start, moves = np.eye(states)[0], np.where(moves > 10 * FLOOR, moves, 0)
        moves /= moves.sum(1, keepdims=True)
    for implementation in ("scaling", "log"):  # the first is four times faster, but underflows
        common = {
            "implementation": implementation,
            "n_iter": iterations,
            "tol": 1e-5 * len(flat),
            "init_params": "",
            "startprob_prior": 1.1,
            "transmat_prior": 1.1,
        }
        if chain.emissions is not None:
            symbols = chain.emissions.shape[1]
            model = CategoricalHMM(states, n_features=symbols, emissionprob_prior=1.1, **common)
            model.emissionprob_ = chain.emissions
            flat = flat.reshape(-1, 1)
        else:
            assert spread is not None
            model = GaussianHMM(
                states, covars_prior=pseudo * spread + 1e-6, covars_weight=1 + pseudo, **common
            )
            model.means_, model.covars_ = chain.means, chain.variances
        model.startprob_, model.transmat_ = start, moves
        try:
            with np.errstate(all="ignore"):
                model.fit(flat, lengths)
        except ValueError:
            if implementation == "log":
                raise
        else:
            if np.isfinite(model.monitor_.history[-1]) and np.isfinite(model.transmat_).all():
                break
    start, moves = distribution(model.startprob_), distribution(model.transmat_)
    fitted = replace(chain, start=start, transitions=moves)
    if chain.emissions is not None:
        fitted = replace(fitted, emissions=distribution(model.emissionprob_))
    else:
        variances = np.diagonal(model.covars_, axis1=1, axis2=2).copy()
        fitted = replace(fitted, means=model.means_, variances=variances)
    return fitted, model.monitor_.iter < iterations
