"""A language model gives a well-formed sentence a lower perplexity than its scrambled words.

Source: Jurafsky and Martin, Speech and Language Processing, chapter on n-gram language models.

A model that ranks right knows something of word order, to which its words' own frequencies, the
same in both, contribute nothing. Whether it tells sense from nonsense is not shown.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import Measured, Statement, all_of, exactly, mean_above, mean_over

TASKS = ["english_words", "english_chars"]
COUNTED = Part(name="fluency-counted", tasks=TASKS, architectures=["ngram"], seeds=[0])
MODELS = {
    "HMM": ["hmm"],
    "recurrent": ["rnn", "lstm", "gru"],
    "attention": ["self_attention"],
}
FLUENCY = Part(name="fluency", tasks=TASKS, architectures=sum(MODELS.values(), []))
CELLS = (COUNTED, FLUENCY)

CHANCE = 0.5
RANKS = (
    "more than half of the held-out sentences above the same words in another order, on words and "
    "on characters."
)
STATEMENTS = {
    "n-gram": Statement(f"The n-gram model, which has no seed, ranks {RANKS}", exact=True),
    "HMM": Statement(f"The hidden Markov model ranks {RANKS}"),
    "recurrent": Statement(f"Each of RNN, LSTM and GRU ranks {RANKS}"),
    "attention": Statement(f"Self-attention ranks {RANKS}"),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    counted = {
        task: share
        for task in evidence.tasks(COUNTED)
        for share in evidence.scores(COUNTED, task, "ngram", "fluency").values()
    }
    table = [("n-gram on", "share of sentences ranked right")]
    table += [(task, f"{share:.3f}") for task, share in counted.items()]
    least, unit = min(counted.values()), "of sentences ranked right"
    found = {"n-gram": exactly(least > CHANCE, least, f"{unit}, or more", len(counted), table)}
    for name, models in MODELS.items():
        shares = {
            f"{model}, {task}": evidence.scores(FLUENCY, task, model, "fluency")
            for model in models
            for task in evidence.tasks(FLUENCY)
        }
        above = [mean_above(label, of, CHANCE) for label, of in shares.items()]
        mean = mean_above("", mean_over(shares.values()), CHANCE)
        found[name] = all_of(above, one_refutes=True).with_(effect=mean.effect, unit=unit)
    return found
