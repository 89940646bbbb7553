"""Which phones each letter of a word stands for: aligned without a teacher, then looked up."""

import numpy as np

ROUNDS, SAMPLE = 5, 10_000
"""Of alignment: how often it is done anew, and words that it is learned on."""


def align(letters: np.ndarray, phones: np.ndarray, sizes: tuple[int, int]) -> np.ndarray:
    """The chunk of phones that each letter says, from left to right: none, one or two.

    letters ``(words, time)`` and phones ``(words, time)``: numbered from 1, zeros behind each
    word's end, at most twice as many phones as letters. sizes: how many numbers there are of
    both, zero included.
    Returns ``(words, time)`` chunks: 0 for none, p for one, p * sizes[1] + q for two.

    Hard EM: chunks that often go with a letter are likely in the next round, beginning with one
    phone a letter; learned on the first words (Jiampojamarn et al. 2007, simplified).
    """
    score = np.full((sizes[0], sizes[1] ** 2), -1.0)
    score[:, : sizes[1]] = 0.0
    score[1:, 0] = -1.0
    for _ in range(ROUNDS):
        chunks = _best(score, letters[:SAMPLE], phones[:SAMPLE], sizes[1])
        counts = np.full(score.shape, 1e-3)
        np.add.at(counts, (letters[:SAMPLE], chunks), 1)
        score = np.log(counts / counts.sum(1, keepdims=True))
    return _best(score, letters, phones, sizes[1])


def looked_up(
    letters: np.ndarray, chunks: np.ndarray, asked: np.ndarray, around: int
) -> np.ndarray:
    """The chunk that each letter of the words asked for stands for most often, between the same
    neighbours: as many of the ``around`` nearest ones as were met with it.

    letters and chunks: aligned words, ``(words, time)``; asked: ``(words, time)`` letters.
    """
    answers = np.zeros_like(asked)
    real, base = letters > 0, int(chunks.max()) + 1
    for wide in range(around + 1):
        pairs, counts = np.unique(
            _in_context(letters, wide)[real] * base + chunks[real], return_counts=True
        )
        contexts, said = pairs // base, pairs % base
        order = np.lexsort((-counts, contexts))
        known, most_frequent = np.unique(contexts[order], return_index=True)
        wanted = _in_context(asked, wide)
        where = np.searchsorted(known, wanted).clip(max=len(known) - 1)
        best = said[order][most_frequent][where]
        answers = np.where(known[where] == wanted, best, answers)
    return answers


def _in_context(letters: np.ndarray, around: int) -> np.ndarray:
    """Each letter with its ``around`` nearest neighbours, right ones first, as one number.
    Letters are numbers below 32."""
    left, right = around // 2, (around + 1) // 2
    wide, steps = np.pad(letters, ((0, 0), (left, right))), letters.shape[1]
    return np.sum([wide[:, k : k + steps] << 5 * k for k in range(around + 1)], axis=0)


def _best(score: np.ndarray, letters: np.ndarray, phones: np.ndarray, size: int) -> np.ndarray:
    """The alignments with the highest sum of scores (Viterbi), all words at once."""
    words, steps = letters.shape
    sounds = phones.shape[1]
    chunks = np.zeros((3, sounds + 1, words), np.int64)  # by number of phones and where they end
    chunks[1, 1:] = phones.T
    chunks[2, 2:] = phones.T[:-1] * size + phones.T[1:]
    value = np.full((sounds + 1, words), -np.inf)
    value[0] = 0.0
    taken = np.zeros((steps, sounds + 1, words), np.int8)
    for step in range(steps):
        behind = np.full((3, sounds + 1, words), -np.inf)
        for many in range(3):
            said = score[letters[:, step], chunks[many, many:]]
            # Padding stands for no phone.
            said[:, letters[:, step] == 0] = 0.0 if many == 0 else -np.inf
            behind[many, many:] = value[: sounds + 1 - many] + said
        taken[step], value = behind.argmax(0), behind.max(0)
    every = np.arange(words)
    end = (phones > 0).sum(1)
    aligned = np.zeros((words, steps), np.int64)
    for step in reversed(range(steps)):
        many = taken[step, end, every]
        aligned[:, step] = chunks[many, end, every]
        end = end - many
    return aligned
