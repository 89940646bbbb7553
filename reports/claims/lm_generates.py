"""A trained language model can write text.

Source: Shannon 1951 (Prediction and entropy of printed English); Graves 2013 (Generating sequences
with recurrent neural networks).
"""

from typing import Any

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import mean_over
from reports.claims.judging import Comparison, Judgement, rule
from reports.formats import means

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
        Comparison(f"{a}, {what}", values[a], HALF)
        for what, values in (("real words", likeness), ("not copied", novel))
        for a in written
    ]
    words = {a: [m["model"]["real_words"] for m in texts.values()] for a, texts in written.items()}
    for label, name in (
        ("the test text", "test_text"),
        ("symbols drawn by frequency", "by_frequency"),
    ):
        words[label] = [m[name]["real_words"] for of in written.values() for m in of.values()]
    reason = (
        "Each model wrote about 1,000 characters. Share of words that are words of the training "
        f"text: {means(words)}. It is the spelling that is judged, not grammar or sense, and after "
        "a short training of small models."
    )
    return rule(comparisons, "of the way to the test text", mean_over(likeness.values()), reason)


def alike(measured: dict[str, Any]) -> float:
    """Real words on the scale from symbols drawn by frequency, 0, to the test text, 1."""
    model, text, chance = (
        measured[name]["real_words"] for name in ("model", "test_text", "by_frequency")
    )
    return (model - chance) / (text - chance) if text != chance else 0.0
