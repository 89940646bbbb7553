"""An encoder-decoder squeezes the whole input into one vector, which limits it on long inputs;
attention removes that limit.

Source: Cho et al. 2014 (On the properties of neural machine translation); Sutskever et al. 2014
(Sequence to sequence learning with neural networks); Bahdanau, Cho and Bengio 2015 (ICLR).

What is compared is what is learned in the budget: a wider vector, or a longer training, may hold
longer inputs. The symbols are independent of each other, so that no grammar shortens them.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import (
    QUARTER,
    Draw,
    Measured,
    Solved,
    Statement,
    all_of,
    along,
    fewer_than_half,
    more_than_half,
    needs_failures,
    needs_learned,
    rate_higher,
)
from reports.claims.measures import shares
from reports.claims.parts import LEARNING
from reports.figures import lines

VECTOR, ATTENTION = "encoder_decoder", "attention_encoder_decoder"
BACKWARDS = f"{VECTOR}[reads=backwards]"
SHORT, TURNED, MIDDLE, LONG = 4, 8, 16, 32
TERMS = LEARNING | {"evaluate_every": 100}


def _task(length: int) -> str:
    return f"reverse[length={length}]"


BOTTLENECK = Part(
    name="bottleneck",
    tasks=[_task(n) for n in (SHORT, TURNED, MIDDLE, LONG)],
    architectures=[VECTOR, ATTENTION],
    budget=TERMS,
)
ORDER = Part(
    name="bottleneck-order", tasks=[_task(TURNED)], architectures=[BACKWARDS], budget=TERMS
)
WIDTHS = {
    width: Part(
        name=f"bottleneck-width-{width}",
        tasks=[_task(MIDDLE)],
        architectures=[VECTOR],
        budget=TERMS | {"match": "none", "width": width},
    )
    for width in (16, 32, 64)
}
CELLS = (BOTTLENECK, ORDER, *WIDTHS.values())

STATEMENTS = {
    "vector": Statement(
        f"With one context vector, more than half of the seeds learn to write up to {SHORT} "
        f"symbols backwards, and fewer than half learn up to {LONG}."
    ),
    "attention": Statement(
        f"With attention, more than half of the seeds learn to write up to {LONG} symbols "
        "backwards."
    ),
    "order": Statement(
        f"With one vector, the share of seeds that learn up to {TURNED} symbols is more than "
        f"{QUARTER:g} higher if the symbol to be written first is read last than if it is read "
        "first."
    ),
    "width": Statement(
        f"With one vector, the share of seeds that learn up to {MIDDLE} symbols is more than "
        f"{QUARTER:g} higher with 64 units than with 16."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    vector, attention = (_success(evidence, a) for a in (VECTOR, ATTENTION))
    width = {n: evidence.solved(part, _task(MIDDLE), VECTOR) for n, part in WIDTHS.items()}
    first = evidence.solved(ORDER, _task(TURNED), BACKWARDS)
    limited = [
        fewer_than_half(f"one vector, {LONG} symbols", vector[LONG]),
        more_than_half(f"one vector, {SHORT} symbols", vector[SHORT]),
    ]
    short = f"To write up to {SHORT} symbols with one vector"
    return {
        "vector": needs_learned(all_of(limited), vector[SHORT], short),
        "attention": more_than_half(f"attention, {LONG} symbols", attention[LONG]),
        "order": _more(("read last", "read first"), TURNED, vector[TURNED], first),
        "width": _more(("64 units", "16 units"), MIDDLE, width[64], width[16]),
    }


def _more(labels: tuple[str, str], length: int, one: Solved, other: Solved) -> Measured:
    """More seeds of the one learn a length, where not all learn it and not too few."""
    told = rate_higher(labels, one, other, QUARTER)
    better, what = max(one, other, key=lambda of: sum(of.values())), f"To write up to {length}"
    return needs_failures(needs_learned(told, better, what), (one, other), what)


def draw(evidence: Evidence, _: Mapping[str, Measured]) -> Draw:
    """The share of seeds that learn each length, and skill against width."""
    learned = {
        label: shares(_success(evidence, a))
        for label, a in (("one context vector", VECTOR), ("attention", ATTENTION))
    }
    by_width = {
        n: [*evidence.clipped(part, _task(MIDDLE), VECTOR).values()] for n, part in WIDTHS.items()
    }
    panels = [
        lines.Panel("share of seeds that learn it", learned, across="length, symbols"),
        lines.Panel(f"skill at up to {MIDDLE} symbols", {"one context vector": by_width},
                    across="units"),
    ]  # fmt: skip
    return along(panels, lines.Scale("", "", 2, ends=lines.SKILL))


def _success(evidence: Evidence, architecture: str) -> dict[int, Solved]:
    """Which seeds learn each length."""
    tasks = evidence.tasks_by(BOTTLENECK, "length")
    return {n: evidence.solved(BOTTLENECK, task, architecture) for n, task in tasks.items()}
