"""A trained language model can write text."""

from __future__ import annotations

from typing import Any

from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, Comparison, Judgement, mean_over, rule
from reports.formats import by_name, found

PART, TASK = "writing", "english_chars"
GRAM = "16"
HALF = 0.5


def judge(evidence: Evidence) -> Judgement:
    written = {
        a: evidence.measured(PART, TASK, a) for a in evidence.architectures(PART, baselines=True)
    }
    written = {a: by_seed for a, by_seed in written.items() if by_seed}
    likeness = {a: {s: alike(m) for s, m in w.items()} for a, w in written.items()}
    novel = {a: {s: m["model"]["novel"][GRAM] for s, m in w.items()} for a, w in written.items()}
    comparisons = [
        Comparison(f"{a}, {what}", values[a], HALF)
        for what, values in (("real words", likeness), ("not copied", novel))
        for a in written
    ]
    effect = mean_over(list(likeness.values()))

    def reason(judgement: Judgement) -> str:
        found_in = [m for by_seed in written.values() for m in by_seed.values()]
        words = by_name(
            (a, [m["model"]["real_words"] for m in by_seed.values()])
            for a, by_seed in written.items()
        )
        beside = by_name(
            (label, [m[text]["real_words"] for m in found_in])
            for label, text in (("the test text", "test_text"),
                                ("symbols drawn by frequency", "by_frequency"))
        )  # fmt: skip
        return (
            f"Each model wrote about 1,000 characters. Share of its words that are words of the "
            f"training text: {words}; beside them {beside}. On the scale from those symbols (0) to "
            f"the test text (1), the models are at {found(effect.values())}. Share of stretches of "
            f"{GRAM} characters that are not in the training text: "
            f"{by_name((a, values.values()) for a, values in novel.items())}. It is the spelling "
            "that is judged, not grammar or sense, and after a short training of small models."
        )

    return rule(comparisons, "of the way to the test text", reason, effect)


def alike(measured: dict[str, Any]) -> float:
    """Real words on the scale from symbols drawn by frequency, 0, to the test text, 1."""
    model, text, chance = (
        measured[name]["real_words"] for name in ("model", "test_text", "by_frequency")
    )
    return (model - chance) / (text - chance) if text != chance else 0.0


CLAIM = Claim(
    id="lm-generates",
    statement="A trained language model can write text.",
    source="Shannon 1951 (Prediction and entropy of printed English); Graves 2013 (Generating "
    "sequences with recurrent neural networks)",
    needs=(PART,),
    criterion="Of every language model, the share of real words in what it writes is more than "
    "half of the way from symbols drawn by frequency to the test text, and more than half of its "
    f"stretches of {GRAM} characters are not copied from the training text.",
    judge=judge,
)
