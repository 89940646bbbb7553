"""A language model gives a well-formed sentence a lower perplexity than its scrambled words.

Source: Jurafsky and Martin, Speech and Language Processing, chapter on n-gram language models.
"""

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.by_seed import mean_over
from reports.claims.judging import Comparison, Judgement, rule
from reports.formats import estimate, means_by_task

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
    shares = {
        task: {
            a: values
            for a in evidence.architectures(FLUENCY, baselines=True)
            if (values := evidence.scores(FLUENCY, task, a, "fluency"))
        }
        for task in evidence.tasks(FLUENCY)
    }
    comparisons = [
        Comparison(f"{a}, {task}", values, SHARE)
        for task, models in shares.items()
        for a, values in models.items()
    ]
    effect = mean_over([comparison.values for comparison in comparisons])
    reason = (
        "Each held-out sentence is set beside the same words in another order, punctuation left in "
        "place; ranked right is one to which the model gives the higher probability (0.5: by "
        f"chance). Share ranked right: {means_by_task(shares)}. Over models and texts it is "
        f"{estimate(effect)}. It shows that a model knows something of word order, to which its "
        "words' own frequencies, the same in both, contribute nothing. It does not show that it "
        "tells sense from nonsense, nor that a sentence of low perplexity is a good one."
    )
    return rule(comparisons, "share of sentences", effect, reason)
