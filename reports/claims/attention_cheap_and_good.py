"""Self-attention: fewer parameters, faster, good results."""

from __future__ import annotations

from typing import Any

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims.claim import (
    Claim,
    Comparison,
    Judgement,
    differences,
    logarithms,
    mean_over,
    rule,
)
from reports.figures import forest
from reports.figures.style import Drawing
from reports.formats import amount, found

WIDTH, SIZES = "cost-width-64", "size-decoders"
PAIR, DECODERS = ("self_attention", "lstm"), ("transformer", "encoder_decoder")
REVERSE, LENGTHS = "reverse", "cost-length"
WORSE = 0.05


def judge(evidence: Evidence) -> Judgement:
    skill = differences(*(evidence.skills("", REVERSE, a) for a in DECODERS))
    by_task = _by_task(evidence)
    over_tasks = mean_over(list(by_task.values()))
    task = next(iter(evidence.tasks(WIDTH)), "")
    attention, lstm = (_measured(evidence, WIDTH, task, a) for a in PAIR)
    size, seconds = (
        logarithms(
            {seed: m[number] for seed, m in lstm.items()},
            {seed: m[number] for seed, m in attention.items()},
        )
        for number in ("matched_parameters", "seconds")
    )
    rates = (evidence.numbers("", REVERSE, a, "examples_per_second") for a in DECODERS)
    decoder_sizes = dict.fromkeys(skill, _decoder_sizes(evidence)) if skill else {}
    comparisons = [
        Comparison("fewer parameters than the LSTM (log2 of times)", size),
        Comparison(
            "fewer parameters than the encoder-decoder (log2)",
            {seed: value for seed, value in decoder_sizes.items() if value is not None},
        ),
        Comparison("faster than the LSTM (log2 of times)", seconds),
        Comparison("faster than the encoder-decoder (log2)", logarithms(*rates)),
        Comparison("skill against the LSTM, over tasks", over_tasks, -WORSE),
        Comparison("skill against the encoder-decoder", skill, -WORSE),
    ]

    def reason(judgement: Judgement) -> str:
        times = {c.label: _times(c) for c in comparisons}
        labels = list(times)
        return (
            "At equal width the LSTM has "
            f"{times[labels[0]]} the parameters of self-attention, embedding not counted, and an "
            f"update of sequences of 100 steps takes it {times[labels[2]]} the time. The recurrent "
            f"encoder-decoder has {times[labels[1]]} the parameters of the transformer at equal "
            f"width, and at equal parameters takes {times[labels[3]]} its time on {REVERSE}. "
            f"{_at_lengths(evidence)}Over {len(by_task)} tasks, at equal parameters and "
            f"updates, the difference in skill to the LSTM is {found(over_tasks.values())}; on "
            f"{REVERSE}, that of the transformer to the encoder-decoder {found(skill.values())}. "
            "Seconds are those of this machine and its library, whose LSTM is a "
            "fused kernel, and attention's grow with the square of the length; skill is that "
            "after a short training of small models, which is not where attention is at home."
        )

    return rule(comparisons, "skill", reason, over_tasks)


def draw(evidence: Evidence, judgement: Judgement) -> Drawing | None:
    """The difference in skill to the LSTM, task by task."""
    rows = [Comparison(task, values, -WORSE) for task, values in _by_task(evidence).items()]
    return forest.draw(f"claim-{CLAIM.id}", rows, "skill, self-attention minus LSTM")


def _by_task(evidence: Evidence) -> dict[str, dict[int, float]]:
    """Skill of self-attention minus that of the LSTM, on the tasks that both can serve."""
    pairs = {
        task: differences(*(evidence.skills("", task, a) for a in PAIR))
        for task in evidence.tasks("")
    }
    return {task: values for task, values in pairs.items() if values}


def _measured(
    evidence: Evidence, part: str, task: str, architecture: str
) -> dict[int, dict[str, Any]]:
    return {s: m["kernel"] for s, m in evidence.measured(part, task, architecture).items()}


def _decoder_sizes(evidence: Evidence) -> float | None:
    """How many times the encoder-decoder's parameters are the transformer's, as log2; counted."""
    task = next(iter(evidence.tasks(SIZES)), "")
    attention, recurrent = (
        {seed: m["without_embedding"] for seed, m in evidence.measured(SIZES, task, a).items()}
        for a in DECODERS
    )
    return next(iter(logarithms(recurrent, attention).values()), None)


def _at_lengths(evidence: Evidence) -> str:
    """How the seconds compare at equal parameters, on the shortest and the longest sequence."""
    tasks = evidence.tasks(LENGTHS)
    told = []
    for task in dict.fromkeys((*tasks[:1], *tasks[-1:])):
        attention, lstm = (evidence.measured(LENGTHS, task, a) for a in PAIR)
        ratio = logarithms(*({s: m["kernel"]["seconds"] for s, m in side.items()}
                             for side in (lstm, attention)))  # fmt: skip
        if ratio:
            steps = next(iter(attention.values()))["length"]
            told.append(f"{_times(Comparison('', ratio))} its time at {steps:,} steps")
    return f"At equal parameters the LSTM takes {' and '.join(told)}. " if told else ""


def _times(comparison: Comparison) -> str:
    mean = summarize(comparison.values.values()).mean
    return "?" if mean is None else f"{amount(2**mean)} times"


CLAIM = Claim(
    id="attention-cheap-and-good",
    statement="Self-attention needs fewer parameters, is faster, and gives good results.",
    source="Vaswani et al. 2017 (Attention is all you need)",
    needs=("", WIDTH, LENGTHS, SIZES),
    criterion="At equal width, self-attention has fewer parameters than the LSTM and is faster at "
    "100 steps, and the transformer has fewer than the recurrent encoder-decoder; at equal "
    "parameters the transformer trains on more examples a second. Over the survey's tasks "
    f"self-attention has at most {WORSE:g} skill less than the LSTM, and so on {REVERSE} the "
    "transformer than the encoder-decoder.",
    judge=judge,
    draw=draw,
)
