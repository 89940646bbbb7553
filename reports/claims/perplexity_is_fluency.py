"""A language model finds a sentence likelier than its scrambled words."""

from __future__ import annotations

from reports.analysis.evidence import Evidence
from reports.claims.claim import Claim, Comparison, Judgement, mean_over, rule
from reports.formats import by_name, found

PART = "fluency"
SHARE = 0.9


def judge(evidence: Evidence) -> Judgement:
    models = evidence.architectures(PART, baselines=True)
    shares = {
        (task, a): values
        for task in evidence.tasks(PART)
        for a in models
        if (values := evidence.scores(PART, task, a, "fluency"))
    }
    comparisons = [Comparison(f"{a}, {task}", v, SHARE) for (task, a), v in shares.items()]
    effect = mean_over(list(shares.values()))

    def reason(judgement: Judgement) -> str:
        by_task: dict[str, list] = {}
        for (task, a), values in shares.items():
            by_task.setdefault(task, []).append((a, values.values()))
        told = "; ".join(f"{task}, {by_name(of_models)}" for task, of_models in by_task.items())
        return (
            "Each held-out sentence is set beside the same words in another order, punctuation "
            "left in place; ranked right is one to which the model gives the higher probability "
            "(0.5: by chance). Share ranked right: "
            f"{told}. Over models and texts it is {found(effect.values())}. It shows that a model "
            "knows something of word order, to which its words' own frequencies, the same in both, "
            "contribute nothing; it does not show that it tells sense from nonsense, nor "
            "that a sentence of low perplexity is a good one."
        )

    return rule(comparisons, "share of sentences", reason, effect)


CLAIM = Claim(
    id="perplexity-is-fluency",
    statement="A language model gives a well-formed sentence a lower perplexity than its scrambled "
    "words.",
    source="Jurafsky and Martin, Speech and Language Processing, chapter on n-gram language models",
    needs=(PART,),
    criterion=f"Every language model, on words and on characters, ranks more than {SHARE:g} of the "
    "held-out sentences above the same words in another order (chance: 0.5).",
    judge=judge,
)
