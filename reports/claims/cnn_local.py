"""A CNN is best at local patterns, wherever in the sequence they stand.

Source: Kim 2014 (Convolutional neural networks for sentence classification, EMNLP); Collobert et
al. 2011 (Natural language processing (almost) from scratch, JMLR).

The pattern is three symbols long. All rivals take the maximum over time, as the CNN does, which
helps the recurrent ones to find it at any place; the windowed FNN and the TCN are kin of the CNN.
One that does not find it within 4,000 updates counts as having needed 4,001.
"""

import math
from collections.abc import Mapping

from harness.experiment.matrix import Part
from reports.analysis.evidence import BySeed, Evidence
from reports.analysis.horizon import LEARNED
from reports.claims.judging import (
    Draw,
    Measured,
    Statement,
    all_of,
    along,
    doublings,
    mean_above,
    needs_learned,
)
from reports.claims.measures import shares, updates_until
from reports.claims.parts import LEARNING
from reports.figures import lines
from reports.formats import listed

CNN, RIVALS = "cnn", ("rnn", "lstm", "gru", "self_attention")
SOONER = {"short": "keyword", "long": "keyword[length=100]", "noisy": "keyword[noise=0.2]"}
EARLY = "keyword[place=early]"
KEYWORD = Part(
    name="keyword",
    tasks=[*SOONER.values(), EARLY],
    architectures=[CNN, *RIVALS],
    budget=LEARNING | {"evaluate_every": 5},
)
"""Evaluated often: a factor of 1.25 of a hundred updates is to be seen."""
CELLS = (KEYWORD,)

SLOWER, FOUND, BETTER = 1.25, 0.9, 0.05
MOST, SEEN = LEARNING["steps"], [50 * 2**n for n in range(7)]
"""Updates: the most there are, and those that are drawn."""
WHERE = {
    "short": "Among 30 symbols",
    "long": "Among 100 symbols",
    "noisy": "Among 30 symbols, where a fifth of the training labels are wrong",
}
STATEMENTS = {
    **{
        key: Statement(
            f"{where}, RNN, LSTM, GRU and self-attention each need more than {SLOWER:g} times as "
            f"many updates as the CNN (mean of the ratio), of 32 new examples each, to find the "
            f"pattern with a skill of {LEARNED:g}."
        )
        for key, where in WHERE.items()
    },
    "elsewhere": Statement(
        "Trained with the pattern in the first half of the sequences and tested with it in the "
        f"second, the CNN has more than {FOUND:g} skill, and leads each of RNN, LSTM, GRU and "
        f"self-attention by more than {BETTER:g}."
    ),
}


def judge(evidence: Evidence) -> Mapping[str, Measured]:
    measured = {}
    for key, task in SOONER.items():
        of = _updates(evidence, task)
        found = {a: {seed: n <= MOST for seed, n in by_seed.items()} for a, by_seed in of.items()}
        never = {a: len(seeds) - sum(seeds.values()) for a, seeds in found.items()}
        told = listed([f"{a} {n} of {len(of[a])}" for a, n in never.items() if n])
        slower = all_of(
            mean_above(
                f"{rival} to CNN, {key}", doublings(of[rival], of[CNN]), math.log2(SLOWER),
                "doublings of the CNN's updates",
            )
            for rival in RIVALS
        ).with_(note=f"Not within {MOST:,} updates: {told}." if told else "")  # fmt: skip
        measured[key] = needs_learned(slower, found[CNN], "The pattern, by the CNN,")
    late = {a: evidence.clipped(KEYWORD, EARLY, a, "test@late") for a in (CNN, *RIVALS)}
    ahead = [mean_above(f"cnn minus {a}, there", late[CNN] - late[a], BETTER) for a in RIVALS]
    there = mean_above("cnn, where the pattern never stood", late[CNN], FOUND)
    elsewhere = all_of([there, *ahead]).with_(unit="skill")
    near = evidence.solved(KEYWORD, EARLY, CNN)
    return measured | {
        "elsewhere": needs_learned(elsewhere, near, "The pattern where it stood, by the CNN,")
    }


def draw(evidence: Evidence, _: Mapping[str, Measured]) -> Draw:
    """The share of seeds that have found the pattern after so many updates."""
    panels = []
    for key, task in SOONER.items():
        curves = {
            a: shares({n: {seed: at <= n for seed, at in of.items()} for n in SEEN})
            for a, of in _updates(evidence, task).items()
        }
        panels.append(lines.Panel(key, curves))
    scale = lines.Scale("updates", "share of seeds that have found it", 2, ends=lines.SKILL)
    return along(panels, scale)


def _updates(evidence: Evidence, task: str) -> dict[str, BySeed]:
    """Updates until the task is learned."""
    return {a: updates_until(evidence, KEYWORD, task, a, MOST) for a in (CNN, *RIVALS)}
