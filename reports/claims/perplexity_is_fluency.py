"""A language model gives a well-formed sentence a lower perplexity than its scrambled words.

Source: Jurafsky and Martin, Speech and Language Processing, chapter on n-gram language models.

A model that ranks right knows something of word order, to which its words' own frequencies, the
same in both, contribute nothing. Whether it tells sense from nonsense is not shown.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Comparison, Judgement, rule

FLUENCY = Part(
    name="fluency",
    tasks=["english_words", "english_chars"],
    architectures=["ngram", "hmm", "rnn", "lstm", "gru", "self_attention"],
)
CELLS = (FLUENCY,)

SHARE = 0.9
CRITERION = (
    f"Every language model, on words and on characters, ranks more than {SHARE:g} of the held-out "
    "sentences above the same words in another order (chance: 0.5)."
)


def judge(evidence: Evidence) -> Judgement:
    comparisons = [
        Comparison(f"{a}, {task}", values, SHARE)
        for task in evidence.tasks(FLUENCY)
        for a in evidence.architectures(FLUENCY, baselines=True)
        if (values := evidence.scores(FLUENCY, task, a, "fluency"))
    ]
    return rule(comparisons, "share of sentences")
