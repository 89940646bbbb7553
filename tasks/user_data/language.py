"""Language models: a text or many, and the next symbol at every place."""

import numpy as np

from tasks.sources.text import ngram_bits, padded
from tasks.task import Examples, Tokens
from tasks.user_data.examples import (
    SPLITS,
    WRITTEN,
    Contents,
    coded,
    permutations,
    unknown,
    vocabulary,
)
from tasks.user_data.messages import plural
from tasks.user_data.sequences import gather
from tasks.user_data.settings import TaskSettings
from tasks.user_data.splits import assign, cuts, method_of, thinned
from tasks.user_data.table import Table


def build(table: Table, settings: TaskSettings) -> tuple[dict[str, Examples], Contents]:
    """Windows of ``context`` symbols, each with the symbol that follows; they do not overlap.

    table: without columns where the file is one text, which is cut into the splits in order.
    """
    if table.columns:
        whole = gather(table, settings)
        split, split_facts = assign(table, settings, whole, None)
        texts, facts = [list(text) for text in whole.inputs], whole.facts | split_facts
    else:
        texts, split = _stretches(table, settings), np.arange(len(SPLITS))
        facts = {"split": "in the order of the text"}
    ids = vocabulary((texts[i] for i in np.flatnonzero(split == 0)), WRITTEN)
    numbers = coded(texts, ids)
    context = settings.steps
    assert context
    cut = [
        (place, text[at : at + context + 1])
        for place, text in zip(split, numbers, strict=True)
        for at in range(0, len(text) - 1, context)
    ]
    members, thin_facts = thinned(np.array([place for place, _ in cut]), "windows ")
    splits = {}
    for name, rows in members.items():
        if not len(rows):
            raise table.refused(f"no text of two symbols or more is left for {name}")
        windows = [np.array(cut[row][1]) for row in rows]
        orders = permutations(map(len, windows), settings)
        ready, lengths = padded([w[order] for w, order in zip(windows, orders, strict=True)])
        splits[name] = Examples.of(ready[:, :-1], ready[:, 1:], lengths - 1)
    of = {name: [numbers[i] for i in np.flatnonzero(split == n)] for n, name in enumerate(SPLITS)}
    training = np.concatenate([np.array(text, int) for text in of["training"]])
    floors = {
        name: float(ngram_bits(training, len(ids) + 1, 1, part)[part.loss_mask].mean())
        for name, part in splits.items()
    }
    sizes = " / ".join(f"{sum(map(len, of[name])):,}" for name in SPLITS)
    facts = {
        "inputs": f"{plural(len(ids), 'symbol')} ({settings.tokens}), the most frequent of the "
        f"training split; the rest is one more: {unknown(of['test'])} of the test",
        "target": f"the next symbol, in windows of {context}",
        "trivial": "the frequencies of symbols in the training split",
        "symbols": f"{sizes} for training / validation / test",
        **facts,
        **thin_facts,
    }
    space = Tokens(len(ids) + 1)
    return splits, Contents(space, space, floors, facts, symbols=tuple(ids), written=tuple(ids))


def _stretches(table: Table, settings: TaskSettings) -> list[list[str]]:
    for name in ("inputs", "time", "group"):
        if getattr(settings, name):
            raise table.refused(f"{name}: a text file has no columns")
    try:
        with open(table.path, encoding="utf-8-sig") as file:
            symbols = settings.symbols(file.read())
    except UnicodeDecodeError as error:
        raise table.refused(f"not UTF-8 text (byte {error.start}); save it so") from None
    method, shares = method_of(table, settings, "time")
    if method != "time":
        right = "a text file is one text, cut in order; give shares like 0.7/0.15/0.15"
        raise table.refused(f"split = {settings.split!r}: {right}")
    here, there = cuts(len(symbols), shares)
    return [symbols[:here], symbols[here:there], symbols[there:]]
