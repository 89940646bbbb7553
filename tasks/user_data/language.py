"""Language models: a text or many, and the next symbol at every place."""

from __future__ import annotations

import numpy as np

from tasks.sources.text import ngram_bits, padded
from tasks.task import Examples, Tokens
from tasks.user_data.contents import MOST, SPLITS, Contents
from tasks.user_data.examples import WRITTEN, coded, permutations, unknown, vocabulary
from tasks.user_data.messages import Refused, plural, short
from tasks.user_data.sequences import gather
from tasks.user_data.settings import TaskSettings
from tasks.user_data.splits import assign, cuts, method_of
from tasks.user_data.table import Table


def build(table: Table | None, settings: TaskSettings) -> tuple[dict[str, Examples], Contents]:
    """Windows of ``context`` symbols, each with the symbol that follows; they do not overlap.

    table: None where the file is one text, which is cut into the splits in order.
    """
    if table is None:
        texts, facts = _stretches(settings)
    else:
        found = gather(table, settings)
        split, split_facts = assign(table, settings, found, None)
        facts = found.facts | split_facts
        texts = {
            name: [list(found.inputs[row]) for row in np.flatnonzero(split == place)]
            for place, name in enumerate(SPLITS)
        }
    ids = vocabulary(texts["training"], WRITTEN)
    context = settings.steps
    assert context
    splits, thin = {}, []
    for name in SPLITS:
        numbers = coded(texts[name], ids)
        windows = [n[at : at + context + 1] for n in numbers for at in range(0, len(n), context)]
        windows = [window for window in windows if len(window) > 1]
        if not windows:
            raise Refused(
                f"{short(settings.path)}: no text of two symbols or more is left for {name}"
            )
        if len(windows) > MOST[name]:
            thin.append(f"{MOST[name]:,} of {len(windows):,} windows for {name}")
            windows = [windows[i * len(windows) // MOST[name]] for i in range(MOST[name])]
        orders = permutations(map(len, windows), settings)
        rows, lengths = padded([np.array(w)[o] for w, o in zip(windows, orders, strict=True)])
        splits[name] = Examples.of(rows[:, :-1], rows[:, 1:], lengths - 1)
    known = np.concatenate([np.array(n, int) for n in coded(texts["training"], ids)])
    floors = {
        name: float(ngram_bits(known, len(ids) + 1, 1, part)[part.loss_mask].mean())
        for name, part in splits.items()
    }
    sizes = " / ".join(f"{sum(map(len, texts[name])):,}" for name in SPLITS)
    facts = {
        "inputs": f"{plural(len(ids), 'symbol')} ({settings.tokens}), the most frequent of the "
        f"training split; the rest is one more: {unknown(coded(texts['test'], ids))} of the test",
        "target": f"the next symbol, in windows of {context}",
        "trivial": "the frequencies of symbols in the training split",
        "symbols": f"{sizes} for training / validation / test",
    } | facts | ({"thinned": f"evenly: {'; '.join(thin)}"} if thin else {})  # fmt: skip
    space = Tokens(len(ids) + 1)
    return splits, Contents(space, space, floors, facts, symbols=tuple(ids), written=tuple(ids))


def _stretches(settings: TaskSettings) -> tuple[dict[str, list[list[str]]], dict[str, str]]:
    """A file that is one text, cut in order."""
    for name in ("inputs", "time", "group"):
        if getattr(settings, name):
            raise Refused(f"{short(settings.path)}: {name}: a text file has no columns")
    try:
        with open(settings.path, encoding="utf-8-sig") as file:
            text = file.read()
    except UnicodeDecodeError as error:
        raise Refused(
            f"{short(settings.path)}: not UTF-8 text (byte {error.start}); save it so"
        ) from None
    symbols = settings.symbols(text)
    nowhere = Table(settings.path, {}, np.arange(0))
    method, shares = method_of(nowhere, settings, "time")
    if method != "time":
        raise Refused(
            f"{short(settings.path)}: split = {settings.split!r}: a text file is one text, cut in "
            "order; give shares like 0.7/0.15/0.15"
        )
    here, there = cuts(len(symbols), shares)
    parts = [symbols[:here], symbols[here:there], symbols[there:]]
    texts = {name: [part] for name, part in zip(SPLITS, parts, strict=True)}
    return texts, {"split": "in the order of the text"}
