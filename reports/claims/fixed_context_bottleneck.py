"""An encoder-decoder squeezes the whole input into one vector, which limits it on long inputs;
attention removes that limit.

Source: Cho et al. 2014 (On the properties of neural machine translation); Bahdanau, Cho and Bengio
2015 (ICLR).

How far either comes within this budget does not tell what it could learn in a longer training.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, missing, rule
from reports.figures import lines

FIXED, ATTENDING = "encoder_decoder", "attention_encoder_decoder"
REVERSE, WORDS = "reverse", "grapheme_phoneme"
BOTTLENECK = Part(
    name="bottleneck",
    tasks=[*(f"{REVERSE}[length={length}]" for length in (4, 8, 16, 32)), WORDS],
    architectures=[FIXED, ATTENDING],
    budget={"steps": 800},
)
CELLS = (BOTTLENECK,)

FALL, GAIN = 0.1, 0.05
CRITERION = (
    "Writing a sequence backwards, the encoder-decoder with one context vector loses more than "
    f"{FALL:g} skill from the shortest to the longest source, the one with attention less than "
    f"{FALL:g}; on English words of 10 letters or more, attention is ahead by more than {GAIN:g} "
    "skill."
)


def judge(evidence: Evidence) -> Judgement:
    by_length = evidence.tasks_by(BOTTLENECK, "length", REVERSE)
    if len(by_length) < 2:
        return missing()
    short, long = min(by_length), max(by_length)
    curves = {
        label: {n: evidence.skills(BOTTLENECK, task, a) for n, task in by_length.items()}
        for label, a in (("one context vector", FIXED), ("attention", ATTENDING))
    }
    vector, attention = (curve[short] - curve[long] for curve in curves.values())
    long_words = evidence.ahead(BOTTLENECK, WORDS, ATTENDING, FIXED, "test@long")
    comparisons = [
        Comparison(f"one vector, length {short} minus {long}", vector, FALL),
        Comparison(f"attention, length {long} minus {short}", -attention, -FALL),
        Comparison("attention minus one vector, long words", long_words, GAIN),
    ]
    across = "length of the source, symbols"
    scale = lines.Scale(across, "skill on reverse", 2, ends=lines.SKILL, levels=(0,))
    gain = evidence.ahead(BOTTLENECK, by_length[long], ATTENDING, FIXED)
    return rule(comparisons, "skill", gain).along([lines.Panel("", curves)], scale)
