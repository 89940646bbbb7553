"""A language model gives a well-formed sentence a lower perplexity than its scrambled words.

Source: Jurafsky and Martin, Speech and Language Processing, chapter on n-gram language models.

A model that ranks right knows something of word order, to which its words' own frequencies, the
same in both, contribute nothing. Whether it tells sense from nonsense is not shown.
"""

from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import Evidence
from reports.claims.judging import (
    Measured,
    Statement,
    all_of,
    mean_above,
    mean_over,
    share_above,
)

TASKS = ["english_words", "english_chars"]
COUNTED = Part(name="fluency-counted", tasks=TASKS, architectures=["ngram"], seeds=[0])
MODELS = {
    "HMM": ["hmm"],
    "recurrent": ["rnn", "lstm", "gru"],
    "attention": ["self_attention"],
}
FLUENCY = Part(name="fluency", tasks=TASKS, architectures=sum(MODELS.values(), []))
CELLS = (COUNTED, FLUENCY)

CHANCE, SENTENCES = 0.5, 300
"""Sentences: how many of the held-out ones are ranked, evenly spaced."""
RANKS = (
    f"more than half of {SENTENCES} held-out sentences above the same words in another order, on "
    "words and on characters."
)
STATEMENTS = {
    "n-gram": Statement(f"The n-gram model, which has no seed, ranks {RANKS}"),
    "HMM": Statement(f"The hidden Markov model ranks {RANKS}"),
    "recurrent": Statement(f"Each of RNN, LSTM and GRU ranks {RANKS}"),
    "attention": Statement(f"Self-attention ranks {RANKS}"),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    unit = "of sentences ranked right"
    counted = [
        share_above(f"n-gram, {task}", share, SENTENCES, CHANCE, unit)
        for task in evidence.tasks(COUNTED)
        for share in evidence.scores(COUNTED, task, "ngram", "fluency").values()
    ]
    found = {"n-gram": all_of(counted)}
    for name, models in MODELS.items():
        shares = {
            f"{model}, {task}": evidence.scores(FLUENCY, task, model, "fluency")
            for model in models
            for task in evidence.tasks(FLUENCY)
        }
        above = [mean_above(label, of, CHANCE) for label, of in shares.items()]
        mean = mean_above("", mean_over(shares.values()), CHANCE)
        found[name] = all_of(above).with_(effect=mean.effect, unit=unit)
    return found
