"""Self-attention needs fewer parameters, is faster, and gives good results.

Source: Vaswani et al. 2017 (Attention is all you need).

Seconds are those of this machine, on which the LSTM is a fused kernel. The models are small and
trained for a short time, which is not where attention is at home.
"""

from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, doublings, mean_over, rule
from reports.claims.measures import at_equal_width
from reports.claims.parts import COST_LENGTH, COST_WIDTHS, SIZE_DECODERS, SURVEY

ATTENTION, LSTM = "self_attention", "lstm"
DECODERS = ("transformer", "encoder_decoder")
REVERSE = "reverse"
WIDTH = COST_WIDTHS[1]
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
    fewer = at_equal_width(evidence, LSTM, ATTENTION, "parameters", [WIDTH])
    faster = at_equal_width(evidence, LSTM, ATTENTION, "seconds", [WIDTH])
    skill = evidence.ahead(SURVEY, REVERSE, *DECODERS)
    sizes = at_equal_width(evidence, *DECODERS[::-1], "size", [SIZE_DECODERS])
    decoder_fewer = {seed: times for seed in skill for times in sizes.values()}  # counted once
    rates = (evidence.numbers(SURVEY, REVERSE, a, "examples_per_second") for a in DECODERS)
    by_task = evidence.leads(SURVEY, ATTENTION, LSTM)
    over_tasks = mean_over(by_task.values())
    comparisons = [
        Comparison("fewer parameters than the LSTM (log2 of times)", fewer),
        Comparison("fewer parameters than the encoder-decoder (log2)", decoder_fewer),
        Comparison("faster than the LSTM (log2 of times)", faster),
        Comparison("faster than the encoder-decoder (log2)", doublings(*rates)),
        Comparison("skill against the LSTM, over tasks", over_tasks, -WORSE),
        Comparison("skill against the encoder-decoder", skill, -WORSE),
    ]
    rows = [Comparison(task, values, -WORSE) for task, values in by_task.items()]
    return rule(comparisons, "skill", over_tasks).beside(rows, "skill, self-attention minus LSTM")
