"""What a trained language model writes: real words or not, its own or copied, likely or not."""

import re
from typing import Any

import numpy as np

from harness.experiment.record import NotApplicable
from harness.training.bench import Bench
from harness.training.generation import continued
from tasks.sources.running_text import RunningText
from tasks.sources.text import ngram_bits
from tasks.task import Examples, Stored, Tokens

WRITTEN = 1000
"""Symbols that are written, about, each drawn from the model's own distribution."""
PROMPT = 16
"""Symbols of the test text that the model reads first."""
GRAMS = (4, 8, 12, 16)
"""Lengths of the stretches of symbols that are looked up in the training text."""
ORDER, KINDS = 5, 2**62
"""Of the n-gram that judges the text, and how many it can tell apart."""
WORD = re.compile(r"[^\W\d_]+")


def measure(bench: Bench) -> dict[str, Any]:
    """Let the model write, and judge it beside two texts of the same length: windows of the test
    text, and symbols drawn by their frequency alone.

    For each of ``model``, ``test_text`` and ``by_frequency``: ``real_words``, the share of its
    ``words`` that occur in the training text; ``novel``, by length, the share of stretches that
    do not; ``bits``, what a symbol costs an n-gram model of the validation text, which no model
    here was trained on; ``text``, its beginning. Raises NotApplicable where the task is no text.
    """
    task = bench.task
    text = isinstance(task.outputs, Tokens) and task.horizon == 1 and isinstance(task, Stored)
    if not text or bench.signature.inputs != "tokens":
        raise NotApplicable(f"{task.name} is no text that could be written on")
    assert isinstance(task, Stored)
    splits = task.splits()
    known, others = splits["training"].inputs, splits["test"].inputs
    steps = others.shape[1]
    rng = np.random.default_rng(bench.cell.seed)
    rows = rng.choice(len(others), WRITTEN // steps, replace=False)
    shape = len(rows), steps
    prompt = others[rows[0], :PROMPT]
    texts = {
        "model": continued(bench.predictor(), prompt, rows.size * steps, 1.0, rng).reshape(shape),
        "test_text": others[rows],
        "by_frequency": rng.choice(known.reshape(-1), shape),
    }
    training = task.decode(known.reshape(-1))
    words = set(WORD.findall(training))
    unread = splits["validation"].inputs.reshape(-1)
    if isinstance(task, RunningText):
        unread = task.ids()["validation"]  # whole: of the windows there are few
    return {
        name: _judged([task.decode(row) for row in text], training, words)
        | {"bits": _bits(unread, text, bench.signature.input_size)}
        for name, text in texts.items()
    }


def _bits(ids: np.ndarray, rows: np.ndarray, size: int) -> float:
    """Bits a symbol, each row without what came before it."""
    order = next(n for n in range(ORDER, 0, -1) if size**n < KINDS)
    return float(ngram_bits(ids, size, order, Examples.of(rows[:, :-1], rows[:, 1:])).mean())


def _judged(rows: list[str], training: str, words: set[str]) -> dict[str, Any]:
    """The test text is there in windows, in which the first and the last word may be cut: so all
    are judged in windows, without these."""
    written = [word for row in rows for word in WORD.findall(row)[1:-1]]
    novel = {}
    for n in GRAMS:
        grams = [row[i : i + n] for row in rows for i in range(0, len(row) - n + 1, 4)]
        novel[str(n)] = sum(gram not in training for gram in grams) / max(len(grams), 1)
    return {
        "real_words": sum(word in words for word in written) / max(len(written), 1),
        "words": len(written),
        "novel": novel,
        "text": "".join(rows[:4]),
    }
