"""Self-attention needs fewer parameters, is faster, and gives good results.

Source: Vaswani et al. 2017 (Attention is all you need).
"""

from reports.analysis.evidence import Evidence
from reports.analysis.statistics import summarize
from reports.claims import costs
from reports.claims.by_seed import doublings, mean_over
from reports.claims.judging import Comparison, Judgement, rule
from reports.claims.parts import COST_LENGTH, COST_WIDTH, SIZE_DECODERS, SURVEY
from reports.figures import forest
from reports.figures.style import Drawing
from reports.formats import amount, estimate

ATTENTION, LSTM = "self_attention", "lstm"
TRANSFORMER, RECURRENT = "transformer", "encoder_decoder"
REVERSE = "reverse"
WIDTH = COST_WIDTH[64]
CELLS = (SURVEY, WIDTH, COST_LENGTH, SIZE_DECODERS)

WORSE = 0.05
CRITERION = (
    "At equal width, self-attention has fewer parameters than the LSTM and is faster at 100 steps, "
    "and the transformer has fewer than the recurrent encoder-decoder; at equal parameters the "
    "transformer trains on more examples a second. Over the survey's tasks self-attention has at "
    f"most {WORSE:g} skill less than the LSTM, and so on {REVERSE} the transformer than the "
    "encoder-decoder."
)


def judge(evidence: Evidence) -> Judgement:
    task = next(iter(evidence.tasks(WIDTH)), "")
    fewer, faster = (
        doublings(*(costs.by_seed(evidence, WIDTH, task, a, cost) for a in (LSTM, ATTENTION)))
        for cost in (costs.parameters, costs.seconds)
    )
    skill = evidence.ahead(SURVEY, REVERSE, TRANSFORMER, RECURRENT)
    decoder = _decoder_sizes(evidence)
    decoder_fewer = dict.fromkeys(skill, decoder) if decoder is not None else {}
    decoder_faster = doublings(
        *(evidence.numbers(SURVEY, REVERSE, a, "examples_per_second")
          for a in (TRANSFORMER, RECURRENT))
    )  # fmt: skip
    by_task = _by_task(evidence)
    over_tasks = mean_over(list(by_task.values()))
    comparisons = [
        Comparison("fewer parameters than the LSTM (log2 of times)", fewer),
        Comparison("fewer parameters than the encoder-decoder (log2)", decoder_fewer),
        Comparison("faster than the LSTM (log2 of times)", faster),
        Comparison("faster than the encoder-decoder (log2)", decoder_faster),
        Comparison("skill against the LSTM, over tasks", over_tasks, -WORSE),
        Comparison("skill against the encoder-decoder", skill, -WORSE),
    ]
    reason = (
        f"At equal width the LSTM has {_times(fewer)} the parameters of self-attention, embedding "
        f"not counted, and an update of sequences of 100 steps takes it {_times(faster)} the time. "
        f"The recurrent encoder-decoder has {_times(decoder_fewer)} the parameters of the "
        f"transformer at equal width, and at equal parameters takes {_times(decoder_faster)} its "
        f"time on {REVERSE}. {_at_lengths(evidence)}Over {len(by_task)} tasks, at equal parameters "
        f"and updates, the difference in skill to the LSTM is {estimate(over_tasks)}; on "
        f"{REVERSE}, that of the transformer to the encoder-decoder {estimate(skill)}. Seconds are "
        "those of this machine and its library, whose LSTM is a fused kernel, and attention's grow "
        "with the square of the length; skill is that after a short training of small models, "
        "which is not where attention is at home."
    )
    return rule(comparisons, "skill", over_tasks, reason)


def draw(evidence: Evidence, name: str) -> Drawing | None:
    """The difference in skill to the LSTM, task by task."""
    rows = [Comparison(task, of, -WORSE).row for task, of in _by_task(evidence).items()]
    return forest.draw(name, rows, "skill, self-attention minus LSTM")


def _by_task(evidence: Evidence) -> dict[str, dict[int, float]]:
    """Skill of self-attention minus that of the LSTM, on the tasks that both can serve."""
    pairs = {t: evidence.ahead(SURVEY, t, ATTENTION, LSTM) for t in evidence.tasks(SURVEY)}
    return {task: values for task, values in pairs.items() if values}


def _decoder_sizes(evidence: Evidence) -> float | None:
    """How many times the encoder-decoder's parameters are the transformer's, as log2; counted."""
    task = next(iter(evidence.tasks(SIZE_DECODERS)), "")
    recurrent, attention = (
        {s: m["without_embedding"] for s, m in evidence.measured(SIZE_DECODERS, task, a).items()}
        for a in (RECURRENT, TRANSFORMER)
    )
    return next(iter(doublings(recurrent, attention).values()), None)


def _at_lengths(evidence: Evidence) -> str:
    """How the seconds compare at equal parameters, on the shortest and the longest sequence."""
    lstm, attention = (costs.by_length(evidence, a, costs.seconds) for a in (LSTM, ATTENTION))
    both = [steps for steps in lstm if steps in attention]
    ratios = [
        f"{_times(doublings(lstm[steps], attention[steps]))} its time at {steps:,} steps"
        for steps in dict.fromkeys((*both[:1], *both[-1:]))
    ]
    return f"At equal parameters the LSTM takes {' and '.join(ratios)}. " if ratios else ""


def _times(ratios: dict[int, float]) -> str:
    """The geometric mean."""
    doubled = summarize(ratios).mean
    return "?" if doubled is None else f"{amount(2**doubled)} times"
