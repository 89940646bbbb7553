"""What a trained language model writes: real words or not, its own or copied."""

import re
from typing import Any

import numpy as np

from harness.experiment.record import NotApplicable
from harness.training.bench import Bench
from harness.training.generation import continued
from tasks.task import Stored, Tokens

WRITTEN = 1000
"""Symbols that are written, about, each drawn from the model's own distribution."""
PROMPT = 16
"""Symbols of the test text that the model reads first."""
GRAMS = (4, 8, 12, 16)
"""Lengths of the stretches of symbols that are looked up in the training text."""
WORD = re.compile(r"[^\W\d_]+")


def measure(bench: Bench) -> dict[str, Any]:
    """Let the model write, and judge it beside two texts of the same length: windows of the test
    text, and symbols drawn by their frequency alone.

    For each of ``model``, ``test_text`` and ``by_frequency``: ``real_words``, the share of its
    ``words`` that occur in the training text; ``novel``, by length, the share of stretches that
    do not; ``text``, its beginning. Raises NotApplicable where the task is no text.
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
    return {
        name: _judged([task.decode(row) for row in text], training, words)
        for name, text in texts.items()
    }


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
