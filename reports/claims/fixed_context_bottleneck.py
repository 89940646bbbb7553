"""An encoder-decoder squeezes the whole input into one vector, which limits it on long inputs;
attention removes that limit.

Source: Cho et al. 2014 (On the properties of neural machine translation); Bahdanau, Cho and Bengio
2015 (ICLR).
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import differences, negative
from reports.claims.judging import Comparison, Judgement, missing, rule
from reports.figures import lines
from reports.figures.style import Drawing
from reports.formats import estimate, means

FIXED, ATTENDING = "encoder_decoder", "attention_encoder_decoder"
NAMES = {"one context vector": FIXED, "attention": ATTENDING}
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

    def fall(architecture: str) -> dict[int, float]:
        return differences(*(evidence.skills(BOTTLENECK, by_length[n], architecture)
                             for n in (short, long)))  # fmt: skip

    kept = negative(fall(ATTENDING))
    gain, words = (
        evidence.ahead(BOTTLENECK, t, ATTENDING, FIXED) for t in (by_length[long], WORDS)
    )
    long_words = evidence.ahead(BOTTLENECK, WORDS, ATTENDING, FIXED, "test@long")
    comparisons = [
        Comparison(f"one vector, length {short} minus {long}", fall(FIXED), FALL),
        Comparison(f"attention, length {long} minus {short}", kept, -FALL),
        Comparison("attention minus one vector, long words", long_words, GAIN),
    ]
    lengths = "; ".join(
        f"{n} symbols, {means(_skills(evidence, task))}" for n, task in by_length.items()
    )
    reason = (
        f"Sequences to be written backwards, skill by length: {lengths}. From length {short} to "
        f"{long}, the one context vector loses {estimate(fall(FIXED))}, attention "
        f"{estimate(fall(ATTENDING))}; at length {long} attention has {estimate(gain)} more. Of "
        f"English words to be spoken, it has {estimate(words)} more on all, and "
        f"{estimate(long_words)} more on those of 10 letters or more. Both have equally many "
        "parameters, updates and examples. How far either comes within this budget does not tell "
        "what it could learn in a longer training."
    )
    return rule(comparisons, "skill", gain, reason)


def draw(evidence: Evidence, name: str) -> Drawing | None:
    """Skill against length, a line for each decoder."""
    by_length = evidence.tasks_by(BOTTLENECK, "length", REVERSE)
    skills = {n: _skills(evidence, task) for n, task in by_length.items()}
    curves = {word: {n: of[word] for n, of in skills.items()} for word in NAMES}
    across = "length of the source, symbols"
    scale = lines.Scale(across, "skill on reverse", 2, ends=lines.SKILL, levels=(0,))
    return lines.draw(name, [lines.Panel("", curves)], scale)


def _skills(evidence: Evidence, task: str) -> dict[str, dict[int, float]]:
    return {word: evidence.skills(BOTTLENECK, task, a) for word, a in NAMES.items()}
