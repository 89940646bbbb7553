"""What a language model writes, symbol by symbol."""

from collections.abc import Callable

import numpy as np

CONTEXT = 128
"""Most symbols of its past that a language model reads while it writes."""


def continued(
    predict: Callable[[np.ndarray, np.ndarray], np.ndarray],
    start: np.ndarray,
    symbols: int,
    temperature: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """The symbols that a language model writes after ``start``, drawn one by one.

    predict: inputs ``(1, time)`` and lengths to log-probabilities of the next symbols.
    temperature: 1 draws from the model's own distribution, 0 takes the likeliest symbol.
    """
    text = list(start)
    for _ in range(symbols):
        context = np.array([text[-CONTEXT:]], np.int64)
        log = predict(context, np.array([context.shape[1]], np.int64))[0, -1].astype(np.float64)
        if temperature > 0:
            shares = np.exp((log - log.max()) / temperature)
            text.append(int(rng.choice(len(log), p=shares / shares.sum())))
        else:
            text.append(int(log.argmax()))
    return np.array(text[len(start) :], np.int64)
