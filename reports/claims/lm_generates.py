"""A trained language model can write text.

Source: Shannon 1951 (Prediction and entropy of printed English); Graves 2013 (Generating sequences
with recurrent neural networks).

The spelling is judged, not grammar or sense, after a short training of small models.
"""

from typing import Any

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, mean_over, rule

WRITING = Part(
    name="writing",
    probe="writing",
    tasks=["english_chars"],
    architectures=["ngram", "hmm", "rnn", "lstm", "gru", "self_attention"],
    budget={"steps": 1000},
)
CELLS = (WRITING,)

GRAM, HALF = "16", 0.5
CRITERION = (
    "Of every language model, the share of real words in what it writes is more than half of the "
    "way from symbols drawn by frequency to the test text, and more than half of its stretches of "
    f"{GRAM} characters are not copied from the training text."
)


def judge(evidence: Evidence) -> Judgement:
    (task,) = WRITING.tasks
    models = evidence.architectures(WRITING, baselines=True)
    written = {a: texts for a in models if (texts := evidence.measured(WRITING, task, a))}
    likeness = {a: {s: alike(m) for s, m in texts.items()} for a, texts in written.items()}
    novel = {
        a: {s: m["model"]["novel"][GRAM] for s, m in texts.items()} for a, texts in written.items()
    }
    comparisons = [
        Comparison(f"{a}, {what}", by_seed, HALF)
        for what, values in (("real words", likeness), ("not copied", novel))
        for a, by_seed in values.items()
    ]
    return rule(comparisons, "of the way to the test text", mean_over(likeness.values()))


def alike(measured: dict[str, Any]) -> float:
    """Real words on the scale from symbols drawn by frequency, 0, to the test text, 1."""
    model, text, chance = (
        measured[name]["real_words"] for name in ("model", "test_text", "by_frequency")
    )
    return (model - chance) / (text - chance) if text != chance else 0.0
