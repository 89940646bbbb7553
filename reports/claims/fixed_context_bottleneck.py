"""An encoder-decoder without attention is limited by its one context vector."""

from __future__ import annotations

from collections.abc import Mapping

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.claim import Claim, Comparison, Judgement, differences, rule
from reports.figures.style import INK, PALE, Drawing, canvas, finish, looks, plain_numbers
from reports.formats import by_name, found

PART = "bottleneck"
FIXED, ATTENDING = "encoder_decoder", "attention_encoder_decoder"
NAMES = {FIXED: "one context vector", ATTENDING: "attention"}
WORDS = "grapheme_phoneme"
FALL, GAIN = 0.1, 0.05


def judge(evidence: Evidence) -> Judgement:
    by_length = _by_length(evidence)
    if len(by_length) < 2:
        return rule([], "skill", "")
    short, long = min(by_length), max(by_length)

    def fall(architecture: str) -> dict[int, float]:
        ends = [evidence.skills(PART, by_length[steps], architecture) for steps in (short, long)]
        return differences(*ends)

    def gain(task: str, split: str = "test") -> dict[int, float]:
        both = [evidence.skills(PART, task, a, split) for a in (ATTENDING, FIXED)]
        return differences(*both)

    kept = {seed: -value for seed, value in fall(ATTENDING).items()}
    comparisons = [
        Comparison(f"one vector, length {short} minus {long}", fall(FIXED), FALL),
        Comparison(f"attention, length {long} minus {short}", kept, -FALL),
        Comparison("attention minus one vector, long words", gain(WORDS, "test@long"), GAIN),
    ]
    effect = gain(by_length[long])

    def reason(judgement: Judgement) -> str:
        told = "; ".join(
            f"{steps} symbols, {by_name(_skills(evidence, task))}"
            for steps, task in by_length.items()
        )
        return (
            f"Sequences to be written backwards, skill by length: {told}. From length {short} to "
            f"{long}, the one context vector loses {found(fall(FIXED).values())}, attention "
            f"{found(fall(ATTENDING).values())}; at length {long} attention has "
            f"{found(effect.values())} more. Of English words to be spoken, it has "
            f"{found(gain(WORDS).values())} more on all, and "
            f"{found(gain(WORDS, 'test@long').values())} more on those of 10 letters or more. "
            "Both have equally many parameters, updates and "
            "examples. How far either comes within this budget does not tell what it could learn "
            "in a longer training."
        )

    return rule(comparisons, "skill", reason, effect)


def draw(evidence: Evidence, judgement: Judgement) -> Drawing | None:
    """Skill against length, a line for each decoder; every seed is a dot."""
    by_length = _by_length(evidence)
    names = {FIXED: "one context vector", ATTENDING: "attention"}
    known = [s for task in by_length.values() for _, skills in _skills(evidence, task)
             for s in skills]  # fmt: skip
    if not known:
        return None
    figure, axes = canvas(7.2, 3.2, (0.6, 1.6, 0.15, 0.5))
    axes.set_xscale("log", base=2)
    plain_numbers(axes.xaxis)
    axes.set_xticks(list(by_length))
    for architecture, look in looks((FIXED, ATTENDING)).items():
        shown = {steps: evidence.skills(PART, t, architecture) for steps, t in by_length.items()}
        means = {steps: summarize(s.values()) for steps, s in shown.items() if s}
        for steps, skills in shown.items():
            axes.plot([steps] * len(skills), list(skills.values()), linestyle="none", alpha=0.45,
                      marker=look.marker, markersize=4, markeredgewidth=0,
                      color=look.colour)  # fmt: skip
        axes.plot(list(means), [s.mean for s in means.values()], color=look.colour,
                  linestyle=look.line)  # fmt: skip
    ends = _apart({a: _last_mean(evidence, by_length, a) for a in names})
    for (architecture, y), look in zip(ends.items(), looks((FIXED, ATTENDING)).values(),
                                       strict=True):  # fmt: skip
        axes.annotate(names[architecture], (max(by_length), y), xytext=(8, 0), va="center",
                      textcoords="offset points", color=look.colour,
                      annotation_clip=False)  # fmt: skip
    axes.axhline(0, color=PALE, linewidth=0.8, zorder=0)
    axes.set_ylim(min(-0.05, *known), 1.05)
    axes.set_xlabel("length of the source, symbols", color=INK)
    axes.set_ylabel("skill on reverse")
    return finish(figure, f"claim-{CLAIM.id}", _alt(evidence, by_length, names))


def _last_mean(evidence: Evidence, by_length: dict[int, str], architecture: str) -> float:
    skills = evidence.skills(PART, by_length[max(by_length)], architecture)
    return summarize(skills.values()).mean or 0.0


def _apart(ends: dict[str, float], least: float = 0.07) -> dict[str, float]:
    """Two heights moved so far from one another that their labels do not touch."""
    (one, a), (other, b) = ends.items()
    push = max(0.0, least - abs(a - b)) / 2
    return {one: a - push, other: b + push} if a <= b else {one: a + push, other: b - push}


def _alt(evidence: Evidence, by_length: dict[int, str], names: Mapping[str, str]) -> str:
    told = [f"{n}: {by_name(_skills(evidence, task, names))}" for n, task in by_length.items()]
    return "Skill on reverse by length of the source. {found}.".format(found="; ".join(told))


def _by_length(evidence: Evidence) -> dict[int, str]:
    """The tasks of reversing by their length, the shortest first."""
    found = {}
    for task in evidence.tasks(PART):
        if task.startswith("reverse"):
            given = [p for p in task.rstrip("]").partition("[")[2].split(",") if "length=" in p]
            found[int(given[0].split("=")[1]) if given else 10] = task
    return dict(sorted(found.items()))


def _skills(
    evidence: Evidence, task: str, names: Mapping[str, str] = NAMES
) -> list[tuple[str, list[float]]]:
    return [(word, list(evidence.skills(PART, task, a).values())) for a, word in names.items()]


CLAIM = Claim(
    id="fixed-context-bottleneck",
    statement="An encoder-decoder squeezes the whole input into one vector, which limits it on "
    "long inputs; attention removes that limit.",
    source="Cho et al. 2014 (On the properties of neural machine translation); Bahdanau, Cho and "
    "Bengio 2015 (ICLR)",
    needs=(PART,),
    criterion="Writing a sequence backwards, the encoder-decoder with one context vector loses "
    f"more than {FALL:g} skill from the shortest to the longest source, the one with attention "
    f"less than {FALL:g}; on English words of 10 letters or more, attention is ahead by more than "
    f"{GAIN:g} skill.",
    judge=judge,
    draw=draw,
)
