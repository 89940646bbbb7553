"""A trained language model can write text.

Source: Shannon 1951 (Prediction and entropy of printed English); Graves 2013 (Generating sequences
with recurrent neural networks).

Spelling and the likelihood of short stretches are judged, not grammar or sense, of small models.
"""

from collections.abc import Mapping
from typing import Any

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.claims.judging import Draw, Measured, Statement, all_of, as_rows, mean_above

LSTM = "lstm"
SHORT, LONG, LARGE = (
    Part(
        name=f"writing-{name}",
        probe="writing",
        tasks=["english_chars"],
        architectures=[LSTM],
        budget={"steps": steps, "parameters": parameters, "patience": 0, "seconds": 3600},
    )
    for name, steps, parameters in (
        ("short", 2000, 16_000), ("long", 20_000, 16_000), ("large", 2000, 250_000),
    )
)  # fmt: skip
CELLS = (SHORT, LONG, LARGE)

GRAM, HALF, LIKELY, MORE = "16", 0.5, 0.9, 0.05
MODELS = {"trained long": LONG, "large": LARGE}
"""An LSTM of 16,000 parameters after 20,000 updates, and one of 250,000 after 2,000."""
BOTH = "An LSTM of 16,000 parameters after 20,000 updates and one of 250,000 after 2,000 both"
STATEMENTS = {
    "real words": Statement(
        f"{BOTH} write real words: their share is more than half of the way from symbols drawn by "
        "their frequency to the test text."
    ),
    "likely": Statement(
        f"{BOTH} write what is likely in text that they never read: in bits a symbol, by a 5-gram "
        f"model of such text, it is more than {LIKELY:g} of the way from symbols drawn by their "
        "frequency to the test text."
    ),
    "not copied": Statement(
        f"Of what {BOTH[0].lower() + BOTH[1:]} write, more than half of the stretches of {GRAM} "
        "characters are not in the training text."
    ),
    "more is better": Statement(
        f"{BOTH} come nearer to the test text in real words than one of 16,000 after 2,000, by "
        f"more than {MORE:g} of the way."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    short = _of_the_way(evidence, SHORT, "real_words")
    found: dict[str, list[Measured]] = {name: [] for name in STATEMENTS}
    for name, part in MODELS.items():
        words = _of_the_way(evidence, part, "real_words")
        copied = {seed: m["model"]["novel"][GRAM] for seed, m in _measured(evidence, part).items()}
        for key, values, threshold in (
            ("real words", words, HALF),
            ("likely", _of_the_way(evidence, part, "bits"), LIKELY),
            ("not copied", BySeed(copied), HALF),
            ("more is better", words - short, MORE),
        ):
            found[key].append(mean_above(f"{key}: {name}", values, threshold))
    units = dict.fromkeys(STATEMENTS, "of the way") | {"not copied": "of stretches"}
    judged = {key: all_of(both) for key, both in found.items()}
    return {key: measured.with_(unit=units[key]) for key, measured in judged.items()}


def draw(_: Evidence, measured: Mapping[str, Measured]) -> Draw:
    """What the statements compare."""
    return as_rows(measured.values(), "share, or share of the way to the test text")


def _measured(evidence: Evidence, part: Part) -> Mapping[int, dict[str, Any]]:
    (task,) = part.tasks
    return evidence.measured(part, task, LSTM)


def _of_the_way(evidence: Evidence, part: Part, number: str) -> BySeed:
    measured = _measured(evidence, part)
    return BySeed({seed: of_the_way(m, number) for seed, m in measured.items()})


def of_the_way(measured: Mapping[str, Any], number: str) -> float:
    """Of what a model writes, on the scale from symbols drawn by frequency, 0, to the test text,
    1."""
    model, text, chance = (
        measured[name][number] for name in ("model", "test_text", "by_frequency")
    )
    return (model - chance) / (text - chance) if text != chance else 0.0
